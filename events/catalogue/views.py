"""Public pages: the fairs, a fair, its employers, its offers."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from backend.accounts.pages import PageRequest
from backend.core.api import found, found_by_slug
from backend.core.clock import now
from events.catalogue import overview, selectors
from events.catalogue.forms import EmployersForm, FairsForm, OffersForm
from events.catalogue.structured import event_data, offers_data
from events.catalogue.words import action_for, phase_words, place_words, window_words
from events.employers.models import Employer
from events.fairs.models import Fair
from events.interviews.models import Place
from events.interviews.selectors import live_bookings

FAIRS_SHOWN = 12
EMPLOYERS_SHOWN = 60
OFFERS_SHOWN = 50


@login_not_required
@require_safe
def home(request: PageRequest) -> HttpResponse:
    """The coming fairs."""
    at = now()
    form = FairsForm(request.GET, sectors=overview.coming_sectors(at))
    wanted = form.wanted()
    fairs = overview.coming_fairs(request.actor, at, **wanted)
    page = Paginator(fairs, FAIRS_SHOWN).get_page(request.GET.get("page"))
    context = {"form": form, "is_narrowed": bool(wanted), "page": page, "cards": overview.fair_cards(page, at)}
    return render(request, "events/catalogue/home.html", context)


@login_not_required
@require_safe
def fair(request: PageRequest, fair: str) -> HttpResponse:
    """A fair: when, where, how many, and the one thing to do now."""
    context = _fair_context(request, fair)
    row = context["fair"]
    at = now()
    context |= {
        "counters": selectors.counters(row, at),
        "event_data": event_data(row),
        "registers": window_words(row.registration_window, row, at),
        "books": window_words(row.booking_window, row, at),
    }
    return render(request, "events/catalogue/fair.html", context)


@login_not_required
@require_safe
def employers(request: PageRequest, fair: str) -> HttpResponse:
    """The employers of a fair."""
    context = _fair_context(request, fair)
    row = context["fair"]
    form = EmployersForm(request.GET, sectors=overview.sectors_of(row))
    wanted = form.wanted()
    found_employers = overview.employers_of(request.actor, row, **wanted)
    page = Paginator(found_employers, EMPLOYERS_SHOWN).get_page(request.GET.get("page"))
    cards = overview.employer_cards(page, row, now())
    context |= {"form": form, "is_narrowed": bool(wanted), "page": page, "cards": cards}
    return render(request, "events/catalogue/employers.html", context)


@login_not_required
@require_safe
def employer(request: PageRequest, fair: str, employer: str) -> HttpResponse:
    """An employer of a fair: who they are, what they offer, when they still have time."""
    context = _fair_context(request, fair)
    row = context["fair"]
    exhibitor = found(overview.employers_of(request.actor, row), employer__slug=employer)
    context |= {
        "exhibitor": exhibitor,
        "employer": exhibitor.employer,
        "offers": selectors.published_offers(row).filter(employer=exhibitor.employer).order_by("title", "id"),
        "days": overview.free_times(row, exhibitor.employer, now()),
        "booking": _booking_with(context["registration"], exhibitor.employer),
    }
    return render(request, "events/catalogue/employer.html", context)


@login_not_required
@require_safe
def offers(request: PageRequest, fair: str) -> HttpResponse:
    """The offers of a fair, whoever makes them."""
    context = _fair_context(request, fair)
    row = context["fair"]
    form = OffersForm(request.GET)
    wanted = form.wanted()
    page = Paginator(overview.offers_of(row, **wanted), OFFERS_SHOWN).get_page(request.GET.get("page"))
    context |= {"form": form, "is_narrowed": bool(wanted), "page": page, "offers_data": offers_data(page, row)}
    return render(request, "events/catalogue/offers.html", context)


@login_not_required
@require_safe
def manifest(request: PageRequest) -> HttpResponse:
    """What a telephone needs to put the site on its home screen."""
    icons = [
        {"src": static(f"icons/icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
        for side in (192, 512)
        for purpose in ("any", "maskable")
    ]
    body = {
        "name": "Passerelle",
        "short_name": "Passerelle",
        "id": "/",
        "start_url": "/me/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#07324f",
        "icons": icons,
    }
    return JsonResponse(body, content_type="application/manifest+json")


def _fair_context(request: PageRequest, slug: str) -> dict[str, Any]:
    """What every page of a fair shows: the fair, its phase, and what its reader can do."""
    at = now()
    row: Fair = found_by_slug(selectors.shown_fairs(request.actor), slug)
    registration = overview.registration_at(request.actor, row)
    return {
        "fair": row,
        "place": place_words(row.venue),
        "phase": phase_words(row, at),
        "registration": registration,
        "action": action_for(row, registration, at),
    }


def _booking_with(registration: Any, employer: Employer) -> Place | None:
    return live_bookings(registration).filter(employer=employer).first() if registration else None
