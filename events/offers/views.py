"""Pages of an employer's offers: all of them, the form of one, publishing and closing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts.pages import PageRequest, add_refusal, for_roles, say_refusal
from backend.core.errors import DomainError
from events.employers.models import Employer
from events.offers import selectors, services
from events.offers.forms import OfferForm
from events.offers.models import Offer

PAGES = "events/offers"
ROWS = 50


@require_safe
@for_roles("employer")
def offers(request: PageRequest) -> HttpResponse:
    """`/employer/offers/`: the offers of one's employers, the newest first."""
    rows = selectors.offers_of_team(request.actor).order_by("-created_at", "id")
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    return render(request, f"{PAGES}/offers.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer")
def new_offer(request: PageRequest) -> HttpResponse:
    """`/employer/offers/new/`: a draft of an offer."""
    employers = list(Employer.objects.filter(pk__in=request.actor.employers()).order_by("name_key", "id"))
    if not employers:
        raise PermissionDenied
    form = OfferForm(request.POST or None, employers=employers)

    def create(values: dict[str, Any]) -> Offer:
        return services.create_offer(values, actor=request.actor, employer=values.pop("employer", employers[0]))

    return _edited(request, form, create, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer")
def offer(request: PageRequest, offer: UUID) -> HttpResponse:
    """`/employer/offers/{id}/`: the form of an offer in whatever state."""
    row = _offer(request, offer)
    form = OfferForm(request.POST or None, employers=[row.employer], offer=row)
    return _edited(request, form, lambda values: services.change_offer(row, actor=request.actor, values=values), row)


@require_POST
@for_roles("employer")
def publish_offer(request: PageRequest, offer: UUID) -> HttpResponse:
    """`/employer/offers/{id}/publish/`: show it."""
    return _moved(request, offer, services.publish_offer, _("The offer is published."))


@require_POST
@for_roles("employer")
def close_offer(request: PageRequest, offer: UUID) -> HttpResponse:
    """`/employer/offers/{id}/close/`: take it back."""
    return _moved(request, offer, services.close_offer, _("The offer is closed. Nobody sees it any more."))


def _offer(request: PageRequest, offer: UUID) -> Offer:
    return get_object_or_404(selectors.offers_of_team(request.actor), pk=offer)


def _edited(
    request: PageRequest, form: OfferForm, save: Callable[[dict[str, Any]], Offer], row: Offer | None
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            save(form.cleaned_data)
            messages.success(request, _("The offer is saved."))
            return redirect("employer-offers")
        except DomainError as error:
            add_refusal(form, error)
    context = {"form": form, "offer": row, "occupations": selectors.occupations()}
    return render(request, f"{PAGES}/offer.html", context, status=422 if form.errors else 200)


def _moved(request: PageRequest, offer: UUID, move: Callable[..., Offer], said: str) -> HttpResponse:
    try:
        move(_offer(request, offer), actor=request.actor)
        messages.success(request, said)
    except DomainError as error:
        say_refusal(request, error)
    return redirect("employer-offers")
