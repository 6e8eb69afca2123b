"""Pages of an organiser: the cockpit of a fair, its exhibitors and registrations."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts.pages import PageRequest, for_roles, say_refusal
from backend.core.api import found_by_slug
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.text import fold, natural_key
from checkin.selectors import counts
from events.employers.models import Exhibitor
from events.employers.services import assign_stand
from events.fairs.models import Fair
from events.fairs.phases import phase
from events.fairs.selectors import organised_fairs
from events.fairs.services import publish_fair
from events.insights import selectors
from events.registrations.presence import presence_of
from events.registrations.selectors import registrations_of_fair
from events.workflows.organiser_forms import AssignForm

PAGES = "events/workflows"
ROWS = 50
NAMED = 5
"""How many exhibitors a warning of the cockpit names; a link leads to all."""


def organised_fair(request: PageRequest, key: str) -> Fair:
    """The fair of the address, if the caller organises it. Raises `not_found`."""
    return found_by_slug(organised_fairs(request.actor).select_related("venue", "series"), key)


@require_safe
@for_roles("organiser")
def fair_cockpit(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/`: who is here now, how full it is, what needs somebody."""
    row = organised_fair(request, fair)
    at = now()
    figures = selectors.figures(row)
    context = {
        "fair": row,
        "phase": phase(row, at),
        "counts": counts(row, at),
        "figures": figures,
        "without_stand": list(selectors.without_stand(row).order_by("employer__name_key")[:NAMED]),
        "without_schedule": list(selectors.without_schedule(row).order_by("employer__name_key")[:NAMED]),
        "missing_stands": figures.exhibitors - figures.seated,
        "missing_schedules": figures.seated - figures.scheduled,
    }
    return render(request, f"{PAGES}/fair_cockpit.html", context)


@require_POST
@for_roles("organiser")
def publish(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/publish/`: show the draft to everybody."""
    row = organised_fair(request, fair)
    try:
        publish_fair(row, actor=request.actor)
        messages.success(request, _("The fair is published. Everybody can see it now."))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("organiser-fair", fair=row.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def fair_exhibitors(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/exhibitors/`: who takes part, at which stand, how booked; gives away the free stands."""
    row = organised_fair(request, fair)
    stands = sorted(selectors.free_stands(row), key=lambda stand: natural_key(stand.label_key))
    waiting = selectors.without_stand(row).select_related("employer").order_by("employer__name_key", "id")
    form = AssignForm(request.POST or None, exhibitors=waiting, stands=stands)
    if form.is_valid():
        return _assigned(request, row, form)
    shown = request.GET.get("show", "")
    exhibitors = {
        "without-stand": selectors.without_stand(row),
        "without-schedule": selectors.without_schedule(row),
    }.get(shown, Exhibitor.objects.filter(fair=row))
    context = {
        "fair": row,
        "shown": shown,
        "page": Paginator(selectors.exhibitors_in_full(exhibitors), ROWS).get_page(request.GET.get("page")),
        "free_stands": [stand.label for stand in stands],
        "form": form,
    }
    return render(request, f"{PAGES}/fair_exhibitors.html", context, status=422 if form.errors else 200)


def _assigned(request: PageRequest, fair: Fair, form: AssignForm) -> HttpResponse:
    stand, exhibitor = form.cleaned_data["stand"], form.cleaned_data["exhibitor"]
    try:
        assign_stand(stand, actor=request.actor, exhibitor=exhibitor)
        said = _("%(employer)s has stand %(stand)s.")
        messages.success(request, said % {"employer": exhibitor.employer.name, "stand": stand.label})
    except DomainError as error:
        say_refusal(request, error)
    return redirect("organiser-exhibitors", fair=fair.slug)


@require_safe
@for_roles("organiser")
def fair_registrations(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/registrations/`: who comes, found by name, address or code."""
    row = organised_fair(request, fair)
    at = now()
    query = request.GET.get("q", "").strip()[:100]
    registrations = registrations_of_fair(row, request.actor).order_by("sort_key", "id")
    for word in fold(query).split():
        registrations = registrations.filter(search_key__contains=word)
    page: Any = Paginator(registrations, ROWS).get_page(request.GET.get("page"))
    rows = [(registration, presence_of(registration, row, at=at)) for registration in page]
    return render(
        request, f"{PAGES}/fair_registrations.html", {"fair": row, "query": query, "page": page, "rows": rows}
    )
