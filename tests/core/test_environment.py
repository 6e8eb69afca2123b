"""Reading settings: each mistake is one line that names the setting and says what it should look like."""

import base64
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend.core.environment import Environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    """An environment of a project without `.env`."""
    return Environment(tmp_path)


def test_an_empty_setting_is_a_missing_one(env: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "  ")
    assert env.text("X", "default") == "default"


@pytest.mark.parametrize(("value", "meant"), [("on", True), ("TRUE", True), ("0", False), ("", True)])
def test_flags(env: Environment, monkeypatch: pytest.MonkeyPatch, value: str, meant: bool) -> None:
    monkeypatch.setenv("X", value)
    assert env.flag("X", True) is meant


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda env: env.flag("X", True), "perhaps"),
        (lambda env: env.number("X", 300, least=1), "0"),
        (lambda env: env.number("X", 300, least=1), "5 minutes"),
        (lambda env: env.choice("X", "fr", ("fr", "en")), "de"),
        (lambda env: env.zone("X", "Europe/Paris"), "Provence"),
        (lambda env: env.url("X", "", ("redis",), "`redis://localhost`"), "http://localhost"),
        (lambda env: env.url("X", "", ("redis",), "`redis://localhost`"), "redis://localhost:port"),
        (lambda env: env.directory("X", "var"), "/proc/nothing/here"),
    ],
)
def test_mistakes_name_the_setting(env: Environment, monkeypatch: pytest.MonkeyPatch, read: Any, value: str) -> None:
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(env)
    assert str(refusal.value).startswith("X must")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("value", ["mysql://a:hunter2@h/b", "postgres://a:hunter2@h", "postgres://a:hunter2@h:x/b"])
def test_a_refused_address_does_not_show_its_password(
    env: Environment, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like") as refusal:
        env.database("sqlite:///x")
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("value", ["salons.example.org", "ftp://x", "https://x/path", "https://", "https://x?q=1"])
def test_site_url(env: Environment, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SITE_URL", value)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL must look like"):
        env.site_url("http://localhost:8000")


def test_secrets_are_made_once_and_private(env: Environment, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: env.secret("SECRET_KEY", tmp_path / "keys", may_make=True), range(16)))
    assert len(made) == 1
    path = tmp_path / "keys" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]
    assert env.keys("SIGNING_KEYS", tmp_path / "keys", may_make=True).keys() == {1}


def test_secrets_are_required_where_they_may_not_be_made(env: Environment, tmp_path: Path) -> None:
    for read in (env.secret, env.keys):
        with pytest.raises(ImproperlyConfigured, match=r"^S is missing: .*openssl"):
            read("S", tmp_path / "keys", may_make=False)
    assert not (tmp_path / "keys").exists()


def test_weak_and_malformed_secrets(env: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("S", "short")
    with pytest.raises(ImproperlyConfigured, match="at least 32"):
        env.secret("S", tmp_path, may_make=True)
    monkeypatch.setenv("S", "1:" + base64.b64encode(b"short").decode())
    with pytest.raises(ImproperlyConfigured, match="S: key 1 has 5 bytes"):
        env.keys("S", tmp_path, may_make=True)


def test_an_unknown_name_in_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# words\nexport PASSERELLE_TEST_KNOWN=1\nPASSERELLE_TEST_KNWON=2\n")
    try:
        env = Environment(tmp_path)
        assert env.text("PASSERELLE_TEST_KNOWN") == "1"
        with pytest.raises(ImproperlyConfigured, match=r"line 3: .*KNWON; did you mean PASSERELLE_TEST_KNOWN\?"):
            env.refuse_unknown()
    finally:
        os.environ.pop("PASSERELLE_TEST_KNOWN", None)
        os.environ.pop("PASSERELLE_TEST_KNWON", None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SITE_URL": "https://salons.example.org"}, "passerelle: SECRET_KEY is missing"),
        ({"DATABASE_URL": "postgres://a:hunter2@127.0.0.1:1/b"}, "passerelle: the database does not answer"),
        ({"HOLD_SECONDS": "soon"}, "passerelle: HOLD_SECONDS must be a whole number"),
    ],
)
def test_the_command_says_it_in_one_line(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    surroundings = os.environ | {"VAR_DIR": str(tmp_path), "DATABASE_URL": ""} | changes
    command = [sys.executable, str(ROOT / "manage.py"), "migrate"]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode != 0
    assert done.stderr.strip().startswith(said), done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "hunter2" not in done.stderr
