"""What can be wrong with the settings of jobs."""

from typing import Any

from django.conf import settings
from django.core import checks

from backend.jobs.functions import path_of


def check_timetable(**kwargs: Any) -> list[checks.CheckMessage]:
    """Every function of settings.TIMETABLE is there, and every period is a second at least."""
    errors: list[checks.CheckMessage] = []
    for name, (path, seconds) in settings.TIMETABLE.items():
        try:
            path_of(path)
        except (ImportError, TypeError) as error:
            errors.append(checks.Error(f"TIMETABLE[{name!r}]: {error}", id="jobs.E001"))
        if seconds < 1:
            errors.append(checks.Error(f"TIMETABLE[{name!r}]: a period is at least 1 second", id="jobs.E002"))
    return errors
