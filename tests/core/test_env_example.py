"""`.env.example` explains every setting, and `check --deploy` has nothing to say to its last block."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
MARK = LINES.index("# --- production ---")


def block() -> dict[str, str]:
    lines = [line for line in LINES[MARK + 1 :] if line and not line.startswith("#")]
    return {name: value for name, _equals, value in (line.partition("=") for line in lines)}


def manage(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", *words]
    environment = keep | {"VAR_DIR": str(folder)} | settings
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def check(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return manage(folder, "check", "--deploy", "--fail-level", "WARNING", **settings)


def test_the_production_block_is_clean(tmp_path: Path) -> None:
    checked = check(tmp_path, **block())
    assert (checked.returncode, checked.stdout) == (0, "System check identified no issues (1 silenced).\n"), (
        checked.stderr
    )
    assert not (tmp_path / "keys").exists()


def test_nobody_is_put_on_the_browsers_preload_lists(tmp_path: Path) -> None:
    """They ask for the consent of who owns the domain, and take months to leave."""
    ask = "print(Client().get('/healthz', secure=True, headers={'host': settings.ALLOWED_HOSTS[0]}).headers)"
    code = f"from django.conf import settings; from django.test import Client; {ask}"
    asked = manage(tmp_path, "shell", "-v", "0", "-c", code, **block())
    assert "'Strict-Transport-Security': 'max-age=31536000; includeSubDomains'" in asked.stdout, asked.stderr


def test_a_secret_missing_in_production_is_one_line_with_its_name(tmp_path: Path) -> None:
    for name in ("SECRET_KEY", "SIGNING_KEYS", "COLUMN_KEYS"):
        checked = check(tmp_path, **block() | {name: ""})
        assert checked.returncode != 0
        assert name in checked.stderr
        assert len(checked.stderr.splitlines()) == 1


def test_every_setting_that_is_read_is_explained() -> None:
    source = (ROOT / "backend" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source)) | {"SITE_URL", "DATABASE_URL"}
    explained = {match[1] for line in LINES[:MARK] if (match := re.match(r"# ([A-Z_]+)=", line))}
    assert explained == read
