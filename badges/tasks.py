"""What the worker does for badges."""

from uuid import UUID

from backend.accounts.actors import SYSTEM
from badges import services


def draw_print_job(job_id: str) -> None:
    """Draw the badges of a print job."""
    services.run_print_job(UUID(job_id), actor=SYSTEM)


def tidy_print_jobs() -> None:
    """End jobs that nobody draws any more, delete those whose 30 days are over; a job of the timetable."""
    services.fail_stalled_print_jobs(actor=SYSTEM)
    services.delete_expired_print_jobs(actor=SYSTEM)
