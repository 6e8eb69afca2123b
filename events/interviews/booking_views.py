"""Booking for a candidate: the fair's employers, the times of one, and the lines for those that are full.

An adviser has the same pages for a person they registered: where an address names a `registration`, it is one of those.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.accounts.actors import Actor
from backend.accounts.pages import PageRequest
from backend.core.api import found
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.formats import format_time
from backend.core.text import fold
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer
from events.fairs.models import Fair
from events.interviews import booking_grid, selectors, services
from events.interviews.candidate_context import context_of, uuid_of
from events.interviews.models import Place, Slot, WaitlistEntry


@never_cache
@require_safe
def book(request: PageRequest, fair: str, registration: UUID | None = None) -> HttpResponse:
    """The employers, each with its next times that fit; one tap books."""
    context = context_of(request, fair, registration)
    search, sector = request.GET.get("search", "")[:100], request.GET.get("sector", "")[:100]
    rows = booking_grid.chances(context["registration"], now(), words=fold(search).split(), sector_key=fold(sector))
    context |= {"rows": rows, "search": search, "is_narrowed": bool(search or sector)}
    return render(request, "events/interviews/book.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_employer(request: PageRequest, fair: str, employer: str, registration: UUID | None = None) -> HttpResponse:
    """An employer's times, what stands in the way of each; one tap books."""
    context = context_of(request, fair, registration)
    row = _employer(context["fair"], employer)
    if request.method != "POST":
        return _times(request, context, row)
    slot_id = uuid_of(request.POST.get("slot"))
    try:
        place = services.book_interview(slot_id, actor=request.actor, registration_id=context["registration"].pk)
    except DomainError as error:
        return _refused(request, context, row, error)
    messages.success(request, booked_words(place, place.slot.fair))
    return redirect(context["home"] + context["query"])


@require_POST
def join_line(request: PageRequest, fair: str, registration: UUID | None = None) -> HttpResponse:
    """Wait for a place in a time that is full."""
    context = context_of(request, fair, registration)
    slots = Slot.objects.filter(fair=context["fair"]).select_related("employer")
    slot = found(slots, pk=uuid_of(request.POST.get("slot")))
    person = context["registration"]
    try:
        entry, _is_new = services.join_waitlist(slot.pk, actor=request.actor, registration_id=person.pk)
    except DomainError as error:
        return _refused(request, context, slot.employer, error)
    words = _words_of(slot) | {"rank": selectors.waitlist().get(pk=entry.pk).rank, "person": person.full_name}
    said = _("%(person)s is number %(rank)s in line for %(time)s, %(name)s.")
    said = said if registration else _("You are number %(rank)s in line for %(time)s, %(name)s.")
    messages.success(request, said % words)
    return redirect(f"{context['home']}book/{slot.employer.slug}/{context['query']}")


@require_POST
def answer_line(request: PageRequest, fair: str, entry: UUID, registration: UUID | None = None) -> HttpResponse:
    """`answer`: `accept` or `decline` an offered place, or `leave` the line."""
    context = context_of(request, fair, registration)
    entries = selectors.waitlist().filter(registration=context["registration"])
    row = found(entries.select_related("slot__fair", "slot__employer"), pk=entry)
    answer = _ANSWERS.get(request.POST.get("answer", ""))
    if answer is None:
        raise DomainError("not_found")
    try:
        said = answer(row, request.actor)
    except DomainError as error:
        return _refused(request, context, row.slot.employer, error)
    messages.success(request, said)
    return redirect(context["home"] + context["query"])


def _accept(entry: WaitlistEntry, actor: Actor) -> str:
    place, _is_new = services.accept_offer(entry.pk, actor=actor)
    return booked_words(place, entry.slot.fair)


def _decline(entry: WaitlistEntry, actor: Actor) -> str:
    services.decline_offer(entry.pk, actor=actor)
    return _("The place at %(time)s, %(name)s, goes to the next in line.") % _words_of(entry.slot)


def _leave(entry: WaitlistEntry, actor: Actor) -> str:
    services.leave_waitlist(entry.pk, actor=actor)
    return _("No longer in line for %(time)s, %(name)s.") % _words_of(entry.slot)


_ANSWERS: dict[str, Callable[[WaitlistEntry, Actor], str]] = {"accept": _accept, "decline": _decline, "leave": _leave}


def _refused(request: PageRequest, context: dict[str, Any], employer: Employer, refusal: DomainError) -> HttpResponse:
    """The employer's times again, with what was refused on top. Raises what is no matter of state."""
    if refusal.kind.status != 409:
        raise refusal
    return _times(request, context, employer, refusal)


def _times(
    request: PageRequest, context: dict[str, Any], employer: Employer, refusal: DomainError | None = None
) -> HttpResponse:
    standing = booking_grid.Standing(context["registration"])
    booking, days = standing.booking_with(employer), booking_grid.choices(standing, employer, now())
    may_book = not context["closed"] and not (booking and context["fair"].one_booking_per_employer)
    context = context | {
        "employer": employer,
        "here": f"{context['home']}book/{employer.slug}/{context['query']}",
        "days": days,
        "booking": booking,
        "may_book": may_book,
        "is_limited": may_book and not refusal and booking_grid.is_limited(days),
        "refusal": refusal,
        "alternatives": booking_grid.first_free(days) if refusal and may_book else [],
    }
    return render(request, "events/interviews/book_employer.html", context, status=409 if refusal else 200)


def _employer(fair: Fair, slug: str) -> Employer:
    taking_part = Employer.objects.filter(exhibitors__fair=fair, exhibitors__status=ExhibitorStatus.ACCEPTED)
    return found(taking_part, slug=slug)


def booked_words(place: Place, fair: Fair) -> str:
    """`Booked: 14:20, Airbus Helicopters, stand B12.`"""
    words = {"time": format_time(place.starts_at, fair.zone), "name": place.employer.name, "stand": place.stand.label}
    return _("Booked: %(time)s, %(name)s, stand %(stand)s.") % words


def _words_of(slot: Slot) -> dict[str, Any]:
    return {"time": format_time(slot.starts_at, slot.fair.zone), "name": slot.employer.name}
