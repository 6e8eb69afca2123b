#!/usr/bin/env python
"""Run Passerelle's commands; a wrong setting or an unreachable database is one line that says what to do."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Run the command named on the command line; exit 2 with one line for a mistake in the surroundings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as mistake:
        sys.exit(f"passerelle: {mistake}")
    except OperationalError as mistake:
        reason = " ".join(str(mistake).split())
        sys.exit(f"passerelle: the database does not answer ({reason}); check DATABASE_URL, or run `manage.py migrate`")


if __name__ == "__main__":
    main()
