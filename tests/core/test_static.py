"""Static files are collected when a source changed, and only then."""

import os
from pathlib import Path

import pytest

from backend.core.static import collect_static_files


@pytest.fixture
def source(settings, tmp_path: Path) -> Path:
    """The one source file of a site."""
    path = tmp_path / "source" / "css" / "page.css"
    path.parent.mkdir(parents=True)
    path.write_text("body {}")
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    return path


def test_files_are_collected_once(source, settings) -> None:
    assert collect_static_files() is True
    assert (settings.STATIC_ROOT / "staticfiles.json").is_file()
    assert collect_static_files() is False


def test_a_changed_source_is_collected_even_when_it_looks_older(source, settings) -> None:
    collect_static_files()
    source.write_text("html {}")
    os.utime(source, (0, 0))
    assert collect_static_files() is True
    assert any("html" in path.read_text() for path in settings.STATIC_ROOT.glob("css/*.css"))


def test_a_lost_manifest_is_made_again(source, settings) -> None:
    collect_static_files()
    (settings.STATIC_ROOT / "staticfiles.json").unlink()
    assert collect_static_files() is True


def test_what_no_page_uses_is_left_out(source, settings) -> None:
    folder = source.parents[1] / "rest_framework"
    folder.mkdir()
    (folder / "unused.css").write_text("a {}")
    collect_static_files()
    assert not (settings.STATIC_ROOT / "rest_framework").exists()
