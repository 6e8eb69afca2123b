"""What search engines read of a fair: Event and JobPosting of schema.org as JSON-LD, data that no browser runs."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from events.fairs.enums import FairKind, FairStatus
from events.fairs.models import Fair
from events.offers.enums import ContractType
from events.offers.models import Offer

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

_EMPLOYMENT = {
    ContractType.CDD: "TEMPORARY",
    ContractType.INTERIM: "TEMPORARY",
    ContractType.SAISONNIER: "TEMPORARY",
    ContractType.STAGE: "INTERN",
    ContractType.STAGE_3E: "INTERN",
    ContractType.STAGE_2DE: "INTERN",
    ContractType.MINI_STAGE: "INTERN",
    ContractType.SERVICE_CIVIQUE: "VOLUNTEER",
}
"""What search engines call a contract type; the others have no word there."""


def event_data(fair: Fair) -> SafeString:
    """The script element that describes the fair; whatever its texts hold cannot end the element."""
    return _script(_event(fair))


def offers_data(offers: Iterable[Offer], fair: Fair) -> SafeString:
    """The script element that describes these offers of the fair, their employers loaded; "" for none."""
    postings = [_posting(offer, fair) for offer in offers]
    return _script({"@context": "https://schema.org", "@graph": postings}) if postings else SafeString()


def _script(data: dict[str, Any]) -> SafeString:
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return SafeString(f'<script type="application/ld+json">{text}</script>')  # nosec B703


def _event(fair: Fair) -> dict[str, Any]:
    url = f"{settings.SITE_URL}/fairs/{fair.slug}/"
    mode = "Online" if fair.kind == FairKind.ONLINE else "Offline"
    state = "Cancelled" if fair.status == FairStatus.CANCELLED else "Scheduled"
    event: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": fair.name,
        "startDate": fair.starts_at.astimezone(fair.zone).isoformat(),
        "endDate": fair.ends_at.astimezone(fair.zone).isoformat(),
        "eventStatus": f"https://schema.org/Event{state}",
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "url": url,
        "isAccessibleForFree": True,
        "organizer": {"@type": "Organization", "name": fair.organisation.name},
        "location": _place(fair) or {"@type": "VirtualLocation", "url": url},
    }
    return event | ({"description": fair.description[:500]} if fair.description else {})


def _place(fair: Fair) -> dict[str, Any] | None:
    venue = fair.venue
    if venue is None:
        return None
    parts = {"streetAddress": venue.address, "postalCode": venue.postcode, "addressLocality": venue.commune}
    address = {"@type": "PostalAddress", "addressCountry": "FR", **{name: part for name, part in parts.items() if part}}
    place: dict[str, Any] = {"@type": "Place", "name": venue.name, "address": address}
    if venue.latitude is not None and venue.longitude is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude}
    return place


def _posting(offer: Offer, fair: Fair) -> dict[str, Any]:
    employer = offer.employer
    town = offer.commune or employer.commune or (fair.venue.commune if fair.venue else "")
    address = {"@type": "PostalAddress", "addressCountry": "FR", **({"addressLocality": town} if town else {})}
    employment = _EMPLOYMENT.get(ContractType(offer.contract_type))
    known = {
        "employmentType": employment,
        "jobStartDate": offer.starts_on.isoformat() if offer.starts_on else None,
        "baseSalary": _pay(offer),
    }
    return {
        "@type": "JobPosting",
        "title": offer.title,
        "description": offer.description[:500] or offer.title,
        "datePosted": offer.created_at.astimezone(fair.zone).date().isoformat(),
        "hiringOrganization": {"@type": "Organization", "name": employer.name},
        "jobLocation": {"@type": "Place", "address": address},
        "occupationalCategory": offer.rome_code,
        "totalJobOpenings": offer.positions,
        "url": f"{settings.SITE_URL}/fairs/{fair.slug}/employers/{employer.slug}/",
    } | {name: value for name, value in known.items() if value}


def _pay(offer: Offer) -> dict[str, Any] | None:
    bounds = {"minValue": offer.pay_min, "maxValue": offer.pay_max}
    given = {name: float(amount) for name, amount in bounds.items() if amount is not None}
    if not given:
        return None
    value = {"@type": "QuantitativeValue", "unitText": "MONTH", **given}
    return {"@type": "MonetaryAmount", "currency": "EUR", "value": value}
