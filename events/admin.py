"""The registry of the slices' parts of the administration site."""

from events.employers import admin as employers
from events.fairs import admin as fairs
from events.interviews import admin as interviews
from events.offers import admin as offers
from events.registrations import admin as registrations

__all__ = ["employers", "fairs", "interviews", "offers", "registrations"]
