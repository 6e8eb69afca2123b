"""What search engines read of a fair: schema.org's Event as JSON-LD, a block of data that no browser runs."""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from events.fairs.enums import FairKind, FairStatus
from events.fairs.models import Fair

_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def event_data(fair: Fair) -> SafeString:
    """The script element that describes the fair; whatever its texts hold cannot end the element."""
    text = json.dumps(_event(fair), ensure_ascii=False).translate(_ESCAPES)
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
