"""Writes of series, fairs and venues."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.text import fold
from events.fairs.models import Venue


@transaction.atomic
def create_venue(values: Mapping[str, Any], *, actor: Actor) -> Venue:
    """Make a venue of the actor's organisation.

    `values`: name, address, postcode, commune, latitude, longitude (degrees). Raises `forbidden`.
    """
    venue = Venue(organisation_id=actor.home_organisation(), **values)
    venue.search_key = fold(f"{venue.name} {venue.commune} {venue.address}")
    venue.save(force_insert=True)
    audit.record("venue.created", venue, actor=actor, organisation_id=venue.organisation_id)
    return venue
