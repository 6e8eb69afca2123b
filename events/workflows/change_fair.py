"""Changing a fair, and what follows for those who are registered and booked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from backend.accounts.actors import Actor
from events.fairs import services as fairs
from events.fairs.models import Fair
from events.interviews import rules
from events.interviews.enums import PlaceKind
from events.interviews.models import Place
from events.registrations.services import lock_fair, promote_waitlisted


@transaction.atomic
def change_fair(
    fair: Fair, *, actor: Actor, values: Mapping[str, Any], new_venue: Mapping[str, Any] | None = None
) -> tuple[Fair, list[UUID]]:
    """Change a draft or published fair; answers it and the ids of the live bookings that no longer fit, by time.

    Those stay: new limits and gaps hold for what is booked from then on. A raised capacity confirms the waiting list
    in its order. `new_venue` and errors as `fairs.services.change_fair`.
    """
    former = lock_fair(fair.pk).capacity
    fair = fairs.change_fair(fair, actor=actor, values=values, new_venue=new_venue)
    if former is not None and (fair.capacity is None or fair.capacity > former):
        promote_waitlisted(fair, actor=actor)
    return fair, no_longer_fits(fair, _live_bookings(fair))


def unfit_bookings(fair: Fair, *, most: int) -> tuple[int, list[Place]]:
    """How many live bookings do not fit the fair as it is now, and the first of them with whose and where they are."""
    unfit = no_longer_fits(fair, _live_bookings(fair))
    shown = Place.objects.filter(pk__in=unfit[:most]).select_related("registration", "employer", "stand")
    return len(unfit), list(shown.order_by("starts_at", "id"))


def no_longer_fits(fair: Fair, bookings: Iterable[Place]) -> list[UUID]:
    """The ids of the bookings outside the fair's dates or against its rules as they are now; of two that clash, and of
    those over a limit, the later booked."""
    unfit = set()
    kept: dict[UUID, list[Place]] = defaultdict(list)
    bookings = list(bookings)
    for place in sorted(bookings, key=lambda place: (place.created_at, place.id)):
        earlier = kept[place.registration_id]
        if not _is_within(fair, place) or rules.clash(rules.window_of(place), earlier, fair):
            unfit.add(place.id)
        else:
            earlier.append(place)
    return [place.id for place in bookings if place.id in unfit]


def _live_bookings(fair: Fair) -> QuerySet[Place]:
    return Place.objects.filter(slot__fair=fair, kind=PlaceKind.BOOKING, is_live=True).order_by("starts_at", "id")


def _is_within(fair: Fair, place: Place) -> bool:
    return fair.starts_at <= place.starts_at and place.ends_at <= fair.ends_at
