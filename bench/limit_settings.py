"""The product's settings with the addresses of the limits beside its own, so that one server measures both."""

from backend.settings import *  # noqa: F403

ROOT_URLCONF = "bench.limit_urls"
ASGI_APPLICATION = "bench.limit_asgi.application"
