"""Pages of the day at a stand: interviews begun and ended, outcomes, late columns, blocked times, seats given away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts.pages import PageRequest, add_refusal, for_roles, say_refusal
from backend.core.clock import now
from backend.core.errors import DomainError
from events.employers.models import Stand
from events.interviews import selectors, services
from events.interviews.agenda_table import name_of
from events.interviews.day_forms import OutcomeForm, ShiftForm, noted
from events.interviews.models import Place, Slot

PAGES = "events/interviews"


@require_POST
@for_roles("employer", "organiser")
def start(request: PageRequest, booking: UUID) -> HttpResponse:
    """`/employer/bookings/{id}/start/`: the candidate sits at the table."""
    place = _place(request, booking)
    try:
        services.start_interview(place.pk, actor=request.actor)
        messages.success(request, _("%(name)s: the interview has begun.") % {"name": name_of(place)})
    except DomainError as error:
        say_refusal(request, error)
    return _back(request, place)


@require_POST
@for_roles("employer", "organiser")
def finish(request: PageRequest, booking: UUID) -> HttpResponse:
    """`/employer/bookings/{id}/finish/`: the interview is over; what came of it is asked next."""
    place = _place(request, booking)
    try:
        services.finish_interview(place.pk, actor=request.actor)
    except DomainError as error:
        say_refusal(request, error)
        return _back(request, place)
    return redirect("employer-booking-outcome", booking=place.pk)


@require_POST
@for_roles("employer", "organiser")
def no_show(request: PageRequest, booking: UUID) -> HttpResponse:
    """`/employer/bookings/{id}/no-show/`: nobody came."""
    place = _place(request, booking)
    try:
        services.mark_no_show(place.pk, actor=request.actor)
        message = _("%(name)s did not come. Should they come after all, start the interview.")
        messages.success(request, message % {"name": name_of(place)})
    except DomainError as error:
        say_refusal(request, error)
    return _back(request, place)


@require_POST
@for_roles("employer", "organiser")
def release(request: PageRequest, booking: UUID) -> HttpResponse:
    """`/employer/bookings/{id}/release/`: give the seat to the next in line, or to whose `code` is typed."""
    place = _place(request, booking)
    code = request.POST.get("code", "").strip()
    named = selectors.holder_of(place.slot.fair, code) if code else None
    if code and named is None:
        messages.error(request, _("Nobody of this fair has this code. Look at the badge or the ticket again."))
        return redirect("employer-booking", booking=place.pk)
    try:
        _missed, seated = services.release_place(place.pk, actor=request.actor, registration_id=named)
    except DomainError as error:
        say_refusal(request, error)
        return redirect("employer-booking", booking=place.pk)
    if seated is None:
        messages.warning(request, _("Nobody in line is inside; the seat stays free."))
        return _back(request, place)
    messages.success(request, _("%(name)s has the seat now.") % {"name": name_of(seated)})
    return _back(request, seated)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer", "organiser")
def outcome(request: PageRequest, booking: UUID) -> HttpResponse:
    """`/employer/bookings/{id}/outcome/`: six choices, one of which is enough, then what else there is to say."""
    place = _place(request, booking)
    known = noted(getattr(place, "outcome", None))
    is_choice = request.POST.get("step") == "choose"
    data: Any = known | {"outcome": request.POST.get("outcome", "")} if is_choice else request.POST or None
    form = OutcomeForm(data, initial=known)
    if form.is_bound and form.is_valid():
        try:
            services.record_outcome(place.pk, actor=request.actor, result=form.result())
        except DomainError as error:
            say_refusal(request, error)
            return redirect("employer-booking", booking=place.pk)
        if is_choice:
            return redirect("employer-booking-outcome", booking=place.pk)
        messages.success(request, _("%(name)s: the outcome is noted.") % {"name": name_of(place)})
        return _back(request, place)
    context = {"place": place, "form": form, "known": known.get("outcome")}
    return render(request, f"{PAGES}/stand_outcome.html", context, status=422 if form.errors else 200)


@require_safe
@for_roles("employer", "organiser", "read")
def to_complete(request: PageRequest, stand: UUID) -> HttpResponse:
    """`/employer/stands/{id}/to-complete/`: interviews of the stand that are over and of which nothing is noted."""
    row = get_object_or_404(selectors.visible_stands(request.actor), pk=stand)
    places = selectors.to_complete(request.actor, now()).filter(stand=row)
    return render(request, f"{PAGES}/stand_to_complete.html", {"stand": row, "places": places})


@require_safe
@for_roles("employer")
def all_to_complete(request: PageRequest) -> HttpResponse:
    """`/employer/to-complete/`: the same of all stands of one's employers, past fairs among them."""
    actor = request.actor
    places = selectors.to_complete(actor, now()).filter(employer_id__in=actor.employers())
    return render(request, f"{PAGES}/stand_to_complete.html", {"stand": None, "places": places})


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer", "organiser")
def shift(request: PageRequest, stand: UUID) -> HttpResponse:
    """`/employer/stands/{id}/shift/?interviewer=…&day=…`: by how much, then what moves, then it is done."""
    row = get_object_or_404(selectors.visible_stands(request.actor), pk=stand)
    context = {"stand": row} | selectors.column_to_shift(row, request.GET, at=now())
    form = ShiftForm(request.POST or None, slots=context["slots"], at=now())
    context["form"] = form
    if form.is_bound and form.is_valid():
        move = services.shift_interviewer if request.POST.get("step") == "move" else services.foresee_shift
        try:
            moved, clashes = move(
                row,
                actor=request.actor,
                interviewer_id=context["interviewer"].pk,
                minutes=form.by,
                starting_at=form.starting_at,
            )
            if request.POST.get("step") == "move":
                return _shifted(request, row, moved, clashes)
            context |= {"moved": moved, "clashes": clashes}
        except DomainError as error:
            add_refusal(form, error)
    return render(request, f"{PAGES}/stand_shift.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles("employer", "organiser")
def block(request: PageRequest, slot: UUID) -> HttpResponse:
    """`/employer/slots/{id}/block/`: offer the time no longer; who is booked stays booked."""
    row = get_object_or_404(selectors.slots_at_stands(request.actor), pk=slot)
    try:
        services.block_slot(row.pk, actor=request.actor)
        messages.success(request, _("This time is blocked: nobody can book it until you reopen it."))
    except DomainError as error:
        say_refusal(request, error)
    return _back_to_day(row)


@require_POST
@for_roles("employer", "organiser")
def reopen(request: PageRequest, slot: UUID) -> HttpResponse:
    """`/employer/slots/{id}/reopen/`: offer the time again, to those in line first."""
    row = get_object_or_404(selectors.slots_at_stands(request.actor), pk=slot)
    try:
        services.reopen_slot(row.pk, actor=request.actor)
        messages.success(request, _("This time is offered again."))
    except DomainError as error:
        say_refusal(request, error)
    return _back_to_day(row)


def _place(request: PageRequest, booking: UUID) -> Place:
    return get_object_or_404(selectors.bookings_at_stands(request.actor), pk=booking)


def _back(request: PageRequest, place: Place) -> HttpResponse:
    """To where the button was: the booking's own page, or its card in the agenda."""
    if "page" in request.POST:
        return redirect("employer-booking", booking=place.pk)
    return redirect(f"{reverse('employer-stand', args=[place.stand_id])}?day={place.day_on}#booking-{place.pk}")


def _back_to_day(slot: Slot) -> HttpResponse:
    day = slot.starts_at.astimezone(slot.fair.zone).date()
    return redirect(f"{reverse('employer-stand', args=[slot.stand_id])}?day={day}")


def _shifted(request: PageRequest, stand: Stand, moved: list[Slot], clashes: list[Place]) -> HttpResponse:
    message = ngettext("%(n)d time was moved.", "%(n)d times were moved.", len(moved)) % {"n": len(moved)}
    messages.success(request, message)
    if clashes:
        people = ", ".join(name_of(place) for place in clashes)
        messages.warning(request, _("Now with another interview at the same time: %(people)s.") % {"people": people})
    return _back_to_day(moved[0]) if moved else redirect("employer-stand", stand=stand.pk)
