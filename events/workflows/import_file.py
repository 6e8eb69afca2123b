"""Importing a file of employers or of registrations into a fair: all rows or none."""

from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.errors import DomainError, invalid
from events.fairs.models import Fair
from events.fairs.permissions import can_organise
from events.registrations.enums import Channel
from events.registrations.permissions import can_register_many
from events.workflows import import_employers, import_registrations
from events.workflows.import_rows import Faults, Kind, Report, read_rows


class ImportKind(models.TextChoices):
    """What a file's rows are."""

    EMPLOYERS = "employers", _("Employers")
    REGISTRATIONS = "registrations", _("Registrations")


READERS: dict[str, tuple[Kind, Callable[..., None]]] = {
    ImportKind.EMPLOYERS: (import_employers.KIND, import_employers.save_employers),
    ImportKind.REGISTRATIONS: (import_registrations.KIND, import_registrations.save_registrations),
}


def import_file(fair: Fair, *, actor: Actor, file: BinaryIO, name: str, kind: str, is_dry_run: bool = False) -> Report:
    """Import the rows of a CSV or XLSX file, or only say what would come of it.

    `file` is open and seekable, `name` what messages call it, `kind` one of ImportKind. The same file again changes
    nothing: its rows are `unchanged`. Empty cells say nothing and clear nothing.

    Raises `import_refused` with every wrong row, by number, column and reason (`errors`: {"row 3": ["siret: …"]}, the
    header being row 1; the first thousand faults), `forbidden`, `invalid` for an unknown kind, and where the fair is
    off `wrong_state` or `registration_closed`.
    """
    if not can_organise(actor, fair):
        raise DomainError("forbidden")
    if kind not in READERS:
        raise invalid("kind", ", ".join(ImportKind))
    rules, save = READERS[kind]
    return _import(fair, rules, save, actor=actor, file=file, name=name, kind=kind, is_dry_run=is_dry_run)


def import_people(fair: Fair, *, actor: Actor, file: BinaryIO, name: str, is_dry_run: bool = False) -> Report:
    """Import a file of the people whom the fair's advisers accompany; as `import_file` does.

    People that are registered already, and not by an adviser, are left as they are, with a note. Raises as
    `import_file`, and `registration_not_open`, `registration_closed` outside the fair's window.
    """
    if not can_register_many(actor, fair, Channel.ADVISER):
        raise DomainError("forbidden")
    save = partial(import_registrations.save_registrations, channel=Channel.ADVISER)
    rules, kind = import_registrations.KIND, ImportKind.REGISTRATIONS
    return _import(fair, rules, save, actor=actor, file=file, name=name, kind=kind, is_dry_run=is_dry_run)


def _import(
    fair: Fair,
    rules: Kind,
    save: Callable[..., None],
    *,
    actor: Actor,
    file: BinaryIO,
    name: str,
    kind: str,
    is_dry_run: bool,
) -> Report:
    faults, report = Faults(), Report()
    rows = read_rows(file, name=name, kind=rules, faults=faults, report=report)
    faults.refuse()
    with transaction.atomic():
        save(fair, rows, actor=actor, faults=faults, report=report)
        faults.refuse()
        audit.record(
            f"fair.{kind}_imported",
            fair,
            actor=actor,
            organisation_id=fair.organisation_id,
            reason=f"created {report.created}, updated {report.updated}, unchanged {report.unchanged}",
        )
        if is_dry_run:
            transaction.set_rollback(True)
    return report


def report_lines(error: DomainError) -> list[str]:
    """A refused import as lines for a terminal: `row 3, siret: …`."""
    lines: list[str] = []
    for where, messages in error.errors.items():
        lines += [f"{where}, {message}" for message in messages]
    return lines or [str(error.detail)]
