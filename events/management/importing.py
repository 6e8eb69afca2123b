"""What the commands that import a file share."""

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from backend.accounts.actors import SYSTEM
from backend.core.api import found_by_slug
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.workflows.import_file import import_file, report_lines


class ImportCommand(BaseCommand):
    """Import a file into a fair; exit 1 with a line for each fault, nothing changed, where a row is wrong."""

    kind: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        """Which fair, which file, whether to try only."""
        parser.add_argument("fair", help="slug or id of the fair")
        parser.add_argument("file", type=Path, help="CSV (UTF-8 or Windows-1252, comma or semicolon) or XLSX")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")

    def handle(self, *args: Any, fair: str, file: Path, dry_run: bool, **options: Any) -> None:
        """Import and print the sum, or print what is wrong."""
        try:
            row = found_by_slug(Fair.objects.all(), fair)
        except DomainError as error:
            raise CommandError(_("There is no fair “%(fair)s”.") % {"fair": fair}) from error
        try:
            with file.open("rb") as content:
                report = import_file(
                    row, actor=SYSTEM, file=content, name=file.name, kind=self.kind, is_dry_run=dry_run
                )
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except DomainError as error:
            for line in report_lines(error):
                self.stdout.write(line)
            raise CommandError(str(error.detail)) from error
        for note in report.notes:
            self.stdout.write(note)
        would = "would be " if dry_run else ""
        self.stdout.write(f"{would}created: {report.created}, updated: {report.updated}, unchanged: {report.unchanged}")
