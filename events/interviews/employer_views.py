"""Pages of an employer at a fair: its stands, a stand's agenda, its schedule, an interview."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts.pages import PageRequest, add_refusal, for_roles, say_refusal
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.forms import reason_of
from events.employers.models import Stand
from events.interviews import rules, selectors, services
from events.interviews.agenda_table import actions_of, agenda_table, times_kept
from events.interviews.enums import CancelledBy
from events.interviews.permissions import can_set_schedule, cancels_as
from events.interviews.schedule_forms import ScheduleForm, first_schedule
from events.registrations.presence import presence_of

PAGES = "events/interviews"


@require_safe
@for_roles("employer")
def employer_home(request: PageRequest) -> HttpResponse:
    """`/employer/`: the fairs in which one's employers take part, with what is left to do."""
    at = now()
    context = {
        "exhibitors": list(selectors.exhibitors_of_team(request.actor, at)),
        "to_complete": selectors.to_complete_by_employer(request.actor, at),
    }
    return render(request, f"{PAGES}/employer_home.html", context)


@require_safe
@for_roles("employer", "organiser", "read")
def stand_agenda(request: PageRequest, stand: UUID) -> HttpResponse:
    """`/employer/stands/{id}/`: a day of the stand, one column for each interviewer."""
    row = _stand(request, stand)
    at = now()
    days = selectors.days_of_agenda(row)
    day = _day_asked_for(request, days) or selectors.next_day_of_agenda(row, at) or (days[-1] if days else None)
    may_change = can_set_schedule(request.actor, row)
    slots = list(selectors.agenda(row, day=day)) if day else []
    context = {
        "stand": row,
        "days": days,
        "day": day,
        "table": agenda_table(slots, at=at, may_change=may_change) if day else None,
        "to_complete": selectors.to_complete(request.actor, at).filter(stand=row).count(),
        "may_change": may_change,
    }
    return render(request, f"{PAGES}/stand_agenda.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer", "organiser")
def stand_schedule(request: PageRequest, stand: UUID) -> HttpResponse:
    """`/employer/stands/{id}/schedule/`: the form, then a preview of the grid, then the grid is made."""
    row = _stand(request, stand)
    form = ScheduleForm(request.POST or None, initial=_initial(row), fair=row.fair)
    context: dict[str, Any] = {"stand": row, "form": form}
    if form.is_bound and form.is_valid() and request.POST.get("step") == "make":
        try:
            return _make_schedule(request, row, form)
        except DomainError as error:
            context["booked"] = selectors.with_people(error.extra.get("slots", []))
            if not context["booked"]:
                add_refusal(form, error, **{"from": "begin", "to": "end"})
    elif form.is_bound and form.is_valid():
        grid = form.schedule().grid()
        context |= {"grid": grid, "count": len(grid) * form.cleaned_data["tables"]}
    is_refused = bool(form.errors or context.get("booked"))
    return render(request, f"{PAGES}/stand_schedule.html", context, status=422 if is_refused else 200)


@require_safe
@for_roles("employer", "organiser", "read")
def booking(request: PageRequest, booking: UUID) -> HttpResponse:
    """`/employer/bookings/{id}/`: who comes, when, and whether they are inside."""
    at, actor = now(), request.actor
    place = get_object_or_404(selectors.bookings_at_stands(actor), pk=booking)
    presence = presence_of(place.registration, place.slot.fair, at=at)
    may_change = can_set_schedule(actor, place.stand)
    context = {
        "place": place,
        "fair": place.slot.fair,
        "presence": presence,
        "is_at_risk": rules.is_at_risk(place, presence, at=at),
        "times": times_kept(place),
        "actions": actions_of(place, presence, at=at) if may_change else [],
        "line": selectors.line_for_seat(place, at) if may_change else None,
        "may_block": may_change and place.slot.starts_at > at,
        "may_cancel": place.is_live and cancels_as(actor, place) is not None,
        "cancelled_by": CancelledBy(place.cancelled_by).label if place.cancelled_by else "",
    }
    return render(request, f"{PAGES}/booking.html", context)


@require_POST
@for_roles("employer", "organiser")
def cancel_booking(request: PageRequest, booking: UUID) -> HttpResponse:
    """`/employer/bookings/{id}/cancel/`: the time is free again."""
    actor = request.actor
    place = get_object_or_404(selectors.bookings_at_stands(actor), pk=booking)
    try:
        services.cancel_booking(place.pk, actor=actor, reason=reason_of(request.POST))
        messages.success(request, _("The interview is cancelled; the time is free again."))
    except DomainError as error:
        say_refusal(request, error)
    return redirect("employer-stand", stand=place.stand_id)


def _stand(request: PageRequest, stand: UUID) -> Stand:
    return get_object_or_404(selectors.visible_stands(request.actor), pk=stand)


def _day_asked_for(request: PageRequest, days: list[date]) -> date | None:
    try:
        wanted = parse_date(request.GET.get("day", ""))
    except ValueError:
        return None
    return wanted if wanted in days else None


def _initial(stand: Stand) -> dict[str, object]:
    return first_schedule(stand.fair, today=now().astimezone(stand.fair.zone).date())


def _make_schedule(request: PageRequest, stand: Stand, form: ScheduleForm) -> HttpResponse:
    actor = request.actor
    slots, _changed = services.set_schedule(
        stand, actor=actor, interviewers=form.cleaned_data["tables"], schedule=form.schedule()
    )
    message = ngettext("%(n)d interview can be booked.", "%(n)d interviews can be booked.", len(slots))
    messages.success(request, message % {"n": len(slots)})
    response = redirect("employer-stand", stand=stand.pk)
    response["Location"] += f"?day={form.cleaned_data['day'].isoformat()}"
    return response
