"""Which sockets hear of bookings and schedules."""

from collections.abc import Sequence
from uuid import UUID

from backend.accounts.actors import Actor
from backend.accounts.live import Audience
from backend.core.api import found
from backend.core.events import announce, announce_many
from events.interviews.models import Place, Slot, WaitlistEntry
from events.interviews.selectors import visible_stands


def stand_audience(actor: Actor, *, stand: UUID) -> Audience:
    """The stand's exhibitor's team, the fair's organisers and auditors. Raises `not_found` for everybody else."""
    row = found(visible_stands(actor), pk=stand)
    return Audience(f"stand.{row.id}", {"stand": str(row.id)}, row.fair.zone)


def booking_facts(name: str, places: list[Place], *, also: Sequence[str] = ()) -> None:
    """Tell the stand, the person and the fair (and `also` these topics) what happened to bookings."""
    announce_many(
        (name, [*dict.fromkeys([*audience_of(place), *also])], {"booking": str(place.id), "slot": str(place.slot_id)})
        for place in places
    )


def seats_changed(slot: Slot) -> None:
    """Tell the stand and the fair that a slot has fewer or more free seats, and nobody who has them."""
    topics = [f"stand.{slot.stand_id}", f"fair.{slot.fair_id}.live"]
    announce("slot.changed", topics=topics, data={"slot": str(slot.id), "stand": str(slot.stand_id)})


def waitlist_changed(what: str, entry: WaitlistEntry) -> None:
    """Tell the stand, the person and the fair that somebody joined or left a line, or was offered a place."""
    registration = entry.registration
    topics = [f"stand.{entry.slot.stand_id}", f"fair.{registration.fair_id}.live"]
    if registration.user_id:
        topics.append(f"user.{registration.user_id}")
    announce(f"waitlist.{what}", topics=topics, data={"entry": str(entry.id), "slot": str(entry.slot_id)})


def schedule_changed(stand_id: UUID, fair_id: UUID) -> None:
    """Tell the stand and the fair that its slots changed."""
    announce("slots.changed", topics=[f"stand.{stand_id}", f"fair.{fair_id}.live"], data={"stand": str(stand_id)})


def audience_of(place: Place) -> list[str]:
    """The topics of those whom a booking concerns: its stand, its fair, its person."""
    topics = [f"stand.{place.stand_id}", f"fair.{place.registration.fair_id}.live"]
    if place.registration.user_id:
        topics.append(f"user.{place.registration.user_id}")
    return topics
