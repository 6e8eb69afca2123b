"""Who hears how far a print job is."""

from uuid import UUID

from backend.accounts.actors import Actor
from backend.accounts.live import Audience
from backend.core.api import found
from badges.selectors import visible_print_jobs


def print_job_audience(actor: Actor, *, job: UUID) -> Audience:
    """The organisers of the job's fair. Raises `not_found` for everybody else."""
    row = found(visible_print_jobs(actor), pk=job)
    return Audience(f"job.{row.id}", {"print_job": str(row.id)}, row.fair.zone)
