"""The product's settings without collecting static files: for tests that speak to the server and look at no page."""

from backend import settings
from backend.settings import *  # noqa: F403

STATICFILES_FINDERS: list[str] = []
STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # as collecting would have
