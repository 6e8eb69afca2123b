"""Jobs of interviews."""

from events.interviews.services import pass_on_due


def pass_on_places() -> None:
    """Offer to the next in line what was held or offered and not taken in time."""
    pass_on_due()
