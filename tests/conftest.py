"""The surroundings of every test: settings, folder and database of its own process, a Redis where one is asked for."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django.conf
import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.utils import translation
from hypothesis import settings

from tests.engines import find_binary, redis

# pytest-xdist starts its workers from this process: they inherit the run's folder and take one inside it each.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
RUN_DIR = Path(os.environ.get("TEST_RUN_DIR") or tempfile.mkdtemp(prefix="passerelle-tests-"))
VAR_DIR = RUN_DIR / WORKER
if WORKER == "main":
    atexit.register(shutil.rmtree, RUN_DIR, ignore_errors=True)

# An empty value means the default, and keeps a developer's `.env` out.
SETTINGS_LEFT_ALONE = [
    *("ALLOWED_HOSTS", "COLUMN_KEYS", "DEBUG", "DEFAULT_FROM_EMAIL", "DEFAULT_LANGUAGE", "EMAIL_URL", "HOLD_SECONDS"),
    *("LOG_LEVEL", "RATE_LIMITS", "REDIS_URL", "SECRET_KEY", "SIGNING_KEYS", "SMS_URL", "STORAGE_URL", "TIME_ZONE"),
    "TRUSTED_PROXIES",
]
if django.conf.settings.configured:
    raise pytest.UsageError("The tests choose their settings themselves: unset DJANGO_SETTINGS_MODULE")
os.environ.update(
    dict.fromkeys(SETTINGS_LEFT_ALONE, ""),
    DATABASE_URL=os.environ.get("DATABASE_URL", ""),
    DJANGO_SETTINGS_MODULE="backend.settings",
    SITE_URL="http://localhost",
    TEST_RUN_DIR=str(RUN_DIR),
    VAR_DIR=str(VAR_DIR),
)
django.setup()
django.conf.settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # as collectstatic would have
# Workers inherit the environment, and pytest-django would load their settings before they have a folder.
del os.environ["DJANGO_SETTINGS_MODULE"]

# A deadline would measure the machine; what was found belongs to the run.
settings.register_profile("passerelle", deadline=None, database=None)
settings.load_profile("passerelle")

# Pages are tested as they are written; what collectstatic makes of their files has tests of its own.
django_settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

# In memory SQLite locks by table; what the product runs on is a file, so that is what the tests run on.
if connections["default"].vendor == "sqlite":
    connections["default"].settings_dict["TEST"]["NAME"] = str(VAR_DIR / "tests.sqlite3")

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


def pytest_report_header() -> str:
    """Say which engine the run is on."""
    return f"database: {connections['default'].vendor}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what touches the database and what drives a browser, before `-m` chooses."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker("e2e")
        elif item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("engine")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Sentences are tested in the language they are written in; a page speaks the reader's, and takes none along."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a Redis that only this process uses."""
    with redis() as url:
        yield url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium: nothing downloads a browser. Its sandbox refuses root."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": find_binary("chromium"), "args": arguments}
