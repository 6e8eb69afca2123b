"""Every benchmark runs; what it finds is no test's business."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import __main__ as command
from bench.figures import Figure, Goal, Scale, interleaved, percentile
from bench.load import request
from bench.table import as_table

ROOT = Path(__file__).resolve().parents[2]


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"VAR_DIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_script_runs_and_says_what_it_found(tmp_path: Path) -> None:
    done = bench(tmp_path, "--tiny")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert tuple(found) == command.SCRIPTS
    for name, figures in found.items():
        assert figures, name
        assert name.replace("_", " ") in done.stdout
        assert all(math.isfinite(figure["ours"]) and figure["ours"] >= 0 for figure in figures), name
        assert any(figure["limit"] for figure in figures), name
        assert any(figure["goal"] for figure in figures), name
    assert {scripts.stem for scripts in (ROOT / "bench").glob("*.py")} > set(command.SCRIPTS)


def test_an_unknown_name_is_refused_before_anything_starts(tmp_path: Path) -> None:
    done = bench(tmp_path, "admit_rest", "admit_test")
    assert done.returncode == 2
    assert "no such benchmark: admit_test" in done.stderr
    assert not (tmp_path / "bench.json").exists()


def test_a_script_that_fails_has_no_figures(tmp_path: Path) -> None:
    environment = os.environ | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "backend.settings"}
    assert command._run("no_such_script", environment, is_tiny=True) == []


@pytest.mark.parametrize(
    ("goal", "ours", "limit", "is_met"),
    [
        (Goal(least=500), 500, None, True),
        (Goal(least=500), 499.9, 9000, False),
        (Goal(most=150), 150, None, True),
        (Goal(most=150), 150.1, None, False),
        (Goal(least=0.5, of_limit=True), 50, 100, True),
        (Goal(least=0.5, of_limit=True), 49, 100, False),
        (Goal(least=0.5, of_limit=True), 0, None, True),
    ],
)
def test_goals(goal: Goal, ours: float, limit: float | None, is_met: bool) -> None:
    assert Figure("x", "/s", ours, goal, limit).is_met is is_met


def test_the_median_of_interleaved_rounds_counts() -> None:
    order: list[str] = []

    def run(name: str, values: list[float]) -> object:
        return lambda number: order.append(name) or {"rate": values[number]}

    ours, limit = interleaved(Scale(rounds=3), run("ours", [9, 1, 3]), run("limit", [7, 8, 2]))
    assert (ours["rate"], limit["rate"]) == (3, 7)
    assert order == ["ours", "limit"] * 3


def test_percentiles() -> None:
    assert percentile(range(1, 101), 0.5) == 51
    assert percentile([3, 1, 2], 0.99) == 3
    assert percentile([], 0.99) == 0


def test_a_request_is_http() -> None:
    sent = request("POST", "/x/", token="t", body={"a": "é"}, headers={"Accept-Encoding": "br"})
    head, body = sent.split(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /x/ HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Content-Length: 15",
        b"Accept-Encoding: br",
        b"Authorization: Bearer t",
        b"Content-Type: application/json",
    ]
    assert json.loads(body) == {"a": "é"}
    assert request("GET", "/").endswith(b"Content-Length: 0\r\n\r\n")


def test_the_table_shows_ours_limit_ratio_goal_and_peer() -> None:
    figures = [
        Figure("admit", "/s", 300.0, Goal(least=500), 600.0, "28.8/s"),
        Figure("p99", "ms", 12.34, Goal(most=150), note="slow day"),
        Figure("size", "kB", 1.5),
    ]
    lines = [" ".join(line.split()) for line in as_table({"admit_rest": figures}).splitlines()]
    assert lines[2:] == [
        "admit rest",
        "admit 300 /s 600 /s 0.50 ≥ 500 NO 28.8/s",
        "p99 [1] 12.3 ms ≤ 150 yes",
        "size 1.50 kB",
        "[1] slow day",
    ]
