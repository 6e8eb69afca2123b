"""How one scan is decided: pure functions over plain values, no database.

`unknown`, `invalid` and `wrong_fair` come from looking the secret up. What is left is decided here, in this order: what
is wrong with the registration whatever the time and place (`canceled`, `revoked`, `not_confirmed`), with the time
(`too_early`, `too_late`), with the place (`wrong_gate`), with where the person is (`already_inside`, `not_inside`), and
at last with the house (`fair_full`). What comes before `already_inside` is a matter of the scan alone, so the order in
which late scans arrive does not change it.
"""

from bisect import insort
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from checkin.enums import Reason, ScanType
from events.registrations.enums import Presence, RegistrationStatus
from events.registrations.presence import is_gone


@dataclass(frozen=True, slots=True)
class Picture:
    """All that decides one scan. `gate_kinds` empty lets every kind through; `is_inside` is at the scan's time."""

    type: str
    at: datetime
    status: str
    kind: str
    opens_at: datetime
    closes_at: datetime
    is_revoked: bool = False
    gate_kinds: tuple[str, ...] = ()
    is_inside: bool = False
    is_full: bool = False


def refusal(picture: Picture) -> Reason | None:
    """Why the scan is refused, or None. The doors are open from `opens_at` to just before `closes_at`.

    Times, gates and a full house are about coming in: nobody is kept from leaving.
    """
    if picture.status == RegistrationStatus.CANCELLED:
        return Reason.CANCELED
    if picture.is_revoked:
        return Reason.REVOKED
    if picture.status != RegistrationStatus.CONFIRMED:
        return Reason.NOT_CONFIRMED
    if picture.type == ScanType.EXIT:
        return None if picture.is_inside else Reason.NOT_INSIDE
    if picture.at < picture.opens_at:
        return Reason.TOO_EARLY
    if picture.at >= picture.closes_at:
        return Reason.TOO_LATE
    if picture.gate_kinds and picture.kind not in picture.gate_kinds:
        return Reason.WRONG_GATE
    if picture.is_inside:
        return Reason.ALREADY_INSIDE
    return Reason.FAIR_FULL if picture.is_full else None


@dataclass(slots=True, eq=False)
class Mark:
    """A scan that says where somebody is: accepted, or kept because only the person's whereabouts were against it."""

    at: datetime
    type: str
    is_accepted: bool
    scan_id: UUID | None = None
    gate_id: UUID | None = None

    @property
    def key(self) -> tuple[datetime, bool]:
        """Marks stand by time; of an entry and an exit at the same instant the entry comes first."""
        return self.at, self.type == ScanType.EXIT


@dataclass(slots=True)
class Whereabouts:
    """One registration's marks in order of time, and what follows from them.

    A scan that arrives late changes what was true when later ones were judged. A kept scan that it makes right counts
    from then on (an exit that arrived before its entry, an entry before the exit in between); what was accepted stays.
    So after every `add` the presence at any instant is what the last mark before it says, accepted or kept, and the
    order in which marks arrive does not matter.
    """

    zone: ZoneInfo
    ends_at: datetime
    marks: list[Mark] = field(default_factory=list)

    def before(self, mark: Mark) -> Mark | None:
        """The last accepted mark up to this one."""
        return next((other for other in reversed(self.marks) if other.is_accepted and other.key <= mark.key), None)

    def is_inside(self, mark: Mark) -> bool:
        """Whether the person was inside when this mark was made."""
        last = self.before(mark)
        return last is not None and last.type == ScanType.ENTRY and not self._is_gone(last.at, mark.at)

    def add(self, mark: Mark) -> list[Mark]:
        """Put the mark in its place; out: the kept ones that count from now on."""
        insort(self.marks, mark, key=_key)
        if not mark.is_accepted:
            return []
        counted = []
        for later in self.marks[self.marks.index(mark) + 1 :]:
            if not later.is_accepted and self.is_inside(later) == (later.type == ScanType.EXIT):
                later.is_accepted = True
                counted.append(later)
        return counted

    @property
    def last(self) -> Mark | None:
        """The last accepted mark."""
        return next((mark for mark in reversed(self.marks) if mark.is_accepted), None)

    @property
    def presence(self) -> tuple[Presence, datetime | None]:
        """The presence columns: what the last accepted mark says, and since when."""
        last = self.last
        if last is None:
            return Presence.EXPECTED, None
        return Presence.INSIDE if last.type == ScanType.ENTRY else Presence.LEFT, last.at

    def _is_gone(self, since: datetime, at: datetime) -> bool:
        return is_gone(since, at, zone=self.zone, ends_at=self.ends_at)


def _key(mark: Mark) -> tuple[datetime, bool]:
    return mark.key
