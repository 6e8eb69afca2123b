"""Pages of an organiser: the fairs, a new one, the settings of one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.pages import PageRequest, add_refusal, for_roles
from backend.accounts.selectors import organised_organisations
from backend.core.clock import now
from backend.core.errors import DomainError
from events.fairs.forms import ZONES, FairForm, NewFairForm, SettingsForm
from events.fairs.models import Venue
from events.fairs.phases import phase
from events.fairs.selectors import organised_fairs
from events.fairs.services import CHANGEABLE, create_fair
from events.insights.selectors import next_first
from events.workflows.change_fair import change_fair, unfit_bookings
from events.workflows.organiser_views import PAGES, organised_fair

SHOWN = 20
"""How many interviews that no longer fit are listed."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def organiser_home(request: PageRequest) -> HttpResponse:
    """`/organiser/`: the fairs of the organisation, the next first; with `?new`, the form of a new one, since
    `/organiser/new/` would be the page of a fair of that name."""
    if request.method == "POST" or "new" in request.GET:
        return _new_fair(request)
    at = now()
    fairs = next_first(organised_fairs(request.actor), at)
    ahead = [(fair, phase(fair, at)) for fair in fairs if fair.ends_at > at]
    over = [fair for fair in fairs if fair.ends_at <= at]
    return render(request, f"{PAGES}/organiser_home.html", {"ahead": ahead, "over": over})


def _new_fair(request: PageRequest) -> HttpResponse:
    organisations = list(organised_organisations(request.actor))
    venues = Venue.objects.filter(organisation__in=organisations)
    form = NewFairForm(request.POST or None, venues=venues, organisations=organisations)
    if form.is_valid():
        organisation_id = form.cleaned_data.get("organisation")
        try:
            fair = create_fair(
                form.fair(), actor=request.actor, organisation_id=organisation_id, new_venue=form.new_venue()
            )
            messages.success(request, _("The fair is made. It is a draft: only your organisation sees it."))
            return redirect("organiser-fair", fair=fair.slug)
        except DomainError as error:
            _refuse(form, error)
    return render(request, f"{PAGES}/new_fair.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def fair_settings(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/settings/`: everything that can be changed; `?bookings` lists those that no longer fit."""
    row = organised_fair(request, fair)
    venues = Venue.objects.filter(organisation_id=row.organisation_id)
    form = SettingsForm(request.POST or None, venues=venues, fair=row)
    if form.is_valid():
        try:
            row, unfit = change_fair(row, actor=request.actor, values=form.fair(), new_venue=form.new_venue())
            messages.success(request, _("The settings are saved."))
            return redirect(reverse("organiser-settings", args=[row.slug]) + ("?bookings" if unfit else ""))
        except DomainError as error:
            _refuse(form, error)
    count, unfit_shown = unfit_bookings(row, most=SHOWN) if "bookings" in request.GET else (0, [])
    context = {
        "fair": row,
        "form": form,
        "zones": ZONES,
        "can_change": row.status in CHANGEABLE,
        "unfit_count": count,
        "unfit": unfit_shown,
    }
    return render(request, f"{PAGES}/fair_settings.html", context, status=422 if form.errors else 200)


def _refuse(form: FairForm, error: DomainError) -> None:
    if error.code == "slug_taken":
        form.add_error("slug", str(error.detail))
    else:
        add_refusal(form, error)
