"""Page of an organiser: the halls and gates of a fair."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.actors import Actor
from backend.accounts.pages import PageRequest, add_refusal, for_roles
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.fairs.services import create_hall
from events.registrations.enums import RegistrationKind
from events.registrations.services import create_gate
from events.workflows.organiser_views import PAGES, organised_fair
from events.workflows.place_forms import GateForm, HallForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def fair_places(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/places/`: the halls and gates, and a form for one more of each."""
    row = organised_fair(request, fair)
    adds = request.POST.get("add")
    hall, gate = HallForm(request.POST if adds == "hall" else None), GateForm(request.POST if adds == "gate" else None)
    if hall.is_valid() or gate.is_valid():
        try:
            messages.success(request, _made(row, hall, gate, request.actor))
            return redirect("organiser-places", fair=row.slug)
        except DomainError as error:
            _refuse(hall if hall.is_bound else gate, error)
    context = {
        "fair": row,
        "hall_form": hall,
        "gate_form": gate,
        "halls": row.halls.order_by("name"),
        "gates": [(each, [RegistrationKind(kind).label for kind in each.kinds]) for each in row.gates.order_by("name")],
    }
    is_refused = bool(hall.errors or gate.errors)
    return render(request, f"{PAGES}/fair_places.html", context, status=422 if is_refused else 200)


def _made(fair: Fair, hall: HallForm, gate: GateForm, actor: Actor) -> str:
    values: dict[str, Any] = (hall if hall.is_bound else gate).cleaned_data
    if hall.is_bound:
        create_hall(fair, actor=actor, values=values)
        return _("The hall is made.")
    create_gate(fair, actor=actor, name=values["name"], kinds=values["kinds"])
    return _("The gate is made. Choose it where you scan.")


def _refuse(form: HallForm | GateForm, error: DomainError) -> None:
    if error.code == "already_exists":
        form.add_error("name", _("This fair has one of this name already."))
    else:
        add_refusal(form, error)
