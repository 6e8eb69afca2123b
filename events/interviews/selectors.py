"""Reads of slots, places and bookings."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.clock import now
from events.employers.enums import GONE
from events.employers.models import Exhibitor, Stand
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.interviews import rules
from events.interviews.enums import (
    IN_LINE,
    LIVE_BOOKING,
    BookingStatus,
    OutcomeKind,
    PlaceKind,
    SlotState,
    WaitlistStatus,
)
from events.interviews.models import Place, Slot, WaitlistEntry
from events.offers.enums import OfferStatus
from events.offers.models import Offer
from events.registrations.codes import normalise
from events.registrations.enums import Presence
from events.registrations.models import Registration
from events.registrations.presence import presence_of


def occupying(at: datetime, prefix: str = "") -> Q:
    """The condition for places that take up a seat at that moment: live, and not run out."""
    unexpired = Q(**{f"{prefix}expires_at__isnull": True}) | Q(**{f"{prefix}expires_at__gt": at})
    return Q(**{f"{prefix}is_live": True}) & unexpired


def with_free(slots: QuerySet[Slot], at: datetime) -> QuerySet[Any]:
    """The slots with `free`: capacity minus live bookings, live holds and offered waitlist places at that moment."""
    return slots.annotate(free=F("capacity") - Count("places", filter=occupying(at, "places__")))


def bookable(slots: QuerySet[Slot], at: datetime) -> QuerySet[Slot]:
    """The slots somebody could still take, with `free`."""
    offered = slots.filter(state=SlotState.OPEN, starts_at__gt=at, interviewer__withdrawn_at=None)
    return with_free(offered, at).filter(free__gt=0)


def slots_of_fair(fair: Fair, at: datetime) -> QuerySet[Slot]:
    """Every slot of a fair with `free`, ready to be shown."""
    return with_free(fair.slots.all(), at).select_related("stand", "employer", "interviewer", "fair")


def alternatives(slot: Slot, registration: Registration, *, at: datetime, leaving: Place | None = None) -> list[Slot]:
    """Up to three slots of the same employer that this registration could book now, or move its booking `leaving` to;
    the next by time first."""
    taken = [place for place in live_bookings(registration) if place != leaving]
    near = bookable(Slot.objects.filter(fair_id=slot.fair_id, employer_id=slot.employer_id), at)
    near = near.exclude(pk__in=[slot.pk, *([leaving.slot_id] if leaving else [])])
    found: list[Slot] = []
    for other in near.select_related("stand", "employer", "interviewer", "fair").order_by("starts_at", "id")[:200]:
        if rules.clash(rules.window_of(other), taken, registration.fair) is None:
            found.append(other)
            if len(found) == 3:
                break
    return found


def live_bookings(registration: Registration) -> QuerySet[Place]:
    """The live bookings of a registration in order of time."""
    return Place.objects.filter(registration=registration, is_live=True, kind=PlaceKind.BOOKING).order_by("starts_at")


def bookings() -> QuerySet[Place]:
    """Every booking (no holds, no offers), ready to be shown."""
    return Place.objects.filter(kind=PlaceKind.BOOKING).select_related(
        "slot__fair__venue", "employer", "stand", "registration", "slot__interviewer"
    )


def visible_bookings(actor: Actor) -> QuerySet[Place]:
    """The bookings an actor may read: own, its employers', its organisations'."""
    organisations = actor.readable_organisations() | actor.organisations(Scope.CHECKIN)
    mine = Q(registration__organisation_id__in=organisations) | Q(employer_id__in=actor.employers())
    mine |= Q(registration__organisation_id__in=actor.organisations(Scope.ADVISER), registration__channel="adviser")
    if actor.user_id and actor.has_scope(Scope.CANDIDATE):
        mine |= Q(registration__user_id=actor.user_id)
    return bookings().filter(mine)


def bookings_of_fair(fair: Fair) -> QuerySet[Place]:
    """The bookings of a fair, for its organisers."""
    return bookings().filter(slot__fair=fair)


def visible_stands(actor: Actor) -> QuerySet[Stand]:
    """The stands an actor runs (its employers') or organises or reads."""
    stands = Stand.objects.select_related("fair", "exhibitor__employer", "exhibitor__fair", "hall")
    return stands.filter(
        Q(exhibitor__employer_id__in=actor.employers()) | Q(fair__organisation_id__in=actor.readable_organisations())
    )


def agenda(stand: Stand, *, day: date | None) -> QuerySet[Any]:
    """The slots of a stand on a day of the fair's zone (all days without one), with their bookings.

    Each slot has `free`, `waiting` (how many stand in its line) and `shown_bookings` (those not cancelled, with
    registration and outcome).
    """
    slots = stand.slots.select_related("employer", "interviewer", "stand", "fair")
    if day is not None:
        starts, ends = day_bounds(day, stand.fair.zone)
        slots = slots.filter(starts_at__gte=starts, starts_at__lt=ends)
    line = WaitlistEntry.objects.filter(slot=OuterRef("pk"), status__in=IN_LINE).order_by()
    waiting = Coalesce(Subquery(line.values("slot").annotate(number=Count("*")).values("number")), 0)
    rows: QuerySet[Any] = with_free(slots, now()).annotate(waiting=waiting).prefetch_related(shown_bookings())
    return rows.order_by("starts_at", "interviewer__position", "id")


def shown_bookings() -> Prefetch[Any]:
    """What gives slots their `shown_bookings`: those not cancelled, by seat, with registration and outcome."""
    shown = Place.objects.filter(kind=PlaceKind.BOOKING).exclude(status=BookingStatus.CANCELLED)
    rows = shown.select_related("registration", "outcome").order_by("seat", "created_at")
    return Prefetch("places", rows, to_attr="shown_bookings")


def column_to_shift(stand: Stand, asked: Mapping[str, str], *, at: datetime) -> dict[str, Any]:
    """What a shift is chosen from: `interviewers` of the stand with slots, `interviewer` the one asked for or else the
    first, `day` the one asked for or else the next with slots, and its `slots` on that day in order."""
    interviewers = list(stand.interviewers.filter(slots__isnull=False).distinct().order_by("position"))
    wanted = next((row for row in interviewers if str(row.pk) == asked.get("interviewer")), None)
    interviewer = wanted or next(iter(interviewers), None)
    days = days_of_agenda(stand)
    day = next((day for day in days if day.isoformat() == asked.get("day")), None)
    day = day or next_day_of_agenda(stand, at) or next(iter(days), None)
    slots = agenda(stand, day=day).filter(interviewer=interviewer).exclude(state=SlotState.CLOSED)
    return {"interviewers": interviewers, "interviewer": interviewer, "day": day, "slots": list(slots)}


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first instant of a local day and of the next one; 23 or 25 hours apart on clock-change days."""
    return (
        datetime.combine(day, time.min, tzinfo=zone),
        datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone),
    )


def taken_slot_ids(slots: QuerySet[Slot], at: datetime) -> set[UUID]:
    """The ids of those slots in which somebody has a seat at that moment."""
    return set(Place.objects.filter(occupying(at), slot__in=slots).values_list("slot_id", flat=True))


def exhibitors_of_team(actor: Actor, at: datetime) -> QuerySet[Exhibitor]:
    """What the actor's employers take part in and is not over, the next first; withdrawn and refused ones left out.

    Each has `has_offer`, `has_slots` and its stands, and each stand `slot_count` (open) and `booking_count` (live).
    """
    stands = Stand.objects.order_by("label_key").annotate(
        slot_count=Count("slots", filter=Q(slots__state=SlotState.OPEN), distinct=True),
        booking_count=Count(
            "slots__places",
            filter=Q(slots__places__is_live=True, slots__places__kind=PlaceKind.BOOKING),
            distinct=True,
        ),
    )
    return (
        Exhibitor.objects.filter(employer_id__in=actor.employers(), fair__ends_at__gt=at)
        .exclude(status__in=GONE)
        .exclude(fair__status__in=(FairStatus.CANCELLED, FairStatus.ARCHIVED))
        .select_related("fair__venue", "employer")
        .annotate(
            has_offer=Exists(Offer.objects.filter(employer=OuterRef("employer"), status=OfferStatus.PUBLISHED)),
            has_slots=Exists(Slot.objects.filter(exhibitor=OuterRef("pk"), state=SlotState.OPEN)),
        )
        .prefetch_related(Prefetch("stands", stands))
        .order_by("fair__starts_at", "employer__name_key", "id")
    )


def days_of_agenda(stand: Stand) -> list[date]:
    """The days of the fair's zone on which the stand has slots."""
    return [moment.date() for moment in stand.slots.datetimes("starts_at", "day", tzinfo=stand.fair.zone)]


def next_day_of_agenda(stand: Stand, at: datetime) -> date | None:
    """The day of the first slot that is not over at that instant."""
    starts = stand.slots.filter(ends_at__gt=at).order_by("starts_at").values_list("starts_at", flat=True)
    first = starts.first()
    return first.astimezone(stand.fair.zone).date() if first else None


def bookings_at_stands(actor: Actor) -> QuerySet[Place]:
    """The bookings at the stands that the actor runs, organises or reads."""
    rows = bookings().select_related("offer", "outcome", "stand__fair", "stand__exhibitor")
    return rows.filter(stand__in=visible_stands(actor).values("pk"))


def to_complete(actor: Actor, at: datetime) -> QuerySet[Place]:
    """The interviews at the actor's stands that are over and of which nothing is noted yet, the oldest first."""
    is_over = Q(status=BookingStatus.DONE) | Q(status__in=LIVE_BOOKING, ends_at__lte=at)
    is_unset = Q(outcome=None) | Q(outcome__outcome=OutcomeKind.TO_COMPLETE)
    return bookings_at_stands(actor).filter(is_over, is_unset).order_by("starts_at", "id")


def to_complete_by_employer(actor: Actor, at: datetime) -> list[tuple[str, int]]:
    """Name of each employer of the actor's team -> how many of its interviews are to be completed, if any."""
    rows = to_complete(actor, at).filter(employer_id__in=actor.employers()).order_by()
    counted = rows.values("employer__name", "employer__name_key").annotate(number=Count("id"))
    return [(row["employer__name"], row["number"]) for row in counted.order_by("employer__name_key")]


def line_for_seat(place: Place, at: datetime) -> list[WaitlistEntry] | None:
    """Who stands in line and is inside, for the seat of somebody who has not come; None where it cannot be given away
    now, or was."""
    slot = place.slot
    if rules.release(place, slot, at=at) or not (
        place.is_live or with_free(Slot.objects.all(), at).get(pk=slot.pk).free
    ):
        return None
    waiting = slot.waitlist.filter(status=WaitlistStatus.WAITING).select_related("registration")
    line = waiting.order_by("joined_at", "id")
    return [entry for entry in line if presence_of(entry.registration, slot.fair, at=at) == Presence.INSIDE]


def with_people(slots: list[Slot]) -> list[Slot]:
    """These slots with their `shown_bookings`, in one statement."""
    prefetch_related_objects(slots, shown_bookings())
    return slots


def holder_of(fair: Fair, code: str) -> UUID | None:
    """The registration of the fair with this typed short code, None where nobody has it."""
    rows = Registration.objects.filter(fair=fair, code=normalise(code))
    return rows.values_list("id", flat=True).first()


def waitlist() -> QuerySet[Any]:
    """Every entry of the lines, each with its `rank`: 1 is the next, none once it is no longer in line."""
    ahead = (
        WaitlistEntry.objects.filter(slot=OuterRef("slot"), status__in=IN_LINE)
        .filter(
            Q(joined_at__lt=OuterRef("joined_at")) | Q(joined_at=OuterRef("joined_at"), id__lte=OuterRef("id")),
        )
        .order_by()
        .values("slot")
        .annotate(number=Count("*"))
        .values("number")
    )
    rank = Case(When(status__in=IN_LINE, then=Subquery(ahead)), output_field=IntegerField())
    return WaitlistEntry.objects.select_related("slot__fair", "registration").annotate(rank=rank)


def visible_waitlist(actor: Actor) -> QuerySet[Any]:
    """The entries an actor may read: own, its employers', its organisations', of the people it accompanies."""
    organisations = actor.readable_organisations() | actor.organisations(Scope.CHECKIN)
    mine = Q(registration__organisation_id__in=organisations) | Q(slot__employer_id__in=actor.employers())
    mine |= Q(registration__organisation_id__in=actor.organisations(Scope.ADVISER), registration__channel="adviser")
    if actor.user_id and actor.has_scope(Scope.CANDIDATE):
        mine |= Q(registration__user_id=actor.user_id)
    return waitlist().filter(mine)


def slots_at_stands(actor: Actor) -> QuerySet[Slot]:
    """The slots of the stands that the actor runs, organises or reads."""
    return Slot.objects.filter(stand__in=visible_stands(actor).values("pk"))
