"""A candidate's pages: their fairs, their day, and one interview with moving and cancelling it.

An adviser has the same pages for a person they registered: where an address names a `registration`, it is one of those.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts.pages import PageRequest
from backend.core.api import found
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.formats import format_time
from backend.core.forms import reason_of
from events.interviews import booking_grid, candidate_day, permissions, rules, selectors, services
from events.interviews.candidate_context import context_of, uuid_of
from events.interviews.enums import BookingStatus
from events.interviews.models import Place
from events.registrations import codes, qr
from events.registrations.enums import Presence, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.presence import presence_of
from events.registrations.selectors import live_ticket, own_registrations, ticket_text

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
    """What the page of somebody's day shows. Raises `not_found` as `context_of`."""
    context = context_of(request, fair, registration)
    row, at = context["registration"], now()
    lines = _lines(row, at)
    bookings = candidate_day.bookings_shown(row)
    following = candidate_day.next_booking(bookings, at)
    links = {"home": context["home"], "query": context["query"]}
    return context | {
        "days": candidate_day.timeline(row.fair, bookings, at, **links),
        "next": following,
        "next_note": candidate_day.until_words(following, at) if following else "",
        "lines": lines,
        "meetings": candidate_day.meetings(bookings, at),
        "is_inside": presence_of(row, row.fair, at=at) == Presence.INSIDE,
        "is_ahead": row.fair.ends_at > at,
        "called_off": candidate_day.called_off(bookings),
        "code": codes.group(row.code),
        "ticket": _ticket(row),
    }


def _lines(registration: Registration, at: datetime) -> candidate_day.Lines:
    """Where the registration waits; what ran out goes on before it is shown, for now somebody asks."""
    lines = candidate_day.lines_of(registration, at)
    over = [entry for entry in lines.offered if entry.offered_until <= at]
    for entry in over:
        services.pass_on_now(entry.slot_id)
    return candidate_day.lines_of(registration, at) if over else lines


@never_cache
@page
def my_interview(request: PageRequest, fair: str, booking: UUID, registration: UUID | None = None) -> HttpResponse:
    """One interview: when, where, with whom; POST cancels it."""
    context = context_of(request, fair, registration)
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
    return render(request, "events/interviews/my_interview.html", context | _leaving(request, row))


@never_cache
@page
def move_interview(request: PageRequest, fair: str, booking: UUID, registration: UUID | None = None) -> HttpResponse:
    """The employer's other times; one tap moves the interview, which is kept where it is until that is done."""
    context = context_of(request, fair, registration)
    row = found(selectors.bookings().filter(registration=context["registration"]), pk=booking)
    refusal: DomainError | None = None
    if request.method == "POST":
        slot_id = uuid_of(request.POST.get("slot"))
        try:
            place = services.switch_booking(row.pk, actor=request.actor, slot_id=slot_id)
        except DomainError as error:
            if error.kind.status != 409:
                raise
            refusal = error
        else:
            messages.success(request, _moved_words(place))
            return redirect(context["home"] + context["query"])
    context |= _leaving(request, row)
    context["days"] = booking_grid.choices(booking_grid.Standing(context["registration"], row), row.employer, now())
    context |= {"refusal": refusal, "may_book": context["is_changeable"] and not context["closed"]}
    context["alternatives"] = booking_grid.first_free(context["days"]) if refusal and context["may_book"] else []
    return render(request, "events/interviews/move_interview.html", context, status=409 if refusal else 200)


def _leaving(request: PageRequest, booking: Place) -> dict[str, Any]:
    """Whether an interview can still be moved or cancelled, and until when, in words."""
    at, fair = now(), booking.slot.fair
    is_ahead = booking.status == BookingStatus.BOOKED and booking.ends_at > at
    is_late = rules.is_too_late_to_leave(booking, by=permissions.cancels_as(request.actor, booking), at=at)
    until = booking.starts_at - timedelta(minutes=fair.cancel_until_minutes)
    return {
        "booking": booking,
        "is_changeable": is_ahead and not is_late,
        "is_late": is_ahead and is_late,
        "until": candidate_day.until_when(until, fair, at) if fair.cancel_until_minutes else "",
    }


def _moved_words(place: Place) -> str:
    zone = place.slot.fair.zone
    words = {"time": format_time(place.starts_at, zone), "name": place.employer.name, "stand": place.stand.label}
    return _("Moved to %(time)s: %(name)s, stand %(stand)s.") % words


def _ticket(registration: Registration) -> str:
    """The QR code of a confirmed registration, as SVG."""
    if registration.status != RegistrationStatus.CONFIRMED:
        return ""
    return qr.svg(ticket_text(live_ticket(registration), registration.fair), title=_("QR code of your ticket"))
