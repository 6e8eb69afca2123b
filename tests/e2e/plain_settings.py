"""The product's settings without collecting static files: for tests that speak to the server and look at no page."""

from backend.settings import *  # noqa: F403

STATICFILES_FINDERS: list[str] = []
