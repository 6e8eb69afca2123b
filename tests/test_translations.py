"""The French catalogue is complete, says the same as its compiled form, and knows every sentence in the code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "backend" / "locale" / "fr" / "LC_MESSAGES"
SOURCES = ("backend", "badges", "checkin", "events")


def catalogues() -> list[Path]:
    found = sorted(CATALOGUES.glob("*.po"))
    assert [path.name for path in found][:1] == ["django.po"]
    return found


def sentences(catalogue: polib.POFile) -> set[tuple[str | None, str, str]]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalogue if not entry.obsolete}


def meanings(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[str | None, str], tuple[str, dict[int, str]]]:
    return {
        (entry.msgctxt, entry.msgid): (entry.msgstr, entry.msgstr_plural)
        for entry in catalogue
        if (entry.msgstr or any(entry.msgstr_plural.values())) and not entry.obsolete and "fuzzy" not in entry.flags
    }


def test_every_sentence_is_translated() -> None:
    for path in catalogues():
        unfinished = [entry.msgid for entry in polib.pofile(str(path)) if not entry.translated() and not entry.obsolete]
        assert unfinished == [], path.name


def test_the_compiled_catalogue_is_the_written_one() -> None:
    for path in catalogues():
        compiled = polib.mofile(str(path.with_suffix(".mo")))
        assert meanings(compiled) == meanings(polib.pofile(str(path))), f"run `manage.py compilemessages`: {path.name}"


def test_placeholders_survive_translation() -> None:
    for path in catalogues():
        checked = subprocess.run(
            ["msgfmt", "--check-format", "--output-file", os.devnull, str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stderr


def test_the_catalogue_knows_every_sentence(tmp_path: Path) -> None:
    """Collects anew on a copy of the tree: `makemessages` writes into it."""
    for source in SOURCES:
        shutil.copytree(ROOT / source, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__", "dist", "*.mo"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    for path in catalogues():
        command = [
            sys.executable,
            "manage.py",
            "makemessages",
            "--locale",
            "fr",
            "--domain",
            path.stem,
            "--no-obsolete",
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        collected = sentences(polib.pofile(str(tmp_path / path.relative_to(ROOT))))
        known = sentences(polib.pofile(str(path)))
        assert collected == known, (
            f"run `manage.py makemessages -l fr --no-obsolete --domain {path.stem}`, then translate: "
            f"new {sorted(str(s[1]) for s in collected - known)}, gone {sorted(str(s[1]) for s in known - collected)}"
        )


def test_a_missing_translation_is_noticed() -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="You are in", msgstr=""))
    catalogue.append(polib.POEntry(msgid="Fair", msgstr="Salon", flags=["fuzzy"]))
    assert [entry.msgid for entry in catalogue if not entry.translated()] == ["You are in", "Fair"]
    assert meanings(catalogue) == {}
    assert sentences(catalogue) == {(None, "You are in", ""), (None, "Fair", "")}


@pytest.mark.parametrize("entry", [polib.POEntry(msgid="Fair", msgstr="Salon")])
def test_a_changed_translation_is_noticed(entry: polib.POEntry, tmp_path: Path) -> None:
    catalogue = polib.POFile()
    catalogue.append(entry)
    catalogue.save_as_mofile(str(tmp_path / "x.mo"))
    assert meanings(polib.mofile(str(tmp_path / "x.mo"))) == meanings(catalogue)
    entry.msgstr = "Forum"
    assert meanings(polib.mofile(str(tmp_path / "x.mo"))) != meanings(catalogue)
