"""Pages of calendars to subscribe to, and the calendars themselves; and the wish for an earlier time."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts.pages import PageRequest, for_roles
from backend.core.api import found
from backend.core.errors import DomainError
from backend.core.limits import count_or_refuse
from events.fairs.calendars import CONTENT_TYPE
from events.interviews import calendars, selectors
from events.interviews.candidate_context import context_of
from events.interviews.models import Interviewer
from events.interviews.permissions import can_share_calendar
from events.interviews.services import earlier, feeds
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration

READS_PER_HOUR = 600
"""Of all calendars together, from one place."""


@login_not_required
@require_safe
def feed(request: PageRequest, secret: str) -> HttpResponse:
    """`/calendars/{secret}.ics`: what a calendar program fetches now and then."""
    count_or_refuse(f"calendars:{request.ip}", limit=READS_PER_HOUR, seconds=3600)
    text = calendars.calendar_of_feed(calendars.feed_of(secret))
    headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex"}
    return HttpResponse(text, content_type=CONTENT_TYPE, headers=headers)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_calendar(request: PageRequest, fair: str) -> HttpResponse:
    """`/me/fairs/{fair}/calendar/`: take the day along; make, renew or switch off the address to subscribe to."""
    context = context_of(request, fair, None)
    registration: Registration = context["registration"]
    address = _change(request, registration)
    if request.method == "POST" and not address:
        return redirect(request.get_full_path())
    is_on = bool(address) or calendars.has_feed(registration)
    context |= {
        "rows": [{"owner": registration, "is_on": is_on, "address": address}],
        "has_ticket": registration.status == RegistrationStatus.CONFIRMED,
    }
    return render(request, "events/interviews/my_calendar.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer", "organiser")
def stand_calendars(request: PageRequest, stand: UUID) -> HttpResponse:
    """`/employer/stands/{id}/calendars/`: a calendar to subscribe to for each interviewer."""
    row = found(selectors.visible_stands(request.actor), pk=stand)
    people = list(row.interviewers.filter(withdrawn_at=None).select_related("calendar_feed").order_by("position"))
    address, owner = "", None
    if request.method == "POST":
        owner = next((one for one in people if str(one.pk) == request.POST.get("interviewer")), None)
        address = _change(request, owner) if owner else ""
        if not address:
            return redirect(request.path)
    rows: list[dict[str, Any]] = [
        {
            "owner": one,
            "is_on": one == owner or hasattr(one, "calendar_feed"),
            "address": address if one == owner else "",
        }
        for one in people
    ]
    may_change = bool(people) and can_share_calendar(request.actor, people[0])
    context = {"stand": row, "rows": rows, "may_change": may_change}
    return render(request, "events/interviews/stand_calendars.html", context)


def _change(request: PageRequest, owner: Registration | Interviewer) -> str:
    """What a form asks for; out: the new address, which is shown this once, or nothing."""
    wanted = request.POST.get("calendar") if request.method == "POST" else None
    if wanted == "open":
        secret = feeds.open_calendar(owner, actor=request.actor)
        return f"{settings.SITE_URL}{reverse('calendar-feed', args=[secret])}"
    if wanted == "close":
        feeds.close_calendar(owner, actor=request.actor)
        messages.success(request, _("The calendar is switched off. Its address no longer answers."))
    return ""


@require_POST
def wish_for_earlier(request: PageRequest, fair: str, booking: UUID) -> HttpResponse:
    """`/me/fairs/{fair}/interviews/{id}/earlier/`: hear of an earlier time, or no longer."""
    context = context_of(request, fair, None)
    row = found(selectors.bookings().filter(registration=context["registration"]), pk=booking)
    is_wanted = request.POST.get("earlier") == "on"
    try:
        earlier.wish_for_earlier(row.pk, actor=request.actor, is_wanted=is_wanted)
    except DomainError as error:
        if error.kind.status != 409:
            raise
        messages.error(request, str(error.detail))
    else:
        said = _("We write to you when an earlier time is free.") if is_wanted else _("We no longer write about this.")
        messages.success(request, said)
    return redirect(f"{context['home']}interviews/{row.pk}/{context['query']}")
