"""Where somebody is, and the figures, say the same: admitted are those inside and those who left."""

from typing import Any

import pytest

from backend.accounts.enums import Scope
from backend.core.clock import now
from checkin import selectors
from checkin.enums import ScanType
from checkin.services import admit_scans
from tests.factories.checkin import make_guest, make_scan, open_fair, staff_of

pytestmark = pytest.mark.django_db
EXIT = ScanType.EXIT


def test_who_is_forced_out_and_never_was_in_has_not_left() -> None:
    fair = open_fair()
    registration, text = make_guest(fair)
    strong = staff_of(fair, Scope.CHECKIN, Scope.CHECKIN_FORCE)

    def reasons(*scans: Any) -> list[str | None]:
        return [answer.body["reason"] for answer in admit_scans(fair, scans, actor=strong)]

    assert reasons(make_scan(text, EXIT, is_forced=True, force_reason="No badge")) == [None]
    registration.refresh_from_db()
    assert (registration.presence, registration.first_admitted_at) == ("expected", None)
    assert selectors.counts(fair, now()) == {"expected": 1, "admitted": 0, "inside": 0, "left": 0}
    assert reasons(make_scan(text, EXIT), make_scan(text), make_scan(text, EXIT)) == ["not_inside", None, None]
    registration.refresh_from_db()
    assert registration.presence == "left"
    assert selectors.counts(fair, now()) == {"expected": 1, "admitted": 1, "inside": 0, "left": 1}
