"""The list of occupations (ROME), read from the official file."""

from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.tables import TableError, read_table
from backend.core.text import fold
from events.employers.identifiers import clean_rome
from events.offers import permissions
from events.offers.models import RomeCode

COLUMNS = {"code_rome": "code_rome", "libelle_rome": "libelle_rome"}
LONGEST_LABEL = 200
FIELDS = ["label", "label_key", "version", "valid_until", "replaced_by"]


@dataclass
class RomeReport:
    """How many codes an import made, changed (ended ones too) and left as they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0


@transaction.atomic
def import_rome(file: BinaryIO, *, actor: Actor, name: str, version: str = "") -> RomeReport:
    """Make the list what the file says: CSV or XLSX with the columns `code_rome` and `libelle_rome`.

    A code that the file does not have ends today; where its label goes on under one new code, that code replaces it.
    A code that comes back is in force again. The same file again changes nothing. Raises `forbidden`, and
    `import_refused` with every wrong row (the header is row 1).
    """
    if not permissions.can_import_rome(actor):
        raise DomainError("forbidden")
    labels = _labels(file, name)
    known = {row.code: row for row in RomeCode.objects.select_for_update(of=("self",), no_key=True)}
    made = [_said(RomeCode(code=code), labels[code], version) for code in labels if code not in known]
    listed = [known[code] for code in labels if code in known]
    changed = [_said(row, labels[row.code], version) for row in listed if not _says(row, labels[row.code], version)]
    ended = [row for row in known.values() if row.code not in labels and row.valid_until is None]
    heirs = _by_label(labels)
    for row in ended:
        row.valid_until = timezone.localdate(now())
        row.replaced_by_id = heirs.get(row.label_key)
    RomeCode.objects.bulk_create(made, batch_size=500)
    RomeCode.objects.bulk_update([*changed, *ended], FIELDS, batch_size=200)
    return RomeReport(len(made), len(changed) + len(ended), len(listed) - len(changed))


def _labels(file: BinaryIO, name: str) -> dict[str, str]:
    """The label of each code of the file. Raises `import_refused`."""
    labels: dict[str, str] = {}
    faults: dict[str, list[str]] = {}
    try:
        table = read_table(file, name=name, aliases=COLUMNS)
        if missing := sorted(set(COLUMNS) - set(table.headers)):
            raise TableError(1, _("There is no column %(columns)s.") % {"columns": ", ".join(missing)})
        for number, cells in table.rows:
            try:
                code = clean_rome(cells["code_rome"])
            except ValueError as error:
                faults[f"row {number}"] = [f"code_rome: {error}"]
                continue
            label = cells["libelle_rome"]
            if not 0 < len(label) <= LONGEST_LABEL:
                faults[f"row {number}"] = ["libelle_rome: " + _("A label has 1 to 200 characters.")]
            elif labels.setdefault(code, label) != label:
                faults[f"row {number}"] = ["code_rome: " + _("This code has another label in a row before.")]
        if not labels and not faults:
            raise TableError(None, _("There is no row with a code."))
    except TableError as error:
        faults["file" if error.row is None else f"row {error.row}"] = [error.message]
    if faults:
        raise DomainError("import_refused", errors=faults)
    return labels


def _said(row: RomeCode, label: str, version: str) -> RomeCode:
    """The row with what the file says of it."""
    row.label, row.label_key, row.version = label, fold(label)[:420], version
    row.valid_until, row.replaced_by = None, None
    return row


def _says(row: RomeCode, label: str, version: str) -> bool:
    """Whether a row is already what the file says."""
    return (row.label, row.version, row.valid_until) == (label, version, None)


def _by_label(labels: dict[str, str]) -> dict[str, str]:
    """The code of each folded label that only one code has."""
    found: dict[str, list[str]] = {}
    for code, label in labels.items():
        found.setdefault(fold(label)[:420], []).append(code)
    return {key: codes[0] for key, codes in found.items() if len(codes) == 1}
