"""docs/tour.md is true: its blocks run in order in one bash against the real server, and answer what they say."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.core.serving import ROOT, environment, manage, serving

TOUR = ROOT / "docs" / "tour.md"
EXPECTED = re.compile(r"^(?P<command>.*?) ?# → (?P<output>.*)$", re.MULTILINE)
PATIENCE = 900


def script(text: str) -> str:
    """The blocks as one script that also prints, after each command with an expectation, the expectation."""
    blocks = re.findall(r"^```bash\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    lines = EXPECTED.sub(lambda found: f"{found['command']}\necho '→ {found['output']}'", "\n".join(blocks))
    return f"set -euo pipefail\n{lines}"


def disappointments(printed: str) -> list[str]:
    """Expectations that the line printed before them does not meet."""
    lines = printed.splitlines()
    return [
        f"{lines[number - 1]} instead of {line.removeprefix('→ ')} ({number + 1})"
        for number, line in enumerate(lines)
        if line.startswith("→ ") and lines[number - 1] != line.removeprefix("→ ")
    ]


def zone_at_noon() -> str:
    """A zone where it is about noon: at midnight everybody inside counts as gone, and the tour would see it."""
    behind = datetime.now(UTC).hour - 12
    return f"Etc/GMT{behind:+d}"


def test_the_tour_is_true(tmp_path: Path) -> None:
    assert manage(tmp_path, "migrate", "--verbosity", "0").returncode == 0
    product = {"DJANGO_SETTINGS_MODULE": "backend.settings"}
    (tmp_path / "tour.sh").write_text(script(TOUR.read_text(encoding="utf-8")), encoding="utf-8")
    with serving(tmp_path, **product) as site:
        own = {"PYTHON": sys.executable, "SITE": f"http://localhost:{site.port}", "ZONE": zone_at_noon()}
        told = subprocess.run(
            ["bash", str(tmp_path / "tour.sh")],
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            env=environment(tmp_path, **product) | own | {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert disappointments(told.stdout) == [], told.stdout + told.stderr
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.count("→ ") == len(EXPECTED.findall(TOUR.read_text(encoding="utf-8")))


def test_a_wrong_answer_is_seen() -> None:
    assert disappointments("201\n→ 201\n409\n→ 201\n") == ["409 instead of 201 (4)"]
    assert script("text\n```bash\necho 1 # → 2\n```\n") == "set -euo pipefail\necho 1\necho '→ 2'\n"
