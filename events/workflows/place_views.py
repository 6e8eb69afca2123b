"""Page of an organiser: the stands, halls and gates of a fair."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.accounts.actors import Actor
from backend.accounts.pages import PageRequest, add_refusal, for_roles
from backend.core.errors import DomainError
from backend.core.text import natural_key
from events.employers.models import Stand
from events.employers.services import create_row_of_stands
from events.fairs.models import Fair
from events.fairs.services import create_hall
from events.registrations.enums import RegistrationKind
from events.registrations.services import create_gate
from events.workflows.organiser_views import PAGES, organised_fair
from events.workflows.place_forms import GateForm, HallForm, StandsForm


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def fair_places(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/places/`: the stands, halls and gates, and a form for more of each."""
    row = organised_fair(request, fair)
    adds = request.POST.get("add", "")
    sent: dict[str, Any] = {adds: request.POST}
    added: dict[str, forms.Form] = {
        "stands": StandsForm(sent.get("stands"), fair=row),
        "hall": HallForm(sent.get("hall")),
        "gate": GateForm(sent.get("gate")),
    }
    form = added.get(adds)
    if form is not None and form.is_valid():
        try:
            messages.success(request, MAKERS[adds](row, request.actor, form.cleaned_data))
            return redirect("organiser-places", fair=row.slug)
        except DomainError as error:
            _refuse(form, error)
    context = {f"{name}_form": each for name, each in added.items()} | {
        "fair": row,
        "stands": sorted(row.stands.select_related("hall"), key=_by_hall_and_label),
        "halls": row.halls.order_by("name"),
        "gates": [(each, [RegistrationKind(kind).label for kind in each.kinds]) for each in row.gates.order_by("name")],
    }
    return render(
        request, f"{PAGES}/fair_places.html", context, status=422 if form is not None and form.errors else 200
    )


def _by_hall_and_label(stand: Stand) -> Any:
    return natural_key(stand.hall.name if stand.hall else ""), str(stand.hall_id), natural_key(stand.label_key)


def _make_stands(fair: Fair, actor: Actor, values: dict[str, Any]) -> str:
    row = {"prefix": values["letters"], "first": values["first"], "last": values["last"]}
    made = create_row_of_stands(fair, actor=actor, **row, hall=values["hall"])
    said = ngettext("%(n)d stand is made.", "%(n)d stands are made.", len(made))
    return said % {"n": len(made)}


def _make_hall(fair: Fair, actor: Actor, values: dict[str, Any]) -> str:
    create_hall(fair, actor=actor, values=values)
    return _("The hall is made.")


def _make_gate(fair: Fair, actor: Actor, values: dict[str, Any]) -> str:
    create_gate(fair, actor=actor, name=values["name"], kinds=values["kinds"])
    return _("The gate is made. Choose it where you scan.")


MAKERS: dict[str, Callable[[Fair, Actor, dict[str, Any]], str]] = {
    "stands": _make_stands,
    "hall": _make_hall,
    "gate": _make_gate,
}


def _refuse(form: forms.Form, error: DomainError) -> None:
    if error.code == "already_exists":
        form.add_error("name", _("This fair has one of this name already."))
    elif error.code == "label_taken":
        labels = ", ".join(error.extra["labels"])
        form.add_error("letters", _("These stands are there already: %(labels)s. None was made.") % {"labels": labels})
    else:
        add_refusal(form, error, label="letters", labels="last")
