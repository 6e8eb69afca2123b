"""Judging a list of scans in the order of their times; nothing is written here."""

from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from checkin.enums import KEPT_REASONS, Reason, ScanType
from checkin.models import CheckIn, Scan
from checkin.rules import Mark, Picture, Whereabouts, refusal
from checkin.scan import ScanRequest
from checkin.services import answers
from checkin.services.lookup import Found
from events.fairs.models import Fair, Gate
from events.registrations.enums import PUBLIC_KINDS, Presence
from events.registrations.models import Registration

PATIENCE = timedelta(minutes=5)
"""How far a device's clock may be ahead, and how old a scan may be that a full house still turns away: an older one
tells of somebody who has gone in."""


@dataclass(slots=True)
class House:
    """How many people are inside, where the fair has a limit."""

    limit: int | None = None
    inside: int = 0


@dataclass(slots=True)
class Visit:
    """One registration while its scans are judged: what is known of it before, and what changes."""

    registration: Registration
    fair: Fair
    whereabouts: Whereabouts
    first_admitted_at: datetime | None
    last_scanned_at: datetime | None
    has_lost_first: bool = False

    @classmethod
    def begin(cls, registration: Registration, history: Sequence[Mark] | None) -> "Visit":
        """Without a history only the last accepted scan is known: enough for scans that come after it."""
        fair = registration.fair
        marks = list(history or ())
        if history is None and registration.presence_at is not None:
            kind = ScanType.ENTRY if registration.presence == Presence.INSIDE else ScanType.EXIT
            marks = [Mark(registration.presence_at, kind, is_accepted=True)]
        return cls(
            registration,
            fair,
            Whereabouts(fair.zone, fair.ends_at, marks),
            registration.first_admitted_at,
            registration.last_scanned_at,
        )

    def is_inside(self, moment: datetime) -> bool:
        """Whether the person counts as inside, as far as is known by now."""
        last = self.whereabouts.last
        at = moment if last is None else max(moment, last.at)
        return self.whereabouts.is_inside(Mark(at, ScanType.EXIT, is_accepted=False))

    def add(self, mark: Mark) -> tuple[bool, list[Mark]]:
        """Note the scan; out: whether it is the first entry, and the kept scans that count from now on."""
        counted = self.whereabouts.add(mark)
        self.last_scanned_at = max(mark.at, self.last_scanned_at or mark.at)
        is_first = (
            mark.is_accepted
            and mark.type == ScanType.ENTRY
            and (self.first_admitted_at is None or mark.at < self.first_admitted_at)
        )
        if is_first:
            self.has_lost_first = self.first_admitted_at is not None
            self.first_admitted_at = mark.at
        return is_first, counted

    def update_columns(self) -> bool:
        """Put what changed on the registration; out: whether anything did."""
        presence, presence_at = self.whereabouts.presence
        if self.first_admitted_at is None:  # forced out, and never was in
            presence, presence_at = Presence.EXPECTED, None
        new = {
            "presence": presence.value,
            "presence_at": presence_at,
            "first_admitted_at": self.first_admitted_at,
            "last_scanned_at": self.last_scanned_at,
        }
        changed = {name: value for name, value in new.items() if getattr(self.registration, name) != value}
        for name, value in changed.items():
            setattr(self.registration, name, value)
        return bool(changed)


@dataclass(slots=True)
class Verdicts:
    """All that is to be written for a list of scans."""

    scans: list[Scan] = field(default_factory=list)
    check_ins: list[CheckIn] = field(default_factory=list)
    visits: dict[UUID, Visit] = field(default_factory=dict)
    forced: list[tuple[ScanRequest, Registration, Reason | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Court:
    """What a list of scans is judged by. `histories` are the marks of registrations whose scans arrive out of order."""

    fair: Fair
    moment: datetime
    found: Mapping[str, Found]
    gates: Mapping[UUID, Gate]
    histories: Mapping[UUID, Sequence[Mark]]
    house: House

    def judge(self, scans: Sequence[ScanRequest], times: Mapping[UUID, datetime]) -> Verdicts:
        """Judge all, in the order of their times (`times`: nonce -> instant)."""
        verdicts = Verdicts()
        house = House(self.house.limit, self.house.inside)
        for scan in sorted(scans, key=lambda scan: times[scan.nonce]):
            found = self.found[scan.secret]
            row = self._row(scan, times[scan.nonce])
            if found.registration is None:
                self._refuse(row, scan, found.reason)
            else:
                visit = verdicts.visits.get(found.registration.pk) or self._visit(found.registration)
                verdicts.visits[visit.registration.pk] = visit
                self._decide(row, scan, found, visit, house, verdicts)
            verdicts.scans.append(row)
        return verdicts

    def _visit(self, registration: Registration) -> Visit:
        history = self.histories.get(registration.pk)
        return Visit.begin(registration, None if history is None else [copy(mark) for mark in history])

    def _row(self, scan: ScanRequest, at: datetime) -> Scan:
        actor = scan.actor
        return Scan(
            fair=self.fair,
            nonce=scan.nonce,
            type=scan.type,
            scanned_at=at,
            received_at=self.moment,
            is_clock_ahead=scan.scanned_at is not None and scan.scanned_at > self.moment + PATIENCE,
            gate_id=scan.gate_id,
            actor_user_id=actor.user_id if actor else None,
            actor_token_id=actor.token_id if actor else None,
            is_forced=scan.is_forced,
            force_reason=scan.force_reason,
        )

    def _refuse(self, row: Scan, scan: ScanRequest, reason: Reason | None) -> None:
        explanation = answers.explain(reason, self.fair, language=scan.language)
        row.reason = reason or ""
        row.http_status = answers.http_status(reason)
        row.answer = answers.body(nonce=scan.nonce, reason=reason, explanation=explanation)

    def _decide(
        self, row: Scan, scan: ScanRequest, found: Found, visit: Visit, house: House, verdicts: Verdicts
    ) -> None:
        registration, at = visit.registration, row.scanned_at
        mark = Mark(at, scan.type, False, row.id, scan.gate_id)
        since = visit.whereabouts.before(mark)
        reason = refusal(self._picture(scan, found, visit, mark, house))
        if scan.is_forced:
            verdicts.forced.append((scan, registration, reason))
            reason = None
        mark.is_accepted = reason is None
        is_first, check_in = False, None
        if reason is None or reason in KEPT_REASONS:
            was_inside = visit.is_inside(self.moment)
            is_first, counted = visit.add(mark)
            house.inside += (visit.is_inside(self.moment) - was_inside) * (registration.kind in PUBLIC_KINDS)
            made = [self._check_in(registration, entered) for entered in ([mark] if mark.is_accepted else []) + counted]
            verdicts.check_ins += made
            check_in = made[0] if mark.is_accepted else None
            if check_in:
                check_in.is_first = is_first
        gate = self.gates.get(scan.gate_id) if scan.gate_id else None
        row.registration = registration
        row.reason = reason or ""
        row.http_status = answers.http_status(reason)
        row.answer = answers.body(
            nonce=scan.nonce,
            reason=reason,
            explanation=answers.explain(
                reason,
                visit.fair,
                inside_since=since.at if since else None,
                gate=gate.name if gate else "",
                language=scan.language,
            ),
            check_in_id=check_in.id if check_in else None,
            is_first=is_first,
            registration=answers.person(
                registration, visit.fair, next_booking=found.next_booking, admitted_at=visit.first_admitted_at
            ),
        )

    def _picture(self, scan: ScanRequest, found: Found, visit: Visit, mark: Mark, house: House) -> Picture:
        opens_at, closes_at = visit.fair.checkin_window
        registration = visit.registration
        is_counted = registration.kind in PUBLIC_KINDS and self.moment - mark.at <= PATIENCE
        return Picture(
            type=scan.type,
            at=mark.at,
            status=registration.status,
            kind=registration.kind,
            opens_at=opens_at,
            closes_at=closes_at,
            is_revoked=found.is_revoked,
            gate_kinds=tuple(self.gates[scan.gate_id].kinds) if scan.gate_id else (),
            is_inside=visit.whereabouts.is_inside(mark),
            is_full=house.limit is not None and house.inside >= house.limit and is_counted,
        )

    def _check_in(self, registration: Registration, mark: Mark) -> CheckIn:
        return CheckIn(
            fair=self.fair,
            registration=registration,
            scan_id=mark.scan_id,
            type=mark.type,
            at=mark.at,
            gate_id=mark.gate_id,
        )


def history_of(registration_ids: Collection[UUID]) -> dict[UUID, list[Mark]]:
    """The marks of these registrations by id, in order: accepted scans, and those that are kept."""
    marks: dict[UUID, list[Mark]] = {registration_id: [] for registration_id in registration_ids}
    accepted = CheckIn.objects.filter(registration__in=registration_ids, annulled_at__isnull=True)
    for registration_id, at, kind, scan_id, gate_id in accepted.values_list(
        "registration_id", "at", "type", "scan_id", "gate_id"
    ):
        marks[registration_id].append(Mark(at, kind, True, scan_id, gate_id))
    kept = Scan.objects.filter(registration__in=registration_ids, reason__in=KEPT_REASONS, check_in__isnull=True)
    for registration_id, at, kind, scan_id, gate_id in kept.values_list(
        "registration_id", "scanned_at", "type", "id", "gate_id"
    ):
        assert registration_id is not None
        marks[registration_id].append(Mark(at, kind, False, scan_id, gate_id))
    return {registration_id: sorted(known, key=lambda mark: mark.key) for registration_id, known in marks.items()}
