"""Offers and occupations."""

from itertools import count
from typing import Any

from backend.core.text import fold
from events.employers.models import Employer
from events.offers.enums import OfferStatus
from events.offers.models import Offer, RomeCode
from events.offers.services import fill_keys
from tests.factories.employers import make_employer

_numbers = count(1)


def make_offer(employer: Employer | None = None, *, status: str = OfferStatus.PUBLISHED, **values: Any) -> Offer:
    """A published permanent post for a fitter, for no fair, unless said otherwise."""
    defaults = {"title": f"Soudeur {next(_numbers)}", "rome_code": "H2913", "contract_type": "cdi", "positions": 1}
    offer = Offer(employer=employer or make_employer(), status=status, **defaults | values)
    fill_keys(offer)
    offer.save(force_insert=True)
    return offer


def make_rome(code: str = "H2913", label: str = "Soudage manuel", **values: Any) -> RomeCode:
    """An occupation in force."""
    return RomeCode.objects.create(code=code, label=label, label_key=fold(label), **values)


def body(**values: Any) -> dict[str, Any]:
    """The body of an offer that nothing is wrong with, but for `employer`."""
    return {"title": "Soudeur", "rome_code": "H2913", "contract_type": "cdi", "positions": 2} | values
