from django.apps import AppConfig
from django.core import checks


class JobsConfig(AppConfig):
    name = "backend.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Have `manage.py check`, and so every start, look at the timetable."""
        from backend.jobs.checks import check_timetable

        checks.register(check_timetable)
