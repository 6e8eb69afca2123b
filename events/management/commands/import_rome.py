"""`manage.py import_rome FILE`"""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.actors import SYSTEM
from backend.core.errors import DomainError
from events.offers.rome import import_rome


class Command(BaseCommand):
    """Read the official list of occupations; exit 1 with a line for each fault, and nothing changed."""

    help = "Import the ROME list (CSV or XLSX; columns code_rome, libelle_rome). Codes it does not have end today."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which file; its name tells the version (`…_v460_…`)."""
        parser.add_argument("file", type=Path, help="the official list, CSV or XLSX")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Import and print the sum, or print what is wrong."""
        version = re.search(r"(?:^|_)v(\d{2,6})(?:_|$)", file.stem, re.IGNORECASE)
        try:
            with file.open("rb") as content:
                report = import_rome(content, actor=SYSTEM, name=file.name, version=version[1] if version else "")
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except DomainError as error:
            for where, messages in error.errors.items():
                for message in messages:
                    self.stdout.write(f"{where}, {message}")
            raise CommandError(str(error.detail)) from error
        self.stdout.write(f"created: {report.created}, updated: {report.updated}, unchanged: {report.unchanged}")
