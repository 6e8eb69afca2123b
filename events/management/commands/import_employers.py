"""`manage.py import_employers FAIR FILE [--dry-run]`"""

from events.management.importing import ImportCommand
from events.workflows.import_file import ImportKind


class Command(ImportCommand):
    """Make the employers of a file accepted exhibitors of a fair."""

    help = "Import employers from CSV or XLSX; they become accepted exhibitors. All rows or none."
    kind = ImportKind.EMPLOYERS
