"""Jobs for tests; they say what they did in files of VAR_DIR."""

import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connection

from badges import services
from badges.tasks import draw_print_job


def note(*words: str) -> None:
    """Add a line to a file."""
    with (Path(settings.VAR_DIR) / "notes").open("a") as file:
        file.write(" ".join(words) + "\n")


def fail(name: str) -> None:
    """Raise an error that names a person."""
    raise ValueError(f"nothing for {name}")


def break_database(name: str) -> None:
    """Raise an error of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")


def wait_for(name: str) -> None:
    """Say that it began, and end when a file of the name is there."""
    note("begun", name)
    while not (Path(settings.VAR_DIR) / name).exists():
        time.sleep(0.02)
    note("done", name)


def draw_and_wait(job_id: str) -> None:
    """Draw a print job, and pause when its badges are marked as printed and nothing is committed yet."""
    mark_badges_printed = services.mark_badges_printed

    def mark_and_wait(*args: Any, **kwargs: Any) -> None:
        mark_badges_printed(*args, **kwargs)
        note("written")
        while not (Path(settings.VAR_DIR) / "go").exists():
            time.sleep(0.02)

    with patch.object(services, "mark_badges_printed", mark_and_wait):
        draw_print_job(job_id)
