"""What is committed and what is installed: pinned, with hashes, without an address, and the releases that we chose."""

import importlib.util
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import reportlab

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# Written in pieces, here and below: this file is committed too.
REGISTRIES = [
    *(
        ".".join(parts)
        for parts in [("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"), ("yarnpkg", "com")]
    ),
    *(".".join(parts) for parts in [("deb", "debian"), ("debian", "org/debian"), ("docker", "io"), ("ghcr", "io")]),
]
INDEX_OPTION = re.compile(r'--(extra-)?index[-]url\b|--find[-]links\b|--trusted[-]host\b|"resolved["]:')


def committed() -> list[tuple[str, str]]:
    """Name and text of every file in git; pictures, fonts and the like are not text and hold no address."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        content = path.read_bytes() if path.is_file() else b"\0"
        if b"\0" not in content:
            found.append((name, content.decode("utf-8", errors="replace")))
    return found


def addresses(name: str, text: str) -> list[str]:
    """Registry hosts and options that name one: where packages come from is the machine's business."""
    lines = enumerate(text.splitlines(), start=1)
    return [
        f"{name}:{number} {line.strip()[:80]}"
        for number, line in lines
        if any(host in line for host in REGISTRIES) or INDEX_OPTION.search(line)
    ]


def unpinned(name: str, text: str) -> list[str]:
    """Requirements without an exact version or without a hash."""
    logical = re.sub(r"\\\n", " ", text)
    requirements = [line.strip() for line in logical.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [f"{name}: {line[:60]}" for line in requirements if "==" not in line or "--hash=sha256:" not in line]


def unhashed_installs(name: str, text: str) -> list[str]:
    """Calls of an installer that would take what it finds; `npm ci` takes what is locked."""
    return [
        f"{name}: {line}"
        for line in text.splitlines()
        if ("pip install" in line and "--require-hashes" not in line) or re.search(r"\bnpm i(nstall)?\b|\bnpx\b", line)
    ]


Rule = Callable[[str, str], list[str]]


def test_no_committed_file_holds_an_address_of_a_registry() -> None:
    files = committed()
    assert files
    assert [found for name, text in files for found in addresses(name, text)] == []


def test_every_requirement_is_pinned_with_a_hash() -> None:
    assert [lock.name for lock in LOCKS] == ["base.txt", "dev.txt", "uv.txt"]
    assert [found for lock in LOCKS for found in unpinned(lock.name, lock.read_text(encoding="utf-8"))] == []


def test_what_installs_asks_for_hashes() -> None:
    files = [path for path in (ROOT / "Makefile", ROOT / ".ci" / "run", ROOT / "Dockerfile") if path.exists()]
    assert [found for path in files for found in unhashed_installs(path.name, path.read_text(encoding="utf-8"))] == []


def test_the_lock_has_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {
        "base.txt": project["project"]["dependencies"],
        "dev.txt": project["project"]["dependencies"] + project["dependency-groups"]["dev"],
    }
    for lock, dependencies in wanted.items():
        locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / lock).read_text(), flags=re.MULTILINE))
        assert {re.split(r"[\[<>=]", dependency)[0] for dependency in dependencies} <= locked, (
            f"run `make lock`: {lock}"
        )


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (addresses, f"x==1 @ https://{REGISTRIES[0]}/simple/x"),
        (addresses, "--index{}url x".format("-")),
        (unpinned, "django>=5.2 --hash=sha256:00"),
        (unpinned, "django==5.2"),
        (unhashed_installs, "pip install django"),
        (unhashed_installs, "npm install esbuild"),
    ],
)
def test_the_rules_can_fail(rule: Rule, text: str) -> None:
    assert rule("requirements/x.txt", text)


def test_make_knows_the_commands_of_the_contract() -> None:
    """Whatever the machine lacks, `make help` answers."""
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"setup", "demo", "test", "bench", "check", "lock", "fmt"} <= {
        line.split()[0] for line in listed.splitlines()
    }


def test_reportlab_is_the_release_that_shapes_text() -> None:
    """Asked for its extras, the resolver goes back to 4.x without a word."""
    assert reportlab.__version__ == "5.1.0"


def test_ortools_is_absent() -> None:
    """It cannot be imported in one process with highspy."""
    assert importlib.util.find_spec("ortools") is None
