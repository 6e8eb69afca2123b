"""A place for PDFs."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """The folder in which print jobs of this test keep their files; it is not there until one does."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media" / "badges"
