"""Employers of a file, made accepted exhibitors of a fair."""

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core.text import fold
from events.employers import bulk
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer
from events.employers.serializers import EmployerSerializer
from events.employers.services import KEY_LENGTH
from events.fairs.models import Fair
from events.workflows.import_rows import Faults, ImportRow, Kind, Merger, Report

FIELDS = (
    *("name", "siret", "naf", "sector", "size", "contact_email", "phone", "address", "postcode", "commune"),
    *("description", "website"),
)
ALIASES = {field: field for field in FIELDS} | {
    "nom": "name",
    "raison sociale": "name",
    "entreprise": "name",
    "employeur": "name",
    "dénomination": "name",
    "n° siret": "siret",
    "numéro siret": "siret",
    "ape": "naf",
    "code ape": "naf",
    "code naf": "naf",
    "secteur": "sector",
    "secteur d'activité": "sector",
    "effectif": "size",
    "taille": "size",
    "email": "contact_email",
    "e-mail": "contact_email",
    "mail": "contact_email",
    "courriel": "contact_email",
    "adresse e-mail": "contact_email",
    "téléphone": "phone",
    "tél": "phone",
    "adresse": "address",
    "code postal": "postcode",
    "cp": "postcode",
    "ville": "commune",
    "site": "website",
    "site web": "website",
    "site internet": "website",
    "url": "website",
}
KIND = Kind(aliases=ALIASES, serializer=EmployerSerializer, prepare=dict)


def save_employers(fair: Fair, rows: list[ImportRow], *, actor: Actor, faults: Faults, report: Report) -> None:
    """Match by SIRET, else by folded name; make, complete, accept. In the caller's transaction.

    Raises `import_refused` for rows that contradict each other or could mean several employers, `forbidden`,
    `wrong_state`.
    """
    book = _AddressBook(fair, bulk.lock_employers(fair, actor=actor))
    merger = Merger(faults, report)
    # Those with a SIRET first: what a name alone means must not depend on the order of the rows.
    for row in sorted(rows, key=lambda row: (not row.values.get("siret"), row.number)):
        matches = book.find(row.values)
        if len(matches) > 1:
            faults.add(row.number, "name", _("Several employers have this name: say which by its SIRET."))
            continue
        employer = matches[0] if matches else book.add(row.values)
        merger.add(employer.id, row)
        book.learn(employer, row.values)
    faults.refuse()
    statuses = bulk.exhibitor_statuses(fair)
    changes: list[tuple[Employer, dict[str, Any]]] = []
    for employer_id, said in merger.said.items():
        employer = book.employers[employer_id]
        if employer_id in book.new:
            for name, value in said.items():
                setattr(employer, name, value)
        elif changed := {name: value for name, value in said.items() if getattr(employer, name) != value}:
            changes.append((employer, changed))
        elif statuses.get(employer_id) == ExhibitorStatus.ACCEPTED:
            report.unchanged += 1
            continue
        is_made = employer_id not in statuses
        report.created, report.updated = report.created + is_made, report.updated + (not is_made)
    bulk.create_employers(list(book.new.values()), actor=actor)
    bulk.amend_employers(changes, actor=actor)
    bulk.accept_employers(fair, [book.employers[employer_id] for employer_id in merger.said], actor=actor)


class _AddressBook:
    """The employers of the organisation and of the file, found by SIRET and by name."""

    def __init__(self, fair: Fair, employers: list[Employer]) -> None:
        self.fair = fair
        self.employers: dict[Any, Employer] = {}
        self.new: dict[Any, Employer] = {}
        self.by_siret: dict[str, Employer] = {}
        self.by_name: dict[str, list[Employer]] = defaultdict(list)
        self.sirets: dict[Any, str] = {}
        for employer in employers:
            self._enter(employer, employer.name, employer.siret)

    def find(self, values: dict[str, Any]) -> list[Employer]:
        """Whom a row may mean: with a SIRET its owner, else one of this name whose SIRET is pending."""
        named = self.by_name[_name_key(values["name"])]
        siret = values.get("siret")
        if not siret:
            return named
        if siret in self.by_siret:
            return [self.by_siret[siret]]
        return [employer for employer in named if not self.sirets[employer.id]][:1]

    def add(self, values: dict[str, Any]) -> Employer:
        """A new employer."""
        employer = Employer(organisation_id=self.fair.organisation_id)
        self.new[employer.id] = employer
        self._enter(employer, values["name"], values.get("siret", ""))
        return employer

    def learn(self, employer: Employer, values: dict[str, Any]) -> None:
        """Know the employer by the row's SIRET and name too."""
        if siret := values.get("siret"):
            self.by_siret[siret], self.sirets[employer.id] = employer, siret
        named = self.by_name[_name_key(values["name"])]
        if employer not in named:
            named.append(employer)

    def _enter(self, employer: Employer, name: str, siret: str) -> None:
        self.employers[employer.id] = employer
        self.by_name[_name_key(name)].append(employer)
        self.sirets[employer.id] = siret
        if siret:
            self.by_siret[siret] = employer


def _name_key(name: str) -> str:
    return fold(name)[:KEY_LENGTH]
