"""A candidate's pages: their fairs, their day, booking and cancelling an interview.

An adviser has the same pages for a person they registered: where an address names a `registration`, it is one of those.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts.pages import PageRequest
from backend.core.api import found
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.formats import format_time, when_words
from backend.core.forms import reason_of
from backend.core.text import fold
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer
from events.fairs.models import Fair
from events.interviews import candidate_day, rules, selectors, services
from events.interviews.models import Place, Slot
from events.registrations import codes, qr
from events.registrations.enums import Presence, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.presence import presence_of
from events.registrations.selectors import advised_registrations, live_ticket, own_registrations, ticket_text

page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@require_safe
def my_fairs(request: PageRequest) -> HttpResponse:
    """One's registrations, what is to come first, each with what is next."""
    at = now()
    rows = list(own_registrations(request.actor))
    bookings = candidate_day.live_bookings_of(rows)
    entries: list[dict[str, Any]] = [
        {"registration": row, "bookings": bookings[row.pk], "next": candidate_day.next_booking(bookings[row.pk], at)}
        for row in rows
    ]
    context = {
        "coming": [entry for entry in entries if entry["registration"].fair.ends_at > at],
        "past": [entry for entry in reversed(entries) if entry["registration"].fair.ends_at <= at],
    }
    return render(request, "events/interviews/my_fairs.html", context)


@never_cache
@require_safe
def my_fair(request: PageRequest, fair: str) -> HttpResponse:
    """The ticket, the day, and the next step on top."""
    return render(request, "events/interviews/my_fair.html", day_of(request, fair))


def day_of(request: PageRequest, fair: str, registration: UUID | None = None) -> dict[str, Any]:
    """What the page of somebody's day shows. Raises `not_found` as `_context`."""
    context = _context(request, fair, registration)
    row, at = context["registration"], now()
    bookings = candidate_day.bookings_shown(row)
    following = candidate_day.next_booking(bookings, at)
    links = {"home": context["home"], "query": context["query"]}
    return context | {
        "days": candidate_day.timeline(row.fair, bookings, at, **links),
        "next": following,
        "next_note": candidate_day.until_words(following, at) if following else "",
        "is_inside": presence_of(row, row.fair, at=at) == Presence.INSIDE,
        "is_ahead": row.fair.ends_at > at,
        "called_off": candidate_day.called_off(bookings),
        "code": codes.group(row.code),
        "ticket": _ticket(row),
    }


@never_cache
@require_safe
def book(request: PageRequest, fair: str, registration: UUID | None = None) -> HttpResponse:
    """The employers with the number of their times that are free and fit."""
    context = _context(request, fair, registration)
    search, sector = request.GET.get("search", "")[:100], request.GET.get("sector", "")[:100]
    rows = candidate_day.chances(context["registration"], now(), words=fold(search).split(), sector_key=fold(sector))
    context |= {"rows": rows, "search": search, "is_narrowed": bool(search or sector)}
    return render(request, "events/interviews/book.html", context)


@never_cache
@page
def book_employer(request: PageRequest, fair: str, employer: str, registration: UUID | None = None) -> HttpResponse:
    """An employer's times, what stands in the way of each; one tap books."""
    context = _context(request, fair, registration)
    booked_for: Registration = context["registration"]
    row = _employer(booked_for.fair, employer)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            slot = _uuid(request.POST.get("slot"))
            place = services.book_interview(slot, actor=request.actor, registration_id=booked_for.pk)
        except DomainError as error:
            if error.kind.status != 409:
                raise
            refusal = error
        else:
            messages.success(request, _booked_words(place, booked_for.fair))
            return redirect(context["home"] + context["query"])
    bookings = selectors.live_bookings(booked_for).select_related("employer", "stand")
    booking, days = bookings.filter(employer=row).first(), candidate_day.choices(booked_for, row, now())
    is_limited = not (booking or refusal) and candidate_day.is_limited(days)
    context |= {"employer": row, "days": days, "booking": booking, "refusal": refusal, "is_limited": is_limited}
    context["alternatives"] = _by_time(refusal.extra.get("alternatives", [])) if refusal else []
    return render(request, "events/interviews/book_employer.html", context, status=409 if refusal else 200)


@never_cache
@page
def my_interview(request: PageRequest, fair: str, booking: UUID, registration: UUID | None = None) -> HttpResponse:
    """One interview: when, where, with whom; POST cancels it."""
    context = _context(request, fair, registration)
    row = found(selectors.bookings().filter(registration=context["registration"]), pk=booking)
    if request.method == "POST":
        try:
            services.cancel_booking(row.pk, actor=request.actor, reason=reason_of(request.POST))
        except DomainError as error:
            if error.kind.status != 409:
                raise
            messages.error(request, str(error.detail))
            return redirect(request.get_full_path())
        said = _("The interview with %(name)s is cancelled.")
        said = said if registration else _("Your interview with %(name)s is cancelled.")
        messages.success(request, said % {"name": row.employer.name})
        return redirect(context["home"] + context["query"])
    context |= {"booking": row, "is_live": row.is_live and row.ends_at > now()}
    return render(request, "events/interviews/my_interview.html", context)


def _context(request: PageRequest, fair: str, advised: UUID | None) -> dict[str, Any]:
    """The registration the page is about, and what every page says of it; under `home` lie the others.

    Somebody may have several of one fair (a family with one address): `?registration=` tells which, and `query` keeps
    it in the links. `advised` is one of an adviser's people. Raises `not_found` for a fair one is not registered for,
    and for a registration that is none of these: what is done on the page must never be done for another member of the
    family.
    """
    wanted = request.GET.get("registration", "") if advised is None else str(advised)
    reachable = own_registrations(request.actor)
    if advised is not None:
        reachable = advised_registrations(request.actor).filter(pk=advised)
    rows = list(reachable.filter(fair__slug=fair))
    registration = next((row for row in rows if wanted in ("", str(row.pk))), None)
    if registration is None:
        raise DomainError("not_found")
    opens_at = registration.fair.booking_window[0]
    return {
        "registration": registration,
        "fair": registration.fair,
        "is_advised": advised is not None,
        "home": _home(registration, is_advised=advised is not None),
        "opens_words": when_words(opens_at, registration.fair.zone, now()) if opens_at else "",
        "others": rows if len(rows) > 1 else [],
        "query": f"?registration={registration.pk}" if len(rows) > 1 else "",
        "closed": rules.opening(registration, registration.fair, at=now()),
    }


def _home(registration: Registration, *, is_advised: bool) -> str:
    slug = registration.fair.slug
    return reverse("adviser-person", args=[slug, registration.pk]) if is_advised else reverse("my-fair", args=[slug])


def _employer(fair: Fair, slug: str) -> Employer:
    taking_part = Employer.objects.filter(exhibitors__fair=fair, exhibitors__status=ExhibitorStatus.ACCEPTED)
    return found(taking_part, slug=slug)


def _by_time(slots: Iterable[Slot]) -> list[Slot]:
    """One slot for each time: which table it is says nothing to a candidate."""
    return list({slot.starts_at: slot for slot in slots}.values())


def _ticket(registration: Registration) -> str:
    """The QR code of a confirmed registration, as SVG."""
    if registration.status != RegistrationStatus.CONFIRMED:
        return ""
    return qr.svg(ticket_text(live_ticket(registration), registration.fair), title=_("QR code of your ticket"))


def _booked_words(place: Place, fair: Fair) -> str:
    words = {"time": format_time(place.starts_at, fair.zone), "name": place.employer.name, "stand": place.stand.label}
    return _("Booked: %(time)s, %(name)s, stand %(stand)s.") % words


def _uuid(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise DomainError("not_found") from error
