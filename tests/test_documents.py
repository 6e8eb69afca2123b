"""Documents that are made from the code, or that name parts of it, stay true."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import resolve
from django.utils import translation

from backend.core.errors import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
GUIDES = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "DECISIONS.md",
    "SECURITY.md",
    "docs/deployment.md",
    "docs/tour.md",
)
SUFFIXES = ("css", "csv", "example", "html", "js", "md", "py", "svg", "toml", "txt", "yml")
PATH = re.compile(rf"`([\w.-]+(?:/[\w.-]+)*(?:\.(?:{'|'.join(SUFFIXES)})|/))(?:::?[\w.]+)?`")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
SETTING = re.compile(r"^# ?([A-Z_]+)=", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def missing_paths(text: str) -> list[str]:
    """Files and folders in backquotes that are not there; what a run makes lies under `var/`."""
    return [
        path for path in PATH.findall(text) if "/" in path[:-1] and not path.startswith("var/") and not is_there(path)
    ]


def is_there(path: str) -> bool:
    return (ROOT / path).exists()


def missing_names(text: str) -> list[str]:
    """Functions and classes named as `file.py::name` that the file does not define."""
    named = re.findall(r"`([\w./-]+\.py)::?([A-Za-z_]\w*)", text)
    return [f"{path}::{name}" for path, name in named if not re.search(rf"\b(def|class) {name}\b", read(path))]


def test_the_page_of_errors_is_made_from_the_registry() -> None:
    out = StringIO()
    call_command("document_errors", stdout=out)
    assert out.getvalue() == read("docs/errors.md"), "run `manage.py document_errors > docs/errors.md`"


def test_the_page_of_errors_does_not_depend_on_the_reader() -> None:
    out = StringIO()
    with translation.override("fr"):
        call_command("document_errors", stdout=out)
    assert out.getvalue() == read("docs/errors.md")


def test_every_code_is_on_the_page() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", read("docs/errors.md"), flags=re.MULTILINE)) == set(REGISTRY)


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_names_only_what_is_there(name: str) -> None:
    text = read(name)
    assert missing_paths(text) == []
    assert missing_names(text) == []
    assert [link for link in LINK.findall(text) if not (ROOT / name).parent.joinpath(link).exists()] == []


def test_the_readme_explains_every_setting_once() -> None:
    explained = re.findall(r"^\| `([A-Z_]+)` \|", read("README.md"), flags=re.MULTILINE)
    assert sorted(explained) == sorted(set(SETTING.findall(read(".env.example").partition("# --- production ---")[0])))


def test_the_readme_and_the_makefile_know_the_same_commands() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"`make (\w+)`", read("README.md") + read("CONTRIBUTING.md"))) <= targets | {"help"}


def test_the_readme_names_addresses_that_are_there() -> None:
    addresses = re.findall(r"`(/[\w{}/.-]*)`", read("README.md"))
    assert len(addresses) > 8
    for address in addresses:
        assert resolve(address.replace("{fair}", "some-fair")).func


@pytest.mark.parametrize("text", ["see `backend/core/nothing.py`", "`events/no_such_slice/`"])
def test_a_path_that_is_not_there_is_found(text: str) -> None:
    assert missing_paths(text)


def test_a_function_that_is_not_there_is_found() -> None:
    assert missing_names("`manage.py::main` `manage.py::nothing`") == ["manage.py::nothing"]
