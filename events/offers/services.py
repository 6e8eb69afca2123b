"""Writes of offers."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.errors import DomainError, invalid
from backend.core.events import announce
from backend.core.text import fold
from events.employers.models import Employer
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.offers import permissions, selectors
from events.offers.enums import OFFER_MOVES, OfferStatus
from events.offers.models import Offer


@transaction.atomic
def create_offer(values: Mapping[str, Any], *, actor: Actor, employer: Employer) -> Offer:
    """Make a draft of an employer's offer, for one fair or for none.

    `values`: the fields of contract §2.3, the ROME code cleaned, pay gross in euros a month. Raises `forbidden`,
    `wrong_state` for a fair that is off, and `invalid` for another organisation's fair, a ROME code that the imported
    list does not have (any more), or a highest pay below the lowest.
    """
    if not permissions.can_write_offers(actor, employer):
        raise DomainError("forbidden")
    offer = Offer(employer=employer, **values)
    _check(offer, set(values))
    offer.save(force_insert=True)
    _record("offer.created", offer, actor=actor, to_state=offer.status)
    return offer


@transaction.atomic
def change_offer(offer: Offer, *, actor: Actor, values: Mapping[str, Any]) -> Offer:
    """Change an offer in whatever state; only what changes is checked. `values` and errors as `create_offer`."""
    offer = _locked(offer, actor)
    changed = sorted(name for name, value in values.items() if getattr(offer, name) != value)
    if not changed:
        return offer
    for name in changed:
        setattr(offer, name, values[name])
    _check(offer, set(changed))
    offer.save(update_fields=[*changed, "search_key", "updated_at"])
    _record("offer.changed", offer, actor=actor, reason=", ".join(changed))
    return offer


def publish_offer(offer: Offer, *, actor: Actor) -> Offer:
    """Show a draft, or a closed offer anew; again, nothing changes. Raises `forbidden`.

    The public sees it once its employer is accepted for its fair and the fair is published.
    """
    return _move(offer, OfferStatus.PUBLISHED, actor=actor)


def close_offer(offer: Offer, *, actor: Actor) -> Offer:
    """Take a published offer back; again, nothing changes. Raises `forbidden`, `wrong_state` for a draft."""
    return _move(offer, OfferStatus.CLOSED, actor=actor)


@transaction.atomic
def delete_offer(offer: Offer, *, actor: Actor) -> None:
    """Delete an offer; interviews that were about it stay, without it. Raises `forbidden`."""
    offer = _locked(offer, actor)
    _record("offer.deleted", offer, actor=actor, from_state=offer.status)
    offer.delete()


def fill_keys(offer: Offer) -> None:
    """Fill the column by which an offer is found and sorted: the title first."""
    offer.search_key = fold(f"{offer.title} {offer.rome_code} {offer.commune} {offer.description}")


@transaction.atomic
def _move(offer: Offer, status: OfferStatus, *, actor: Actor) -> Offer:
    offer = _locked(offer, actor)
    former = offer.status
    if former == status:
        return offer
    if status not in OFFER_MOVES[former]:
        raise DomainError("wrong_state")
    offer.status = status
    offer.save(update_fields=["status", "updated_at"])
    _record(f"offer.{status}", offer, actor=actor, from_state=former, to_state=status)
    if offer.fair_id:
        announce(f"offer.{status}", topics=[f"fair.{offer.fair_id}.live"], data={"offer": str(offer.id)})
    return offer


def _locked(offer: Offer, actor: Actor) -> Offer:
    offers = Offer.objects.select_related("employer", "fair").select_for_update(of=("self",), no_key=True)
    locked = offers.filter(pk=offer.pk).first()
    if locked is None:
        raise DomainError("not_found")
    if not permissions.can_write_offers(actor, locked.employer):
        raise DomainError("forbidden")
    return locked


def _check(offer: Offer, changed: set[str]) -> None:
    if "fair" in changed and offer.fair is not None:
        _check_fair(offer.fair, offer.employer)
    if "rome_code" in changed and not selectors.is_in_force(offer.rome_code):
        raise invalid("rome_code", _("The list of occupations in force does not have this ROME code."))
    if offer.pay_min is not None and offer.pay_max is not None and offer.pay_max < offer.pay_min:
        raise invalid("pay_max", _("The highest pay is not below the lowest."))
    fill_keys(offer)


def _check_fair(fair: Fair, employer: Employer) -> None:
    if fair.organisation_id != employer.organisation_id:
        raise invalid("fair", _("This fair is another organiser's."))
    if fair.status not in (FairStatus.DRAFT, FairStatus.PUBLISHED):
        raise DomainError("wrong_state")


def _record(action: str, offer: Offer, *, actor: Actor, **moved: str) -> None:
    audit.record(action, offer, actor=actor, organisation_id=offer.employer.organisation_id, **moved)
