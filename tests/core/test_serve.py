"""The real server: one port, several processes, nothing lost at the end."""

import asyncio
import http.client
import json
import os
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websockets

from backend.core import server
from tests.core.serving import Site, is_alive, manage, serving, until


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("migrated")
    done = manage(folder, "migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(migrated: Path, tmp_path: Path) -> Path:
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def site(folder: Path) -> Iterator[Site]:
    with serving(folder) as site:
        yield site


def in_background(work: Any) -> tuple[threading.Thread, list[Any]]:
    """Run the work in a thread; its result, or its exception, comes into the list."""
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, results


def read(site: Site, path: str) -> tuple[int, bytes, str | None]:
    connection = site.connect()
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read(), response.getheader("connection")


def test_serves_pages_and_says_when_everything_is_there(site: Site) -> None:
    assert site.get("/healthz") == (200, {"status": "ok"})
    until(lambda: site.get("/readyz")[0] == 200)
    body = site.get("/readyz")[1]
    assert body == {"status": "ready", "database": "ok", "channel_layer": "in-process", "worker": "ok", "not_ready": []}
    assert site.get("/process/")[1]["ip"] == "127.0.0.1"


def test_sigterm_answers_a_request_in_flight_and_takes_no_new_one(site: Site) -> None:
    thread, results = in_background(lambda: read(site, "/slow/"))
    site.begun()
    children = site.children()
    site.process.send_signal(signal.SIGTERM)
    until(lambda: not accepts(site.port))
    site.go()
    thread.join()
    assert results == [(200, b"done", "close")]
    assert site.process.wait() == 0
    assert not any(map(is_alive, children))


def test_ctrl_c_ends_everything(site: Site) -> None:
    children = site.children()
    assert len(children) == 2
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait() == 0
    assert not any(map(is_alive, children))


def test_children_end_when_the_parent_is_killed(site: Site) -> None:
    children = site.children()
    site.process.kill()
    site.process.wait()
    until(lambda: not any(map(is_alive, children)))


def test_a_websocket_gets_its_answer_and_then_the_code_for_a_restart(site: Site) -> None:
    async def talk() -> tuple[Any, int | None]:
        async with websockets.connect(f"ws://127.0.0.1:{site.port}/") as connection:
            await connection.send("slow")
            await asyncio.to_thread(site.begun)
            site.process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(until, lambda: not accepts(site.port))
            site.go()
            answer = await connection.recv()
            await connection.wait_closed()
            return answer, connection.close_code

    assert asyncio.run(talk()) == ("slow done", 1012)
    assert site.process.wait() == 0


def test_a_process_that_dies_is_started_again(site: Site) -> None:
    web, worker = site.child("serve"), site.child("work")
    with pytest.raises((http.client.HTTPException, OSError)):
        site.get("/die/")
    until(lambda: site.child("serve") not in (None, web))
    assert site.get("/healthz")[0] == 200
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    until(lambda: site.child("work") not in (None, worker))


def test_a_stream_waits_for_its_reader_and_ends_when_the_reader_leaves(site: Site) -> None:
    connection = socket.create_connection(("127.0.0.1", site.port))
    connection.sendall(b"GET /endless/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    pieces = site.folder / "pieces"
    until(pieces.exists)
    until(lambda: is_steady(pieces))
    assert int(pieces.read_text()) < 200  # 13 MB: what sockets buffer, far from endless
    connection.close()
    until((site.folder / "closed").exists)


def is_steady(path: Path) -> bool:
    before = path.read_text()
    threading.Event().wait(0.5)
    return before != "" and path.read_text() == before


def test_a_stream_that_breaks_is_not_taken_for_a_whole_one(site: Site) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        read(site, "/broken/")
    assert site.get("/healthz")[0] == 200


def test_a_chunked_body_has_a_length_and_a_huge_one_is_refused(site: Site) -> None:
    connection = site.connect()
    connection.request("POST", "/size/", body=iter([b"one ", b"two"]), encode_chunked=True)
    assert connection.getresponse().read() == b'{"size": 7, "length": "7"}'
    connection.request("POST", "/size/", body=(bytes(2**20) for _ in range(30)), encode_chunked=True)
    response = connection.getresponse()
    assert (response.status, response.getheader("content-type")) == (413, "application/problem+json")
    assert site.get("/healthz")[0] == 200


def test_two_processes_share_one_port(folder: Path, redis_url: str) -> None:
    with serving(folder, "--workers", "2", REDIS_URL=redis_url) as site:
        assert len(site.children()) == 3
        until(lambda: len({site.get("/process/")[1]["pid"] for _ in range(10)}) == 2)
        until(lambda: site.get("/readyz")[0] == 200)
        assert site.get("/readyz")[1]["channel_layer"] == "ok"


def test_whichever_process_is_asked_tells_the_figures_of_all(folder: Path, redis_url: str) -> None:
    with serving(folder, "--workers", "2", REDIS_URL=redis_url) as site:
        answers: list[int] = []

        def ask_until_both_have_answered() -> bool:
            answers.extend(site.get("/process/")[1]["pid"] for _ in range(10))
            return len(set(answers)) == 2

        until(ask_until_both_have_answered)
        until(lambda: count_of(site) >= len(answers))
        assert {count_of(site) for _ in range(20)} == {len(answers)}
        os.kill(answers[0], signal.SIGKILL)
        until(lambda: count_of(site) == len(answers))
    assert list(folder.glob("metrics-*")) == []


def count_of(site: Site) -> int:
    """How many requests `/process/` has answered, as /metrics says."""
    try:
        text = read(site, "/metrics")[1].decode()
    except (OSError, http.client.HTTPException):
        return -1
    found = [line for line in text.splitlines() if "request_seconds_count" in line and 'route="process/"' in line]
    return sum(int(float(line.rpartition(" ")[2])) for line in found)


def test_the_log_is_one_json_object_a_line(folder: Path) -> None:
    with serving(folder, LOG_LEVEL="INFO") as site:
        site.get("/healthz")
        site.process.send_signal(signal.SIGTERM)
        site.process.wait()
    lines = [json.loads(line) for line in (folder / "stderr").read_text().splitlines()]
    assert {"method": "GET", "route": "healthz", "status": 200}.items() <= lines[0].items()


def test_two_processes_without_redis_are_refused(folder: Path) -> None:
    refused = manage(folder, "serve", "--workers", "2")
    assert refused.returncode == 1
    assert "REDIS_URL" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_port_in_use_is_one_line_that_says_what_to_do(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = manage(folder, "serve", "--port", str(port))
    assert refused.returncode == 1
    assert f"Port {port} is in use" in refused.stderr
    assert "--port" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "no.such.host.invalid"], "--host"),
        (["--port", "70000"], "65535"),
        (["--workers", "0"], "at least 1"),
    ],
)
def test_a_wrong_address_is_one_line(folder: Path, arguments: list[str], said: str) -> None:
    refused = manage(folder, "serve", *arguments)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_an_old_database_is_one_line_that_says_what_to_do(tmp_path: Path) -> None:
    refused = manage(tmp_path, "serve", "--port", "0")
    assert refused.returncode == 1
    assert "manage.py migrate" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_process_that_does_not_even_start_is_not_tried_for_ever(folder: Path) -> None:
    ended = manage(folder, "serve", "--port", "0", TEST_ASGI_APPLICATION="no.such.application")
    assert ended.returncode == 1
    assert "No module named 'no'" in ended.stderr
    assert ended.stderr.endswith("passerelle: a process ended at once; what it said stands above\n")
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("debug", "local", "host"),
    [(True, False, "127.0.0.1"), (False, True, "127.0.0.1"), (False, False, "0.0.0.0")],
)
def test_only_production_listens_on_every_interface(settings, debug: bool, local: bool, host: str) -> None:
    settings.DEBUG, settings.IS_LOCAL = debug, local
    assert server.default_host() == host


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
