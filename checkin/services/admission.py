"""Admitting: the one unit behind REST, batches and websockets."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from backend.accounts.actors import SYSTEM, Actor
from backend.core import audit, hub
from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from checkin import selectors
from checkin.enums import ScanType
from checkin.models import CheckIn, Scan
from checkin.permissions import can_force, can_scan
from checkin.rules import Mark
from checkin.scan import Answer, ScanRequest
from checkin.services.answers import unreadable
from checkin.services.judging import PATIENCE, Court, House, Verdicts, history_of
from checkin.services.lookup import Found, find
from events.fairs.models import Fair, Gate
from events.registrations.models import Registration
from events.registrations.services.presence import record_presence
from events.registrations.services.settling import lock_fair

ATTEMPTS = 3
DEADLOCK = "40P01"


class _LimitUnlockedError(OperationalError):
    """The fair has a limit that the caller's copy of it does not know."""

    def __init__(self, fair: Fair) -> None:
        self.fair = fair


def admit_scans(fair: Fair, scans: Sequence[ScanRequest], *, actor: Actor) -> list[Answer]:
    """Judge the scans, record each, and admit or let leave whom the rules let; all in one transaction.

    Out: the answers in the order of the scans. The same nonce, in the list or from before, gives the same answer and
    has no second effect. Four statements for a lone scan that is accepted, and no more for many. Nothing is raised for
    a single scan, so that none can spoil a list: the answer of one that may not be made carries the error (`forbidden`:
    no right to scan here, or to force; `invalid`: a force without a reason, a gate of another fair).
    """
    distinct: dict[UUID, ScanRequest] = {}
    for scan in scans:
        distinct.setdefault(scan.nonce, replace(scan, actor=scan.actor or actor))
    gates = _gates(fair, distinct.values())
    answers = {
        nonce: unreadable(nonce, error) for nonce, scan in distinct.items() if (error := _objection(scan, fair, gates))
    }
    allowed = [scan for nonce, scan in distinct.items() if nonce not in answers]
    if allowed:
        answers |= _patiently(fair, allowed, gates)
    return [answers[scan.nonce] for scan in scans]


def _gates(fair: Fair, scans: Iterable[ScanRequest]) -> dict[UUID, Gate]:
    named = {scan.gate_id for scan in scans if scan.gate_id}
    return {gate.id: gate for gate in Gate.objects.filter(fair=fair, id__in=named)} if named else {}


def _objection(scan: ScanRequest, fair: Fair, gates: Mapping[UUID, Gate]) -> DomainError | None:
    if scan.actor is None or not can_scan(scan.actor, fair):
        return DomainError("forbidden")
    if scan.gate_id and scan.gate_id not in gates:
        return invalid("gate", _("This fair has no such gate."))
    if scan.is_forced and not scan.force_reason:
        return invalid("reason", _("Say why you admit against the refusal."))
    if scan.is_forced and not can_force(scan.actor, fair):
        return DomainError("forbidden")
    return None


def _patiently(fair: Fair, scans: Sequence[ScanRequest], gates: Mapping[UUID, Gate]) -> dict[UUID, Answer]:
    """Admit; once more where somebody who locks in another order was in the way, or the fair got a limit, and without
    those whose nonce is known. Nothing is asked before: on a good day all nonces are new."""
    known: dict[UUID, Answer] = {}
    attempts = ATTEMPTS
    while scans:
        try:
            return known | _admit(fair, scans, gates)
        except IntegrityError:
            answered = _known_answers(fair, scans)
            if not answered:
                raise
            known |= answered
            scans = [scan for scan in scans if scan.nonce not in answered]
        except _LimitUnlockedError as error:
            fair = error.fair
        except OperationalError as error:
            attempts -= 1
            is_deadlock = getattr(error.__cause__, "sqlstate", "") == DEADLOCK
            if not attempts or not is_deadlock or connection.in_atomic_block:
                raise
    return known


@transaction.atomic
def _admit(fair: Fair, scans: Sequence[ScanRequest], gates: Mapping[UUID, Gate]) -> dict[UUID, Answer]:
    # Whoever gives out places locks the fair before the registrations too.
    is_locked = fair.inside_limit is not None and any(scan.type == ScanType.ENTRY for scan in scans)
    if is_locked:
        fair = lock_fair(fair.pk)
    found = find(fair, (scan.secret for scan in scans), at=now())
    # Only now: who waited for a lock comes after the one who had it.
    moment = now()
    times = _times(scans, found, moment)
    registrations = {case.registration.pk: case.registration for case in found.values() if case.registration}
    histories = _histories(found, scans, times)
    house = _house(fair, list(registrations.values()), scans, moment, is_locked=is_locked)
    verdicts = Court(fair, moment, found, gates, histories, house).judge(scans, times)
    # In one order whoever inserts: two lists with the same nonces wait for each other and do not lock up.
    Scan.objects.bulk_create(sorted(verdicts.scans, key=lambda row: row.nonce))
    _write(verdicts)
    transaction.on_commit(partial(hub.ring, selectors.topic(fair)))
    return {row.nonce: Answer(row.http_status, row.answer) for row in verdicts.scans}


def _times(scans: Sequence[ScanRequest], found: Mapping[str, Found], moment: datetime) -> dict[UUID, datetime]:
    """When each scan was made, by nonce. A person's scans of "now" come one after the other, as they stand, and after
    all that is known of the person: neither two servers' clocks nor a device's that is ahead turn them round."""
    times: dict[UUID, datetime] = {}
    nows: Counter[UUID | None] = Counter()
    for scan in scans:
        if scan.scanned_at is not None and scan.scanned_at <= moment + PATIENCE:
            times[scan.nonce] = scan.scanned_at
            continue
        registration = found[scan.secret].registration
        person, last = (registration.pk, registration.last_scanned_at) if registration else (None, None)
        nows[person] += 1
        times[scan.nonce] = max(moment, last or moment) + timedelta(microseconds=nows[person])
    return times


def _histories(
    found: Mapping[str, Found], scans: Sequence[ScanRequest], times: Mapping[UUID, datetime]
) -> dict[UUID, list[Mark]]:
    """The marks of those of whom a scan arrives that is not later than all before: of nobody, on a good day."""
    late: set[UUID] = set()
    for scan in scans:
        registration = found[scan.secret].registration
        last = registration.last_scanned_at if registration else None
        if registration and last and times[scan.nonce] <= last:
            late.add(registration.pk)
    return history_of(late) if late else {}


def _house(
    fair: Fair,
    registrations: Sequence[Registration],
    scans: Sequence[ScanRequest],
    moment: datetime,
    *,
    is_locked: bool,
) -> House:
    """How full it is, where the fair has a limit and somebody wants in: it is locked, so that no other gate counts
    meanwhile."""
    if not registrations or all(scan.type == ScanType.EXIT for scan in scans):
        return House()
    if is_locked:
        limit = fair.inside_limit
        return House() if limit is None else House(limit, selectors.counts(fair, moment)["inside"])
    if registrations[0].fair.inside_limit is not None:
        raise _LimitUnlockedError(registrations[0].fair)
    return House()


def _known_answers(fair: Fair, scans: Sequence[ScanRequest]) -> dict[UUID, Answer]:
    rows = Scan.objects.filter(fair=fair, nonce__in=[scan.nonce for scan in scans])
    return {nonce: Answer(status, body) for nonce, status, body in rows.values_list("nonce", "http_status", "answer")}


def _write(verdicts: Verdicts) -> None:
    demoted = [visit.registration.pk for visit in verdicts.visits.values() if visit.has_lost_first]
    if demoted:
        CheckIn.objects.filter(registration__in=demoted, is_first=True, annulled_at=None).update(is_first=False)
    CheckIn.objects.bulk_create(verdicts.check_ins)
    record_presence([visit.registration for visit in verdicts.visits.values() if visit.update_columns()])
    if verdicts.forced:
        audit.record_all(
            audit.entry(
                "checkin.forced",
                registration,
                actor=scan.actor or SYSTEM,
                organisation_id=registration.organisation_id,
                from_state=reason or "",
                to_state=scan.type,
                reason=scan.force_reason,
            )
            for scan, registration, reason in verdicts.forced
        )
