"""Who hears what happens at a fair."""

from backend.accounts.actors import Actor
from backend.accounts.live import Audience
from backend.core.api import found_by_slug
from events.fairs.selectors import readable_fairs


def fair_audience(actor: Actor, *, fair: str) -> Audience:
    """A fair's organisers, auditors and staff. Raises `not_found` for everybody else."""
    found = found_by_slug(readable_fairs(actor), fair)
    return Audience(f"fair.{found.id}.live", {"fair": found.slug}, found.zone)
