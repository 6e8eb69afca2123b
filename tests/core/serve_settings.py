"""The product's settings with addresses that a test of the server needs: slow, streaming, broken ones."""

import os

from backend.settings import *  # noqa: F403

ROOT_URLCONF = "tests.core.serve_urls"
ASGI_APPLICATION = os.environ.get("TEST_ASGI_APPLICATION", "tests.core.serve_asgi.application")
STATICFILES_FINDERS: list[str] = []
