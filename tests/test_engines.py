"""Private servers answer while they are lent, and are gone afterwards, whatever happened in between."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis as redis_client

from tests import engines, system

ROOT = Path(__file__).resolve().parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.engines", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_postgres_answers_and_is_gone_after_an_error() -> None:
    with pytest.raises(psycopg.errors.UndefinedTable), engines.postgres() as url, psycopg.connect(url) as connection:
        connection.execute("SELECT * FROM nowhere")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


def test_two_postgres_are_apart() -> None:
    with engines.postgres() as one, engines.postgres() as other:
        assert one != other
        with psycopg.connect(one) as connection:
            connection.execute("CREATE TABLE here (id int)")
        with psycopg.connect(other) as connection:
            assert connection.execute("SELECT to_regclass('here')").fetchone() == (None,)


def test_redis_answers(redis_url: str) -> None:
    with redis_client.Redis.from_url(redis_url) as client:
        assert client.ping()


def test_redis_is_gone_afterwards() -> None:
    with engines.redis() as url:
        assert redis_client.Redis.from_url(url).ping()
    with pytest.raises(redis_client.ConnectionError):
        redis_client.Redis.from_url(url).ping()


def test_a_command_gets_the_address_and_its_status_is_passed_on() -> None:
    done = run("redis", "--", sys.executable, "-c", "import os; print(os.environ['REDIS_URL']); raise SystemExit(7)")
    assert done.returncode == 7
    assert done.stdout.startswith("redis://127.0.0.1:")


@pytest.mark.parametrize("arguments", [[], ["redis"], ["mongo", "--", "true"], ["redis", "true", "--"]])
def test_misuse_is_explained(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "python -m tests.engines postgres -- COMMAND" in done.stderr


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such option')"]
    engine = engines.Engine(lambda port: command, lambda port: False, stop_with=engines.signal.SIGTERM, folder=tmp_path)
    with pytest.raises(engines.EngineError, match="no such option"):
        engine.start()


def test_a_server_comes_back_at_its_address() -> None:
    with engines.redis_engine() as engine, redis_client.Redis.from_url(engine.url) as client:
        assert client.ping()
        engine.stop()
        with pytest.raises(redis_client.ConnectionError):
            client.ping()
        engine.start()
        assert client.ping()


def test_what_is_missing_is_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(system, "NEEDS", [("A thing", "no-such-program", [], "no-such-package")])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert system.main([]) == 1
    assert "A thing: program `no-such-program`, Debian package `no-such-package`" in capsys.readouterr().err


def test_what_is_there_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        system, "NEEDS", [("Python", Path(sys.executable).name, [str(Path(sys.executable).parent)], "x")]
    )
    monkeypatch.setattr(system, "install", lambda packages: pytest.fail(f"would install {packages}"))
    assert system.main([]) == 0
