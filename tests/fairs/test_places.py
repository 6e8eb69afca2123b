"""Départements and distances."""

import pytest

from events.fairs.places import distance_km, postcode_starts, within

PARIS, MARSEILLE = (48.8566, 2.3522), (43.2965, 5.3698)


def test_paris_and_marseille_are_661_km_apart() -> None:
    assert distance_km(PARIS, MARSEILLE) == pytest.approx(660.5, abs=1)
    assert distance_km(MARSEILLE, PARIS) == pytest.approx(distance_km(PARIS, MARSEILLE))


@pytest.mark.parametrize("point", [PARIS, (90.0, 0.0), (0.0, 180.0)])
def test_a_point_is_no_distance_from_itself(point: tuple[float, float]) -> None:
    assert distance_km(point, point) == 0


def test_the_date_line_is_no_wall() -> None:
    assert distance_km((0, 179.5), (0, -179.5)) == pytest.approx(111.2, abs=0.1)


def test_within_takes_the_edge_and_leaves_what_has_no_place() -> None:
    points = [("here", *MARSEILLE), ("far", *PARIS), ("nowhere", None, None)]
    assert within(points, MARSEILLE, 0) == ["here"]
    assert within(points, MARSEILLE, 661) == ["here", "far"]


@pytest.mark.parametrize(
    ("department", "starts"), [("13", ("13",)), (" 974 ", ("974",)), ("2a", ("200", "201")), ("2B", ("202", "206"))]
)
def test_postcodes_of_a_department(department: str, starts: tuple[str, ...]) -> None:
    assert postcode_starts(department) == starts
