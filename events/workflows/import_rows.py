"""What every import does: rows of a table into checked values, faults by row and column, the sum at the end."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from rest_framework import serializers

from backend.core.errors import DomainError
from backend.core.tables import TableError, read_table
from backend.core.text import fold

MOST_FAULTS = 1_000


@dataclass
class Report:
    """What an import did, or would do."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass
class Faults:
    """What is wrong, by row; the first thousand."""

    found: dict[str, list[str]] = field(default_factory=dict)
    count: int = 0

    def add(self, row: int | None, column: str, message: str) -> None:
        """Note one; `row` as a spreadsheet numbers it, None for the file as a whole, `column` "" for a whole row."""
        self.count += 1
        if self.count <= MOST_FAULTS:
            where = "file" if row is None else f"row {row}"
            self.found.setdefault(where, []).append(f"{column}: {message}" if column else message)

    def refuse(self) -> None:
        """Raise `import_refused` if there are any."""
        if self.found:
            raise DomainError("import_refused", errors=self.found)


@dataclass(frozen=True)
class Kind:
    """How rows of one kind of thing are read.

    `aliases` are what headers may be called; `prepare` turns the texts of a row's filled cells into what the
    serializer of the matching POST takes.
    """

    aliases: Mapping[str, str]
    serializer: type[serializers.Serializer[Any]]
    prepare: Callable[[dict[str, str]], dict[str, Any]]


@dataclass(frozen=True)
class ImportRow:
    """A row that is right by itself: its number and cleaned values of the cells that are filled."""

    number: int
    values: dict[str, Any]


def read_rows(file: BinaryIO, *, name: str, kind: Kind, faults: Faults, report: Report) -> list[ImportRow]:
    """The rows that are right by themselves, in the file's order; what is wrong goes to `faults`."""
    rows: list[ImportRow] = []
    try:
        table = read_table(file, name=name, aliases=kind.aliases)
        report.notes += [
            _("The column “%(column)s” is not known and was ignored.") % {"column": c} for c in table.unknown
        ]
        # One serializer for all rows: making one costs more than a validation.
        serializer = kind.serializer()
        for number, cells in table.rows:
            filled = {column: text for column, text in cells.items() if text}
            try:
                values = serializer.run_validation(kind.prepare(filled))
            except serializers.ValidationError as error:
                for column, message in _flat(error.detail):
                    faults.add(number, column, message)
            else:
                rows.append(ImportRow(number, {k: v for k, v in values.items() if v is not None and v != ""}))
            if faults.count >= MOST_FAULTS:
                break
    except TableError as error:
        faults.add(error.row, "", error.message)
    return rows


def _flat(detail: Any, column: str = "") -> Iterator[tuple[str, str]]:
    """A serializer's errors as pairs of column and message; nested ones are columns too (`guardian_name`)."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, column if isinstance(name, int) else f"{column}_{name}" if column else name)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flat(inner, column)
    else:
        yield column, str(detail)


class Merger:
    """Rows of one file that are about the same thing: they may add to each other, not contradict each other."""

    def __init__(self, faults: Faults, report: Report) -> None:
        self.faults, self.report = faults, report
        self.said: dict[Any, dict[str, Any]] = {}
        self.rows: dict[Any, int] = {}

    def add(self, key: Any, row: ImportRow) -> None:
        """Add what the row says of the thing with this key."""
        said = self.said.get(key)
        if said is None:
            self.said[key], self.rows[key] = dict(row.values), row.number
            return
        first = self.rows[key]
        contradicted = [name for name, value in row.values.items() if name in said and not _agree(said[name], value)]
        for name in contradicted:
            self.faults.add(row.number, name, _("Row %(row)d says something else of the same.") % {"row": first})
        if not contradicted:
            self.said[key] = row.values | said
            self.report.unchanged += 1
            self.report.notes.append(_("Row %(row)d repeats row %(first)d.") % {"row": row.number, "first": first})


def _agree(one: Any, other: Any) -> bool:
    """Whether two cells say the same: capitals and accents aside."""
    return bool(one == other) or (isinstance(one, str) and isinstance(other, str) and fold(one) == fold(other))
