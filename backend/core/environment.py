"""Reading settings from the environment: each reader says the setting's name and what it should look like."""

import difflib
import os
import re
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured

from backend.core.crypto import make_keys, parse_keys

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]", "::1")
_LOCAL_HTTP = [("http", host) for host in LOCAL_HOSTS]


class Environment:
    """The process's environment, with `.env` of the project behind it.

    Every method raises ImproperlyConfigured with one line that names the setting and shows a good value.
    """

    def __init__(self, base: Path) -> None:
        self.base = base
        self._asked = {"PORT", "SIZE"}
        environ.Env.read_env(base / ".env", overwrite=False)

    def refuse_unknown(self) -> None:
        """Refuse a name in `.env` that no setting was read by: most likely a slip of the pen."""
        path = self.base / ".env"
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        for number, line in enumerate(lines, 1):
            written = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=", line)
            if written and written[1] not in self._asked:
                near = difflib.get_close_matches(written[1], self._asked, 1)
                advice = f"did you mean {near[0]}?" if near else "see .env.example for those there are."
                raise ImproperlyConfigured(f".env, line {number}: there is no setting {written[1]}; {advice}")

    def text(self, name: str, default: str = "") -> str:
        """The setting's text, or the default where it is missing or empty."""
        self._asked.add(name)
        return os.environ.get(name, "").strip() or default

    def flag(self, name: str, default: bool) -> bool:
        """True for on/true/1/yes, false for off/false/0/no, in any case."""
        value = self.text(name).lower()
        if not value:
            return default
        if value in ("on", "true", "1", "yes"):
            return True
        if value in ("off", "false", "0", "no"):
            return False
        raise ImproperlyConfigured(f"{name} must be `on` or `off`, not {value!r}.")

    def number(self, name: str, default: int, *, least: int) -> int:
        """A whole number of at least `least`."""
        value = self.text(name, str(default))
        if not value.isdecimal() or int(value) < least:
            raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}, not {value!r}.")
        return int(value)

    def words(self, name: str) -> list[str]:
        """A comma-separated list; empty where it is missing."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of the given words."""
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def zone(self, name: str, default: str) -> str:
        """The name of a time zone."""
        value = self.text(name, default)
        if value not in available_timezones():
            raise ImproperlyConfigured(f"{name} must be the name of a time zone such as Europe/Paris, not {value!r}.")
        return value

    def directory(self, name: str, default: str) -> Path:
        """A folder, relative to the project unless absolute; made where it is missing."""
        folder = self.base / Path(self.text(name, default)).expanduser()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name} must be a folder that can be written, such as `var/`: {error}."
            ) from error
        return folder

    def url(self, name: str, default: str, schemes: tuple[str, ...], example: str) -> SplitResult:
        """An address with one of the schemes."""
        value = self.text(name, default)
        try:
            parts = urlsplit(value)
            valid = parts.scheme in schemes and (parts.port is None or parts.port > 0)
        except ValueError:
            valid = False
        if not valid:
            raise ImproperlyConfigured(f"{name} must look like {example}.")
        return parts

    def site_url(self, default: str) -> SplitResult:
        """The public address of the site: scheme, host and port, no path."""
        example = "`https://salons.example.org`"
        site = self.url("SITE_URL", default, ("http", "https"), example)
        if not site.hostname or site.path not in ("", "/") or site.query or site.fragment:
            raise ImproperlyConfigured(f"SITE_URL must look like {example}.")
        return site

    def database(self, default: str) -> dict[str, object]:
        """Django's dictionary of the database: SQLite or PostgreSQL."""
        example = "`sqlite:////srv/passerelle/passerelle.sqlite3` or `postgres://user:password@host:5432/name`"
        value = self.text("DATABASE_URL", default)
        self.url("DATABASE_URL", default, ("sqlite", "postgres", "postgresql"), example)
        try:
            database: dict[str, object] = dict(environ.Env.db_url_config(value))
        except (ValueError, environ.ImproperlyConfigured) as error:
            raise ImproperlyConfigured(f"DATABASE_URL must look like {example}.") from error
        if not database.get("NAME"):
            raise ImproperlyConfigured(f"DATABASE_URL must look like {example}: the database's name is missing.")
        database["CONN_MAX_AGE"] = 60
        if str(database["ENGINE"]).endswith("sqlite3"):
            database["OPTIONS"] = {
                "transaction_mode": "IMMEDIATE",
                "timeout": 10,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-20000;"
                "PRAGMA mmap_size=134217728;PRAGMA temp_store=MEMORY;",
            }
        else:
            database["ENGINE"] = "django.db.backends.postgresql"
            database["CONN_HEALTH_CHECKS"] = True
        return database

    def email(self, name: str, default: str) -> dict[str, object]:
        """Django's settings of outgoing e-mail: a folder, or an SMTP server (`smtps` or `?tls=1` for encryption)."""
        mistake = ImproperlyConfigured(
            f"{name} must look like `smtp://user:password@host:587?tls=1`, `smtps://user:password@host:465` "
            "or `file:///srv/passerelle/mail`."
        )
        parts = _split(self.text(name, default), mistake)
        if parts.scheme == "file":
            backend = "backend.mail.transport.FolderBackend"
            return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": _absolute(self.text(name, default), mistake)}
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        tls = options.pop("tls", "0")
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or options or tls not in ("0", "1"):
            raise mistake
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname,
            "EMAIL_PORT": parts.port or {"smtps": 465, "smtp": 587 if tls == "1" else 25}[parts.scheme],
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_TLS": parts.scheme == "smtp" and tls == "1",
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_TIMEOUT": 20,
        }

    def sms(self, name: str, default: str) -> str:
        """Where text messages go: a folder, or an address that takes them by POST (`http` on this machine only)."""
        value = self.text(name, default)
        mistake = ImproperlyConfigured(
            f"{name} must look like `https://user:password@sms.example.org/send` or `file:///srv/passerelle/sms`."
        )
        parts = _split(value, mistake)
        if parts.scheme == "file":
            _absolute(value, mistake)
        elif not parts.hostname or (parts.scheme != "https" and (parts.scheme, parts.hostname) not in _LOCAL_HTTP):
            raise mistake
        return value

    def storage(self, name: str, default: str) -> Path:
        """The folder of uploaded files."""
        value = self.text(name, default)
        mistake = ImproperlyConfigured(f"{name} must look like `file:///srv/passerelle/media`.")
        if _split(value, mistake).scheme != "file":
            raise mistake
        return Path(_absolute(value, mistake))

    def secret(self, name: str, folder: Path, *, may_make: bool) -> str:
        """A text of at least 32 characters: given, or made once under the keys folder where that is allowed."""
        value = self._given_or_made(
            name, folder, may_make, lambda: secrets.token_urlsafe(48), "what `openssl rand -base64 48` prints"
        )
        if len(value) < 32:
            raise ImproperlyConfigured(f"{name} must be a random text of at least 32 characters.")
        return value

    def keys(self, name: str, folder: Path, *, may_make: bool) -> dict[int, bytes]:
        """Numbered 32-byte keys `1:BASE64,2:BASE64`: given, or made once under the keys folder."""
        example = "`1:BASE64`, BASE64 being what `openssl rand -base64 32` prints"
        value = self._given_or_made(name, folder, may_make, make_keys, example)
        try:
            return parse_keys(value, name=name)
        except ValueError as error:
            raise ImproperlyConfigured(str(error)) from error

    def _given_or_made(self, name: str, folder: Path, may_make: bool, make: Callable[[], str], example: str) -> str:
        value = self.text(name)
        if value:
            return value
        if not may_make:
            raise ImproperlyConfigured(f"{name} is missing: set it in the environment to {example}.")
        path = folder / name.lower()
        if not path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_once(path, make())
        return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all; of several processes the first one's text stays."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    try:
        Path(path).hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()


def _split(value: str, mistake: ImproperlyConfigured) -> SplitResult:
    try:
        parts = urlsplit(value)
        if parts.port is None or parts.port > 0:
            return parts
    except ValueError:
        pass
    raise mistake


def _absolute(value: str, mistake: ImproperlyConfigured) -> str:
    """The folder of a `file://` address, letter by letter: a folder's name may hold `%` or `#`."""
    folder = value.removeprefix("file://")
    if not folder.startswith("/"):
        raise mistake
    return folder
