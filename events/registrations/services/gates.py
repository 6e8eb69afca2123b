"""The gates of a fair. They let kinds of registrations through, so they are made here and not among the fairs."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.errors import DomainError, invalid
from events.fairs.models import Fair, Gate
from events.fairs.permissions import can_organise
from events.registrations.enums import RegistrationKind


@transaction.atomic
def create_gate(fair: Fair, *, actor: Actor, name: str, kinds: Sequence[str] = ()) -> Gate:
    """Make an entrance of the fair for these kinds of registrations; none named: for every kind.

    Raises `forbidden`, `invalid` for an unknown kind, `already_exists` with `gate` (id) for a name that the fair has.
    """
    if not can_organise(actor, fair):
        raise DomainError("forbidden")
    if set(kinds) - set(RegistrationKind.values):
        raise invalid("kinds", ", ".join(RegistrationKind.values))
    gate = Gate(fair=fair, name=name, kinds=[kind for kind in RegistrationKind.values if kind in kinds])
    try:
        with transaction.atomic():
            gate.save(force_insert=True)
    except IntegrityError as error:
        known = Gate.objects.filter(fair=fair, name=name).first()
        if known is None:
            raise
        raise DomainError("already_exists", extra={"gate": str(known.id)}) from error
    audit.record("gate.created", gate, actor=actor, organisation_id=fair.organisation_id)
    return gate
