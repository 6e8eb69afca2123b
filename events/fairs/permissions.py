"""Who may do what with series, fairs and venues."""

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from events.fairs.models import Fair, Series


def can_organise(actor: Actor, fair: Fair) -> bool:
    """Organisers of the fair's organisation, and the system."""
    return actor.acts_in(fair.organisation_id, Scope.ORGANISER)


def can_change_series(actor: Actor, series: Series) -> bool:
    """Organisers of the series' organisation, and the system."""
    return actor.acts_in(series.organisation_id, Scope.ORGANISER)
