"""Static files collected when their sources changed, and only then."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

UNUSED = ("redoc", "rest_framework")
"""Folders of packages whose pages we do not have: a third of all bytes, and of the time to compress them."""


def collect_static_files() -> bool:
    """Run collectstatic unless what lies in STATIC_ROOT was made of the very same sources; whether it ran."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".sources"
    sources = _fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == sources and (root / "staticfiles.json").is_file():
        return False
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=list(UNUSED))
    stamp.write_text(sources, encoding="ascii")
    return True


def _fingerprint() -> str:
    """Name, size and time of change of every source; with DEBUG pages name files otherwise, so others are kept."""
    digest = hashlib.sha256(f"{settings.DEBUG}\n".encode())
    for finder in get_finders():
        for path, storage in finder.list(list(UNUSED)):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
