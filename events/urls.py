"""The registry of the slices' addresses."""

from events.catalogue import urls as catalogue
from events.employers import urls as employers
from events.fairs import urls as fairs
from events.interviews import urls as interviews
from events.offers import urls as offers
from events.registrations import urls as registrations
from events.workflows import urls as workflows

SLICES = (fairs, employers, offers, registrations, interviews, catalogue, workflows)
api = [pattern for part in SLICES for pattern in part.api]
pages = [pattern for part in SLICES for pattern in part.pages]
