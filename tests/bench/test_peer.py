"""The peer is measured when asked, from what is installed; nothing here installs or starts it."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import __main__ as command
from bench import peer
from bench.figures import Figure
from bench.load import Connection, hammer, request
from bench.table import as_table

ROOT = Path(__file__).resolve().parents[2]
ANSWER = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"


def bench(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    return


def test_without_an_installed_peer_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = bench(tmp_path, "--peer", "--tiny")
    assert done.returncode == 1
    assert f"pretix {peer.VERSION} is not installed in {tmp_path}/peer/pretix-{peer.VERSION}" in done.stderr
    assert "-m bench.peer`" in done.stderr
    assert "measuring" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_the_peer_takes_no_names(tmp_path: Path) -> None:
    done = bench(tmp_path, "--peer", "rush")
    assert done.returncode == 2
    assert "takes no names" in done.stderr


def test_only_who_asks_measures_the_peer() -> None:
    assert command.PEER_SCRIPT not in command.SCRIPTS
    assert "peer" not in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_what_a_broken_install_left_is_not_installed(tmp_path: Path) -> None:
    (peer.folder() / "bin").mkdir(parents=True)
    with pytest.raises(peer.PeerError, match="is not installed"):
        peer.require()
    (peer.folder() / "installed").touch()
    assert peer.require() == tmp_path / "peer" / f"pretix-{peer.VERSION}"


def test_an_install_that_fails_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []

    def refuse(arguments: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        asked.append(arguments)
        if "venv" in arguments:
            peer.folder().mkdir(parents=True)
            return subprocess.CompletedProcess(arguments, 0)
        return subprocess.CompletedProcess(arguments, 1)

    monkeypatch.setattr(subprocess, "run", refuse)
    assert peer.main() == 1
    assert "could not be installed" in capsys.readouterr().err
    assert [arguments[1:3] for arguments in asked] == [["-m", "venv"], ["-m", "uv"], ["-m", "pip"]]
    assert all(f"pretix=={peer.VERSION}" in arguments for arguments in asked[1:])
    assert not peer.folder().exists()


def test_what_is_installed_is_not_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    peer.folder().mkdir(parents=True)
    (peer.folder() / "installed").touch()
    monkeypatch.setattr(subprocess, "run", None)
    assert peer.main() == 0


def test_the_peer_gets_its_own_settings_and_none_of_ours() -> None:
    ours = {
        "BENCH_PORT": "1",
        "DATABASE_URL": "postgres://passerelle@127.0.0.1:5439/passerelle",
        "DJANGO_SETTINGS_MODULE": "bench.limit_settings",
        "HOME": "/root",
        "PRETIX_MAIL_HOST": "mail.example",
        "PYTHONPATH": "/somewhere",
        "REDIS_URL": "redis://127.0.0.1:6380/0",
        "SITE_URL": "",
        "VAR_DIR": "/var/ours",
    }
    assert peer.settings(ours, "/var/theirs") == {
        "DJANGO_SETTINGS_MODULE": "pretix.settings",
        "HOME": "/root",
        "PRETIX_CELERY_BACKEND": "redis://127.0.0.1:6380/2",
        "PRETIX_CELERY_BROKER": "redis://127.0.0.1:6380/3",
        "PRETIX_CONFIG_FILE": "/dev/null",
        "PRETIX_DATABASE_BACKEND": "postgresql",
        "PRETIX_DATABASE_HOST": "127.0.0.1",
        "PRETIX_DATABASE_NAME": "peer",
        "PRETIX_DATABASE_PORT": "5439",
        "PRETIX_DATABASE_USER": "passerelle",
        "PRETIX_PRETIX_DATADIR": "/var/theirs",
        "PRETIX_PRETIX_URL": "http://127.0.0.1",
        "PRETIX_REDIS_LOCATION": "redis://127.0.0.1:6380/1",
    }


def test_a_run_knows_its_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"port": 8, "web": [1, 2], "python": "/p", "environment": {"A": "b"}, "filled": {"token": "t"}}
    (tmp_path / "peer.json").write_text(json.dumps(known))
    monkeypatch.setenv("BENCH_PEER", str(tmp_path / "peer.json"))
    found = peer.Peer.of_this_run()
    assert (found.port, found.web) == (8, [1, 2])
    assert b"\r\nAuthorization: Token t\r\n" in found.get("x/")
    assert found.post("x/", {}).startswith(b"POST /api/v1/organizers/bench/x/ HTTP/1.1\r\n")


def test_a_peer_that_complains_is_quoted(tmp_path: Path) -> None:
    environment = {"PRETIX_PRETIX_DATADIR": str(tmp_path)}
    broken = peer.Peer(0, [], sys.executable, environment, {})
    assert broken.inside("-c", "print(1)") == "1\n"
    with pytest.raises(peer.PeerError, match="out of badges"):
        broken.inside("-c", "raise SystemExit('out of badges')")


def test_a_server_that_hangs_up_gets_a_connection_for_each_request() -> None:
    """gunicorn waits up to two seconds until its client has hung up as well: ours does at once."""
    let_go: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        let_go.append(await reader.read())
        writer.close()

    async def measured() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            connection = await Connection().open(port)
            for _ in range(2):
                assert await connection.ask(request("GET", "/")) == (200, ANSWER[:-2], b"{}")
                assert connection.writer.is_closing()
            sent = [request("GET", "/")] * 9
            found = await asyncio.to_thread(hammer, sent, clients=3, expected=[200], to=port, web=[os.getpid()])
            assert found["rate"] > 0

    asyncio.run(measured())
    assert let_go == [b""] * 11


def test_the_table_says_what_was_measured() -> None:
    figures = [
        Figure("admit", "/s", 300.0, measured=28.8, note="pretix"),
        Figure("check", "s", 1.5, peer="6.0 s"),
        Figure("nothing", "", 4, measured=0),
    ]
    lines = [" ".join(line.split()) for line in as_table({"peer_pretix": figures}).splitlines()]
    assert lines[2:] == [
        "peer pretix",
        "admit [1] 300 /s 28.8 /s measured",
        "check 1.50 s 6.0 s",
        "nothing 4 0 measured",
        "[1] pretix",
    ]
    assert figures[0].as_json()["measured"] == 28.8
