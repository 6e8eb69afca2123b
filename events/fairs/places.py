"""Where fairs are: French départements and distances."""

from collections.abc import Iterable
from math import asin, cos, radians, sin, sqrt
from typing import TypeVar

EARTH_RADIUS_KM = 6371.0088
Key = TypeVar("Key")
Point = tuple[float, float]
_CORSICA = {"2A": ("200", "201"), "2B": ("202", "206")}


def postcode_starts(department: str) -> tuple[str, ...]:
    """How the postcodes of a département begin: its number, and for the two of Corsica what the post gave them."""
    code = department.strip().upper()
    return _CORSICA.get(code, (code,))


def distance_km(one: Point, other: Point) -> float:
    """The distance over ground of two points (latitude, longitude in degrees): haversine, on a sphere."""
    latitude, other_latitude = radians(one[0]), radians(other[0])
    across = sin((other_latitude - latitude) / 2) ** 2
    along = sin(radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(across + cos(latitude) * cos(other_latitude) * along)))


def within(points: Iterable[tuple[Key, float | None, float | None]], centre: Point, km: float) -> list[Key]:
    """The keys of the points (key, latitude, longitude) no further than so many kilometres from the centre."""
    return [
        key
        for key, latitude, longitude in points
        if latitude is not None and longitude is not None and distance_km((latitude, longitude), centre) <= km
    ]
