"""People of a file, registered for a fair."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import ISO_8601, serializers

from backend.accounts.actors import Actor
from backend.core.models import uuid7
from backend.core.text import email_key, fold
from events.fairs.models import Fair
from events.registrations import services
from events.registrations.enums import PUBLIC_KINDS, Channel, RegistrationKind, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.rules import needs_guardian, person_key
from events.registrations.serializers import BirthDate, GuardianSerializer, PersonSerializer
from events.workflows.import_rows import Faults, ImportRow, Kind, Merger, Report

ALIASES = {
    "given_name": "given_name",
    "prénom": "given_name",
    "first name": "given_name",
    "family_name": "family_name",
    "nom": "family_name",
    "nom de famille": "family_name",
    "last name": "family_name",
    "email": "email",
    "e-mail": "email",
    "mail": "email",
    "courriel": "email",
    "adresse e-mail": "email",
    "phone": "phone",
    "téléphone": "phone",
    "tél": "phone",
    "portable": "phone",
    "mobile": "phone",
    "kind": "kind",
    "type": "kind",
    "language": "language",
    "langue": "language",
    "birth_date": "birth_date",
    "date de naissance": "birth_date",
    "né le": "birth_date",
    "née le": "birth_date",
    "naissance": "birth_date",
    "commune": "commune",
    "ville": "commune",
    "postcode": "postcode",
    "code postal": "postcode",
    "cp": "postcode",
    "rome_codes": "rome_codes",
    "code rome": "rome_codes",
    "codes rome": "rome_codes",
    "rome": "rome_codes",
    "contract_types": "contract_types",
    "contrats": "contract_types",
    "types de contrat": "contract_types",
    "needs": "needs",
    "besoins": "needs",
    "aménagements": "needs",
    "guardian_name": "guardian_name",
    "responsable légal": "guardian_name",
    "nom du responsable": "guardian_name",
    "guardian_email": "guardian_email",
    "e-mail du responsable": "guardian_email",
    "guardian_phone": "guardian_phone",
    "téléphone du responsable": "guardian_phone",
}
LISTS = ("rome_codes", "contract_types")
GUARDIAN = ("guardian_name", "guardian_email", "guardian_phone")
KIND_WORDS = {"candidat": "candidate", "candidate": "candidate", "visiteur": "visitor", "presse": "press"}


class PersonRowSerializer(PersonSerializer):
    """A person in a file: nothing is taken for granted that the file does not say."""

    kind = serializers.ChoiceField([(kind.value, kind.label) for kind in PUBLIC_KINDS], required=False)
    birth_date = BirthDate(required=False, input_formats=[ISO_8601, "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"])
    guardian = GuardianSerializer(required=False)


def prepare(cells: dict[str, str]) -> dict[str, Any]:
    """The body of the matching POST: lists taken apart at `|`, the guardian's columns put together."""
    values: dict[str, Any] = {name: text for name, text in cells.items() if name not in GUARDIAN}
    for name in LISTS:
        if name in values:
            values[name] = [part.strip() for part in values[name].split("|") if part.strip()]
    if "kind" in values:
        values["kind"] = KIND_WORDS.get(fold(values["kind"]), values["kind"].lower())
    if "language" in values:
        values["language"] = values["language"].lower()
    guardian = {name.removeprefix("guardian_"): cells[name] for name in GUARDIAN if name in cells}
    return values | ({"guardian": guardian} if guardian else {})


KIND = Kind(aliases=ALIASES, serializer=PersonRowSerializer, prepare=prepare)


def save_registrations(
    fair: Fair,
    rows: list[ImportRow],
    *,
    actor: Actor,
    faults: Faults,
    report: Report,
    channel: str = Channel.IMPORT,
) -> None:
    """Match as R1 does, those without address by names and birth date; register, correct. In the caller's transaction.

    Who has cancelled stays cancelled, and an adviser's file changes nobody whom no adviser registered. Raises
    `import_refused` for rows that contradict each other and children without guardian, `forbidden`,
    `registration_closed`.
    """
    fair = services.lock_fair(fair.pk)
    registered = Registration.objects.filter(fair=fair, kind__in=PUBLIC_KINDS).order_by("created_at", "id")
    people = _People(registered, is_theirs=lambda row: channel != Channel.ADVISER or row.channel == channel)
    merger = Merger(faults, report)
    # Those with an address first: what names alone mean must not depend on the order of the rows.
    for row in sorted(rows, key=lambda row: (not _has_address(row.values), row.number)):
        key = people.find(row.values) or uuid7()
        people.learn(key, row.values)
        merger.add(key, row)
    new: list[tuple[int, dict[str, Any]]] = []
    changes: list[tuple[Registration, dict[str, Any]]] = []
    for key, said in merger.said.items():
        known, number = people.known.get(key), merger.rows[key]
        if known is not None and (note := people.why_left_alone(known)):
            report.notes.append(note % {"row": number})
            report.unchanged += 1
            continue
        changed = said if known is None else _changed(known, said)
        _check_guardian(fair, known, said, changed, faults, number)
        if known is None:
            new.append((number, said))
        elif changed:
            changes.append((known, changed))
        else:
            report.unchanged += 1
    faults.refuse()
    # The places go in the order of the file.
    new.sort(key=lambda pair: pair[0])
    made = services.register_many(fair, [said for _number, said in new], actor=actor, channel=channel)
    services.amend_registrations(fair, changes, actor=actor)
    report.created, report.updated = len(made), len(changes)
    _note_waiting(made, [number for number, _said in new], report)


class _People:
    """The fair's registrations and the file's people, found as R1 finds them; live ones before cancelled ones.

    A name alone finds only those for whom `is_theirs` holds: for an adviser a stranger of that name is a stranger.
    """

    def __init__(self, registrations: Iterable[Registration], *, is_theirs: Callable[[Registration], bool]) -> None:
        self.is_theirs = is_theirs
        self.known: dict[UUID, Registration] = {}
        self.by_key: dict[tuple[str, str], list[UUID]] = defaultdict(list)
        self.by_name: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
        ordered = sorted(registrations, key=lambda row: row.status == RegistrationStatus.CANCELLED)
        for row in ordered:
            if row.status == RegistrationStatus.CANCELLED and not is_theirs(row):
                continue
            self.known[row.id] = row
            if row.person_key:
                self.by_key[row.kind, row.person_key].append(row.id)
            if is_theirs(row):
                self.by_name[_name_key(row.kind, row.given_name, row.family_name, row.birth_date)].append(row.id)

    def find(self, values: dict[str, Any]) -> UUID | None:
        """The person a row means: by address and given name; without an address by names and birth date."""
        address, named = self._keys(values)
        found = self.by_key.get(address) if address else self.by_name.get(named)
        return found[0] if found else None

    def why_left_alone(self, known: Registration) -> str:
        """The note, with a place for the row's number, on somebody whom the file must not change."""
        if known.status == RegistrationStatus.CANCELLED:
            return _("Row %(row)d: cancelled since, left as it is.")
        return "" if self.is_theirs(known) else _("Row %(row)d: registered already, not by an adviser; left as it is.")

    def learn(self, key: UUID, values: dict[str, Any]) -> None:
        """Know the person by what this row says too."""
        address, named = self._keys(values)
        if address and key not in self.by_key[address]:
            self.by_key[address].append(key)
        if key not in self.by_name[named]:
            self.by_name[named].append(key)

    def _keys(self, values: dict[str, Any]) -> tuple[tuple[str, str] | None, tuple[Any, ...]]:
        kind = str(values.get("kind") or RegistrationKind.CANDIDATE)
        address = person_key(values.get("email", ""), values.get("phone", ""), values["given_name"])
        named = _name_key(kind, values["given_name"], values.get("family_name", ""), values.get("birth_date"))
        return ((kind, address) if address else None), named


def _name_key(kind: str, given: str, family: str, birth_date: Any) -> tuple[Any, ...]:
    return str(kind), fold(given), fold(family), birth_date


def _has_address(values: dict[str, Any]) -> bool:
    return bool(values.get("email") or values.get("phone"))


def _changed(known: Registration, said: dict[str, Any]) -> dict[str, Any]:
    """What the file says otherwise than we know it."""
    changed = {
        name: value
        for name, value in said.items()
        if name not in ("guardian", "kind", "email") and getattr(known, name) != value
    }
    if "email" in said and email_key(said["email"]) != email_key(known.email):
        changed["email"] = said["email"]
    guardian = said.get("guardian") or {}
    if known.guardian_consented_at is None and any(
        getattr(known, f"guardian_{name}") != value for name, value in guardian.items()
    ):
        changed["guardian"] = guardian
    return changed


def _check_guardian(
    fair: Fair,
    known: Registration | None,
    said: dict[str, Any],
    changed: dict[str, Any],
    faults: Faults,
    number: int,
) -> None:
    """A child needs a guardian and is one from the start: who may be in already would never wait for consent.

    An adult's guardian is not kept.
    """
    birth_date = said.get("birth_date") or (known.birth_date if known else None)
    if not needs_guardian(Registration(birth_date=birth_date), fair):
        changed.pop("guardian", None)
        return
    if known is not None and known.guardian_consented_at is None and not needs_guardian(known, fair):
        message = _("Registered as somebody older. Cancel that and register the child on the fair's page.")
        faults.add(number, "birth_date", message)
        return
    guardian = said.get("guardian") or {}
    is_known = known is not None and bool(known.guardian_name)
    if not is_known and not (guardian.get("name") and (guardian.get("email") or guardian.get("phone"))):
        message = _("Under 15 a parent or guardian is needed: a name, and an e-mail or phone.")
        faults.add(number, "guardian_name", message)


def _note_waiting(made: list[Registration], numbers: list[int], report: Report) -> None:
    statuses = [registration.status for registration in made]
    if waitlisted := statuses.count(RegistrationStatus.WAITLISTED):
        report.notes.append(_("On the waiting list, since the fair is full: %(count)d.") % {"count": waitlisted})
    for number, status in zip(numbers, statuses, strict=True):
        if status == RegistrationStatus.PENDING:
            message = _("Row %(row)d: under 15. No guardian was asked: cancel it, register on the fair's page.")
            report.notes.append(message % {"row": number})
