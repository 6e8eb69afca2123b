"""What is given for running the program for good agrees with the program: image, composition, service, guide."""

import configparser
import ipaddress
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, get_commands, load_command_class
from django.urls import resolve

from backend.core import server

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETTING = re.compile(r"^# ([A-Z_]+)=", re.MULTILINE)
PINNED = re.compile(r"(?:[\w./-]+:\d+\.\d+\.\d+|postgres:\d+\.\d+)(?:-[\w.-]+)?")
SECRETS = {"SECRET_KEY", "SIGNING_KEYS", "COLUMN_KEYS", "EMAIL_URL", "DATABASE_URL"}
OF_COMPOSE = {"POSTGRES_PASSWORD"}
"""What compose.yml asks for by itself."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def settings_there_are() -> set[str]:
    return set(SETTING.findall(read(".env.example").partition("# --- production ---")[0]))


def production_block() -> dict[str, str]:
    lines = read(".env.example").partition("# --- production ---")[2].split()
    return {name: value for name, _equals, value in (line.partition("=") for line in lines)}


def refused(words: list[str]) -> str:
    """Why `manage.py` would not take these words, empty if it would."""
    name, *arguments = words
    if name not in get_commands():
        return f"there is no command {name}"
    command = load_command_class(get_commands()[name], name)
    try:
        command.create_parser("manage.py", name).parse_args(arguments)
    except (CommandError, SystemExit) as mistake:
        return str(mistake)
    return ""


# --- the image -------------------------------------------------------------------------------------------------------


def dockerfile() -> list[tuple[str, str]]:
    """Instruction and arguments, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^\s*#.*\n", "", read("Dockerfile"), flags=re.MULTILINE))
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in joined.splitlines() if line]


def last(instruction: str) -> str:
    return [arguments for name, arguments in dockerfile() if name == instruction][-1]


def test_the_image_begins_with_pinned_ones() -> None:
    names = {arguments.split()[0] for name, arguments in dockerfile() if name == "FROM"}
    assert len(names) == 1
    assert all(PINNED.fullmatch(name) for name in names)


def test_the_image_runs_a_command_that_is_there_as_a_user_without_rights() -> None:
    assert json.loads(last("ENTRYPOINT")) == ["python", "manage.py"]
    assert refused(json.loads(last("CMD"))) == ""
    assert last("USER") == "passerelle"
    assert [name for name, _ in dockerfile()].index("USER") < [name for name, _ in dockerfile()].index("ENTRYPOINT")


def test_the_image_asks_the_program_whether_it_is_well() -> None:
    probe = last("HEALTHCHECK")
    path, port = re.search(r"'(/\w+)'", probe), re.search(r"'127.0.0.1', (\d+)", probe)
    assert path is not None
    assert port is not None
    assert resolve(path[1]).func
    assert port[1] == last("EXPOSE")


def test_what_is_installed_is_locked_and_what_is_written_is_a_volume() -> None:
    runs = " ".join(arguments for name, arguments in dockerfile() if name == "RUN")
    assert "install --no-cache-dir --no-compile --require-hashes -r requirements/base.txt" in runs
    assert f"VAR_DIR={last('VOLUME')} " in last("ENV")


def test_only_the_program_goes_into_the_image() -> None:
    lines = read(".dockerignore").splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    rooms = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert lines[1] == "*"
    assert let_in == rooms | {"LICENSE", "manage.py", "requirements/base.txt"}
    assert [name for name in let_in if not (ROOT / name).exists()] == []


# --- the composition -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    return yaml.safe_load(read("compose.yml"))


@pytest.fixture(scope="module")
def services(composition) -> dict[str, dict[str, Any]]:
    return composition["services"]


def test_every_image_is_pinned_to_a_version(services) -> None:
    images = {service["image"] for service in services.values()}
    assert [image for image in images if not PINNED.fullmatch(image)] == []
    ours = f"passerelle:{PROJECT['project']['version']}"
    assert services["web"]["image"] == services["migrate"]["image"] == ours


def test_every_setting_named_is_one(services) -> None:
    assert set(services["web"]["environment"]) <= settings_there_are()
    asked = set(re.findall(r"\$\{([A-Z_]+)", read("compose.yml")))
    assert asked <= settings_there_are() | OF_COMPOSE


def test_secrets_come_from_outside_and_are_asked_for(services) -> None:
    environment = services["web"]["environment"]
    assert [name for name in SECRETS if ":?" not in environment[name]] == []
    assert services["database"]["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")


def test_the_composed_settings_are_a_complete_installation(services, tmp_path: Path) -> None:
    given = production_block() | {"POSTGRES_PASSWORD": "0123456789abcdef"}
    environment = {
        name: re.sub(r"\$\{([A-Z_]+):[?-][^}]*\}", lambda found: given.get(found[1], ""), value)
        for name, value in services["web"]["environment"].items()
    }
    assert "${" not in "".join(environment.values())
    assert check(environment | {"VAR_DIR": str(tmp_path)}) == (0, "System check identified no issues (1 silenced).\n")


def test_every_command_of_a_container_is_there(services) -> None:
    assert [refused(services[name]["command"]) for name in ("web", "migrate")] == ["", ""]


def test_several_processes_have_redis(services) -> None:
    host = services["web"]["environment"]["REDIS_URL"].removeprefix("redis://").partition(":")[0]
    assert "--workers" in services["web"]["command"]
    assert set(services["web"]["networks"]) & set(services[host]["networks"])


def test_the_program_has_time_to_end(services) -> None:
    assert int(services["web"]["stop_grace_period"].removesuffix("s")) > server.STOP_SECONDS


def test_only_the_proxy_is_open_and_the_database_is_out_of_its_reach(composition, services) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert composition["networks"]["back"] == {"internal": True}
    assert services["database"]["networks"] == services["redis"]["networks"] == ["back"]
    assert services["proxy"]["networks"] == ["front"]


def test_the_proxy_is_believed(composition, services) -> None:
    subnet = composition["networks"]["front"]["ipam"]["config"][0]["subnet"]
    assert services["web"]["environment"]["TRUSTED_PROXIES"] == subnet
    assert ipaddress.ip_network(subnet).is_private


def test_what_is_written_lies_on_volumes(composition, services) -> None:
    mounted = [volume.partition(":") for service in services.values() for volume in service.get("volumes", [])]
    named = {source for source, _colon, _target in mounted if not source.startswith(".")}
    assert named == set(composition["volumes"])
    assert services["web"]["volumes"] == [f"var:{last('VOLUME')}"]
    assert [source for source, _, _ in mounted if source.startswith(".") and not (ROOT / source).exists()] == []


def test_the_proxy_is_given_what_its_file_asks_for(services) -> None:
    asked = dict(re.findall(r"\{\$([A-Z_]+):([^}]+)\}", read("deploy/Caddyfile")))
    given = services["proxy"]["environment"]
    assert set(asked) == set(given)
    assert given["UPSTREAM"] == f"web:{last('EXPOSE')}"
    assert asked["UPSTREAM"] == f"127.0.0.1:{last('EXPOSE')}"


# --- the service -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unit() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(delimiters="=", interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(read("deploy/passerelle.service"))
    return parser["Service"]


def test_the_service_runs_a_command_that_is_there_on_this_machine_only(unit) -> None:
    program, script, *words = shlex.split(unit["ExecStart"])
    assert (program, script) == (f"{unit['WorkingDirectory']}/.venv/bin/python", "manage.py")
    assert refused(words) == ""
    assert words[words.index("--host") + 1] == "127.0.0.1"


def test_the_service_is_fenced_in(unit) -> None:
    wanted = {"NoNewPrivileges": "true", "ProtectSystem": "strict", "CapabilityBoundingSet": "", "PrivateTmp": "true"}
    assert {name: unit[name] for name in wanted} == wanted
    assert unit["User"] not in ("", "root")


def test_the_service_starts_again_and_has_time_to_end(unit) -> None:
    assert unit["Restart"] == "on-failure"
    assert unit["KillMode"] == "mixed"
    assert float(unit["TimeoutStopSec"]) > server.STOP_SECONDS


def test_the_guide_and_the_service_name_the_same_places(unit) -> None:
    guide = read("docs/deployment.md")
    assert unit["EnvironmentFile"] in guide
    assert f"VAR_DIR=/var/lib/{unit['StateDirectory']}\n" in guide


# --- the guide -------------------------------------------------------------------------------------------------------


def blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def commands_of(text: str) -> list[list[str]]:
    """The words after `manage.py`, or after what stands for it in the composition, in blocks of commands."""
    lines = "\n".join([*blocks("bash", text), *blocks("ini", text)]).splitlines()
    calls = [re.search(r"(?:manage\.py|compose run --rm web) ([^#]+)", line) for line in lines]
    return [shlex.split(call[1]) for call in calls if call]


def unknown_settings(text: str) -> set[str]:
    """What is set in the guide and is no setting."""
    named = re.findall(r'^(?:\s*echo ")?([A-Z][A-Z_]+)=', "\n".join(blocks("(?:ini|bash)", text)), flags=re.MULTILINE)
    return set(named) - settings_there_are() - OF_COMPOSE


def test_every_command_in_the_guide_is_there() -> None:
    commands = commands_of(read("docs/deployment.md"))
    assert {"check", "migrate", "create_organisation", "serve", "api_token"} <= {words[0] for words in commands}
    assert [why for why in map(refused, commands) if why] == []


def test_every_setting_in_the_guide_is_one() -> None:
    assert unknown_settings(read("docs/deployment.md")) == set()


def test_the_first_settings_of_the_guide_are_a_complete_installation(tmp_path: Path) -> None:
    first = blocks("ini", read("docs/deployment.md"))[0]
    secrets = {name: value for name, value in production_block().items() if name.endswith(("_KEY", "_KEYS"))}
    given = dict(line.split("=", 1) for line in first.splitlines()) | secrets | {"VAR_DIR": str(tmp_path)}
    assert check(given) == (0, "System check identified no issues (1 silenced).\n")


def test_every_figure_in_the_guide_is_counted() -> None:
    source = read("backend/metrics.py") + read("backend/core/metrics.py")
    figures = set(re.findall(r"`(passerelle_\w+)`", read("docs/deployment.md")))
    assert len(figures) > 8
    assert [figure for figure in figures if f'"{figure.removesuffix("_total")}"' not in source] == []


def test_the_line_of_log_in_the_guide_has_the_shape_of_one() -> None:
    line = json.loads(blocks("json", read("docs/deployment.md"))[0])
    assert {"at", "level", "logger", "message", "request_id"} < set(line)


def test_the_table_of_probes_names_addresses_that_are_there() -> None:
    addresses = re.findall(r"^\| `(/\w+)` \|", read("docs/deployment.md"), flags=re.MULTILINE)
    assert addresses == ["/healthz", "/readyz", "/metrics"]
    assert all(resolve(address).func for address in addresses)


def check(settings: dict[str, str]) -> tuple[int, str]:
    """What `check --deploy` says to these settings alone."""
    keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=keep | settings, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout or done.stderr


# --- the rules can fail ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["no_such_command"], ["serve", "--no-such-option"], ["serve", "--workers", "many"]])
def test_a_command_that_is_not_there_is_found(words: list[str]) -> None:
    assert refused(words)


@pytest.mark.parametrize("image", ["caddy", "caddy:latest", "caddy:2", "caddy:2.10"])
def test_an_image_that_may_change_is_found(image: str) -> None:
    assert not PINNED.fullmatch(image)


def test_a_setting_that_is_not_there_is_found() -> None:
    assert unknown_settings("```ini\nDATABASE=x\nSITE_URL=y\n```") == {"DATABASE"}
