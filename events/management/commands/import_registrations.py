"""`manage.py import_registrations FAIR FILE [--dry-run]`"""

from events.management.importing import ImportCommand
from events.workflows.import_file import ImportKind


class Command(ImportCommand):
    """Register the people of a file for a fair."""

    help = "Import registrations from CSV or XLSX; nobody is mailed. All rows or none."
    kind = ImportKind.REGISTRATIONS
