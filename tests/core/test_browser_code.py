"""backend/static/dist/ is what the sources and the build script make, small, and needs nothing from elsewhere."""

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from tests.core.style_guide import PLAIN_STATIC, request

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "backend" / "static"
ROOMS = [ROOT / room for room in ("backend", "badges", "checkin", "events")]
BUDGETS = {"app.css": 30_000, "app.js": 8_000}
PAGE_BUDGET = 10_000
# A namespace is a name, and nobody fetches it.
HOST = re.compile(r"(?:https?|wss?):(?!//www\.w3\.org/)//|[\"'(]//\w")
SOURCE_MAP = re.compile(r"[#@] sourceMappingURL=")


def manifest_of(static: Path) -> dict[str, Any]:
    return json.loads((static / "dist" / "manifest.json").read_text(encoding="utf-8"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"


def stale(static: Path) -> list[str]:
    """What is not as the manifest says, each as a sentence with what to do about it."""
    manifest = manifest_of(static)
    outputs = manifest["outputs"]
    sources = manifest["build"] | {name: known for made in outputs.values() for name, known in made["sources"].items()}
    built = {str(path.relative_to(static / "dist")) for path in (static / "dist").rglob("*") if path.is_file()}
    written = {
        str(path.relative_to(static))
        for path in static.rglob("*")
        if path.suffix in {".css", ".js"} and not path.is_relative_to(static / "dist")
    }
    lock = json.loads((static / "../../package-lock.json").read_text(encoding="utf-8"))
    locked = lock["packages"]["node_modules/esbuild"]["version"]
    return [
        *(
            f"{name} changed after dist/ was built: run `make browser`."
            for name, known in sorted(sources.items())
            if sha256(static / name) != known
        ),
        *(
            f"dist/{name} is not what was built: change its source and run `make browser`."
            for name, made in sorted(outputs.items())
            if sha256(static / "dist" / name) != made["sha256"]
        ),
        *(
            f"dist/{name} was not built: take it away and run `make browser`."
            for name in sorted(built - set(outputs) - {"manifest.json"})
        ),
        *(
            f"{name} is in no bundle: name it in build.mjs, or import it, and run `make browser`."
            for name in sorted(written - set(sources))
        ),
        *([f"esbuild is locked at {locked}: run `make browser`."] if manifest["esbuild"] != locked else []),
    ]


def append(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The browser code somewhere it may be broken."""
    static = tmp_path / "backend" / "static"
    shutil.copytree(STATIC, static)
    shutil.copy(ROOT / "package-lock.json", tmp_path)
    return static


def test_what_is_committed_is_what_the_sources_make() -> None:
    assert not (found := stale(STATIC)), "\n".join(found)
    assert manifest_of(STATIC)["outputs"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s: append(s / "css/tokens.css"), "css/tokens.css changed after dist/ was built: run `make browser`."),
        (lambda s: append(s / "css/bridge.svg"), "css/bridge.svg changed after dist/ was built: run `make browser`."),
        (lambda s: append(s / "build.mjs"), "build.mjs changed after dist/ was built: run `make browser`."),
        (
            lambda s: append(s / "../../package-lock.json"),
            "../../package-lock.json changed after dist/ was built: run `make browser`.",
        ),
        (lambda s: (s / "js/ui.js").unlink(), "js/ui.js changed after dist/ was built: run `make browser`."),
        (
            lambda s: append(s / "dist/checkin/scan.js"),
            "dist/checkin/scan.js is not what was built: change its source and run `make browser`.",
        ),
        (
            lambda s: (s / "dist/app.css").unlink(),
            "dist/app.css is not what was built: change its source and run `make browser`.",
        ),
        (
            lambda s: (s / "dist/old.js").write_text(""),
            "dist/old.js was not built: take it away and run `make browser`.",
        ),
        (
            lambda s: (s / "checkin/new.js").write_text(""),
            "checkin/new.js is in no bundle: name it in build.mjs, or import it, and run `make browser`.",
        ),
    ],
)
def test_every_change_without_a_build_is_told(copied: Path, change: Callable[[Path], object], sentence: str) -> None:
    change(copied)
    assert sentence in stale(copied)


def test_another_esbuild_than_the_locked_one_is_told(copied: Path) -> None:
    path = copied / "dist" / "manifest.json"
    path.write_text(json.dumps(manifest_of(copied) | {"esbuild": "0.0.1"}))
    assert any("esbuild is locked" in sentence for sentence in stale(copied))


def test_packages_of_the_build_are_pinned_with_hashes() -> None:
    wanted = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in packages.items() if name and not package["integrity"].startswith("sha512-")] == []


def test_every_file_that_pages_name_is_there() -> None:
    pages = [path for room in ROOMS for path in (*room.rglob("*.html"), *room.rglob("*.py"))]
    named = {name for path in pages for name in re.findall(r"""\bstatic[ (]["']([^"'{]+)["']""", path.read_text())}
    assert {"dist/app.css", "dist/app.js", "icons/sprite.svg"} <= named
    assert sorted(name for name in named if finders.find(name) is None) == []


def test_sources_are_not_served() -> None:
    assert finders.find("css/tokens.css") is None
    assert finders.find("build.mjs") is None


def foreign(text: str) -> list[str]:
    """Where a browser would have to ask somebody else, or look for a source map that nobody serves."""
    return [text[found.start() : found.end() + 40] for rule in (HOST, SOURCE_MAP) for found in rule.finditer(text)]


def test_bundles_name_no_other_host_and_no_map() -> None:
    for name in filter(re.compile(r"\.(css|js)$").search, manifest_of(STATIC)["outputs"]):
        assert foreign((STATIC / "dist" / name).read_text(encoding="utf-8")) == [], name


@pytest.mark.parametrize(
    "text",
    ['fetch("https://cdn.test/x")', "@import '//cdn.test/x';", "url(//cdn.test/x)", "//# sourceMappingURL=app.js.map"],
)
def test_another_host_would_be_seen(text: str) -> None:
    assert foreign(text)


def test_bundles_are_small() -> None:
    sizes = {name: (STATIC / "dist" / name).stat().st_size for name in manifest_of(STATIC)["outputs"]}
    assert {name: size for name, size in sizes.items() if size > BUDGETS.get(name, PAGE_BUDGET)} == {}


def test_what_every_page_loads_fits_its_budget(settings: Any) -> None:
    """A first visit has 12 requests and 100 kB, compressed; what the frame does not take is left to the page."""
    settings.STORAGES = PLAIN_STATIC
    linked = re.findall(
        r'rel="(?:stylesheet|icon)" href="/static/([^"]+)"|src="/static/([^"]+)"',
        render_to_string("404.html", {}, request()),
    )
    names = {style or script for style, script in linked} | {"icons/sprite.svg"}
    assert {"dist/app.css", "dist/app.js"} < names
    assert len(names) <= 5
    found = [Path(finders.find(name) or name).read_bytes() for name in names]
    assert sum(len(gzip.compress(content)) for content in found) <= 30_000
