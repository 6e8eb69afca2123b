"""The walls of the house (ARCHITECTURE.md) as tests. Every rule is also shown a snippet that it must refuse."""

import ast
import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("backend", "events", "checkin", "badges")
EDGES = {"admin", "api", "consumers", "forms", "serializers", "tasks", "views"}
# Not a door but what doors are made of: pagination, problem documents and the idempotency wrapper.
KERNEL = "backend/core/"
HEAVY = {"highspy", "numpy", "openpyxl", "pikepdf", "reportlab", "uharfbuzz"}
VAGUE = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
REGISTRIES = {"events.admin", "events.models", "events.urls"}
COMPOSITION = {f"backend/{name}.py" for name in ("api", "asgi", "routing", "urls")}
MAY_USE_REGISTRIES = COMPOSITION | {f"events/{name}.py" for name in ("admin", "apps", "models", "urls")}
FILE_LINES, FUNCTION_LINES, VIEW_LINES, SETTINGS_LINES = 400, 60, 25, 250

# Django's and DRF's generic classes that save on their own.
WRITING_CLASSES = {
    *("CreateAPIView", "CreateModelMixin", "CreateView", "DeleteView", "DestroyAPIView", "DestroyModelMixin"),
    *("ListCreateAPIView", "ModelViewSet", "RetrieveDestroyAPIView", "RetrieveUpdateAPIView", "UpdateAPIView"),
    *("RetrieveUpdateDestroyAPIView", "UpdateModelMixin", "UpdateView"),
}
# Calls that write whatever they are called with; each has an asynchronous twin beginning with `a`.
WRITING_CALLS = {
    *("bulk_create", "bulk_update", "create", "create_superuser", "create_user", "execute", "executemany"),
    *("get_or_create", "raw", "save", "select_for_update", "update_or_create"),
}


def files(*folders: str) -> Iterator[Path]:
    """The Python files of these folders without generated migrations."""
    for folder in folders:
        yield from (path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def is_edge(name: str) -> bool:
    """Whether a file parses requests and renders answers: by its name's last word, or a package of that name."""
    parts = Path(name).with_suffix("").parts
    return not name.startswith(KERNEL) and (bool(EDGES & last_words(parts)) or "commands" in parts)


def last_words(parts: Iterable[str]) -> set[str]:
    """`imports_api` is an api as `api` is."""
    return {part.rsplit("_", 1)[-1] for part in parts}


# --- the rules: each takes a file's name and text and gives what is wrong with it -------------------------------------


def writes_at_edge(name: str, text: str) -> list[str]:
    """Edges never write. `x.update(a=1)` and `x.delete()` write; `a_dict.update(other)`, `cache.delete(key)` do not."""
    if not is_edge(name):
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = node.func.attr
            bare = called.removeprefix("a") if called.startswith("a") else called
            is_query_update = "update" in (called, bare) and not node.args and bool(node.keywords)
            is_row_delete = "delete" in (called, bare) and not node.args
            if {called, bare} & WRITING_CALLS or is_query_update or is_row_delete:
                found.append(f"{name}:{node.lineno} .{called}() belongs in a service")
        if isinstance(node, ast.Name | ast.Attribute):
            used = node.id if isinstance(node, ast.Name) else node.attr
            if used in WRITING_CLASSES:
                found.append(f"{name}:{node.lineno} {used} saves by itself")
            if used == "atomic":
                found.append(f"{name}:{node.lineno} the service owns the transaction")
    return found


def late_imports(name: str, text: str) -> list[str]:
    """Imports stand at the top, but for heavy libraries and an AppConfig's `ready`: before it there are no models."""
    found = []
    for function in ast.walk(ast.parse(text)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if function.name == "ready" and Path(name).name == "apps.py":
            continue
        found += [
            f"{name}:{node.lineno} {module} is imported in {function.name}()"
            for node in ast.walk(function)
            for module in imported(node)
            if module.split(".")[0] not in HEAVY
        ]
    return sorted(set(found))


def registry_imports(name: str, text: str) -> list[str]:
    """Code imports `events.<slice>.models`; the registries are for Django."""
    if name in MAY_USE_REGISTRIES or "/migrations/" in name:
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        modules = set(imported(node))
        if isinstance(node, ast.ImportFrom) and node.module == "events":
            modules |= {f"events.{alias.name}" for alias in node.names}
        found += [f"{name}:{node.lineno} imports the registry {module}" for module in sorted(modules & REGISTRIES)]
    return found


def vague_names(name: str, text: str) -> list[str]:
    """No drawer for everything: a module is named after what it holds."""
    return [f"{name}: a module named {part}" for part in Path(name).with_suffix("").parts if part in VAGUE]


def over_budget(name: str, text: str) -> list[str]:
    """Files, functions and views longer than their budget, in lines of code: no docstring, comment or blank line."""
    tree = ast.parse(text)
    lines = code_lines(tree, text)
    limit = SETTINGS_LINES if name == "backend/settings.py" else FILE_LINES
    found = [f"{name} has {len(lines)} lines of {limit}"] if len(lines) > limit else []
    is_view = not name.startswith("tests/") and bool({"views", "api"} & last_words(Path(name).with_suffix("").parts))
    limit = VIEW_LINES if is_view and not name.startswith(KERNEL) else FUNCTION_LINES
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = len([line for line in lines if node.lineno <= line <= (node.end_lineno or 0)])
            if length > limit:
                found.append(f"{name}::{node.name} has {length} lines of {limit}")
    return found


def imported(node: ast.AST) -> Iterator[str]:
    """The modules that an import statement names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or "."


def code_lines(tree: ast.Module, text: str) -> set[int]:
    """The numbers of the lines that hold code."""
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    code = {n for token in tokens if token.type not in layout for n in range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                code -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return code


Rule = Callable[[str, str], list[str]]


def violations(rule: Rule, paths: Iterable[Path]) -> list[str]:
    return [found for path in paths for found in rule(name_of(path), path.read_text(encoding="utf-8"))]


# --- the house keeps them ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [writes_at_edge, late_imports, registry_imports], ids=lambda rule: rule.__name__)
def test_the_product_keeps(rule: Rule) -> None:
    assert violations(rule, files(*ROOMS)) == []


def test_names_say_what_a_module_holds() -> None:
    assert violations(vague_names, files(*ROOMS, "bench", "tests")) == []


def test_budgets_are_kept_or_excused_by_name() -> None:
    """DECISIONS.md excuses in a line with the word budget and `path.py` or `path.py::function` in backquotes."""
    decisions = ROOT / "DECISIONS.md"
    lines = decisions.read_text(encoding="utf-8").splitlines() if decisions.exists() else []
    excused = {
        name for line in lines if "budget" in line.lower() for name in re.findall(r"`([^`\s]+\.py(?:::\w+)?)`", line)
    }
    found = violations(over_budget, files(*ROOMS, "bench", "tests"))
    assert [line for line in found if line.split(" has ")[0] not in excused] == []


def test_services_own_their_transactions() -> None:
    assert not any(database.get("ATOMIC_REQUESTS") for database in settings.DATABASES.values())


# --- who may know whom ------------------------------------------------------------------------------------------------


def layers() -> list[set[str]]:
    """The rooms of the import contract from the lowest up; rooms of one set do not know each other."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [contract] = [contract for contract in contracts if contract["name"] == "rooms"]
    return [{room.strip(" ()") for room in re.split("[|:]", layer)} for layer in reversed(contract["layers"])]


def room_of(module: str) -> tuple[int, str]:
    """The height of a module's room and its name."""
    rooms = {room: height for height, layer in enumerate(layers()) for room in layer}
    [room] = [room for room in rooms if module == room or module.startswith(f"{room}.")] or [""]
    assert room, f"{module} lies in no room of the import contract"
    return rooms[room], room


def points_up(source: str, target: str) -> bool:
    """Whether a foreign key from a model of one module to a model of the other leaves the allowed direction."""
    (from_height, from_room), (to_height, to_room) = room_of(source), room_of(target)
    return from_room != to_room and from_height <= to_height


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model.__module__.split(".")[0] in ROOMS]


def test_foreign_keys_point_down() -> None:
    found = [
        f"{model.__module__}.{model.__name__}.{field.name} points up to {target.__module__}.{target.__name__}"
        for model in own_models()
        for field in model._meta.get_fields()
        if isinstance(field, Field) and isinstance(target := field.related_model, type) and target in own_models()
        if points_up(model.__module__, target.__module__)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "target", "refused"),
    [
        ("events.fairs.models", "events.offers.models", True),
        ("backend.accounts.models", "events.fairs.models", True),
        ("backend.core.models", "backend.accounts.models", True),
        ("checkin.models", "badges.models", True),
        ("events.offers.models", "events.fairs.models", False),
        ("badges.models", "events.registrations.models", False),
        ("events.fairs.models", "events.fairs.models.halls", False),
    ],
)
def test_direction_of_foreign_keys_can_fail(source: str, target: str, refused: bool) -> None:
    assert points_up(source, target) is refused


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--config", "pyproject.toml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_imports_keep_the_contracts() -> None:
    linted = lint_imports(ROOT)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("backend/core/extra.py", "import backend.accounts"),
        ("backend/mail/extra.py", "import events.fairs"),
        ("events/fairs/extra.py", "from events import offers"),
        ("events/offers/extra.py", "import events.models"),
        ("events/interviews/extra.py", "import events.catalogue"),
        ("events/catalogue/extra.py", "import events.insights"),
        ("checkin/extra.py", "import badges"),
        ("badges/extra.py", "import events.workflows"),
        ("events/fairs/models.py", "import events.fairs.services"),
        ("events/fairs/services.py", "import events.fairs.api"),
        ("checkin/permissions.py", "import checkin.selectors"),
    ],
)
def test_import_contracts_can_fail(tmp_path: Path, name: str, text: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    empty = ["admin", "models", "urls"]
    modules = [
        f"{room.replace('.', '/')}/__init__.py" for layer in layers() for room in layer if room != "events.models"
    ]
    modules += [f"events/fairs/{part}.py" for part in ("api", "models", "services")] + ["checkin/selectors.py"]
    for module in ["backend/__init__.py", "events/__init__.py", *(f"events/{part}.py" for part in empty), *modules]:
        path = tmp_path / module
        if module.startswith(("events/admin/", "events/urls/")):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert lint_imports(tmp_path).returncode == 0
    (tmp_path / name).write_text(text)
    assert lint_imports(tmp_path).returncode == 1


# --- the rules can fail -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("events/fairs/views.py", "fair.save(update_fields=['name'])"),
        ("events/fairs/views.py", "Fair.objects.create(name='x')"),
        ("events/fairs/api.py", "Fair.objects.filter(pk=1).update(name='x')"),
        ("events/workflows/imports_api.py", "Fair.objects.filter(pk=1).update(name='x')"),
        ("events/fairs/api/halls.py", "fair.delete()"),
        ("checkin/consumers.py", "async def f():\n    await Scan.objects.acreate()"),
        ("checkin/consumers.py", "async def f():\n    await scan.asave()"),
        ("checkin/tasks.py", "Scan.objects.bulk_create(scans)"),
        ("badges/management/commands/print_badges.py", "Job.objects.get_or_create(pk=1)"),
        ("badges/admin.py", "cursor.execute('delete from badges_job')"),
        ("badges/admin.py", "Job.objects.raw('select 1')"),
        ("events/offers/serializers.py", "def f(serializer):\n    return serializer.save()"),
        (
            "events/offers/serializers.py",
            "class S(M):\n    def create(self, data):\n        return super().create(data)",
        ),
        ("events/offers/forms.py", "Offer.objects.filter(pk=1).update(**changes)"),
        ("events/offers/api.py", "class Offers(viewsets.ModelViewSet):\n    pass"),
        ("events/offers/api.py", "from django.db import transaction\nwith transaction.atomic():\n    pass"),
    ],
)
def test_a_write_at_an_edge_is_found(name: str, text: str) -> None:
    assert writes_at_edge(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("events/fairs/views.py", "context.update(other)"),
        (
            "events/fairs/views.py",
            "seen.add(fair)\nservices.create_fair(actor=actor)\nservices.update_fair(fair, actor=actor)",
        ),
        ("events/fairs/views.py", "cache.delete(key)\nresponse.delete_cookie('x')\nhashlib.sha256().update(b'')"),
        ("events/fairs/services.py", "fair.save(update_fields=['name'])"),
        ("backend/core/api.py", "Answer.objects.create()"),
    ],
)
def test_what_is_no_write_at_an_edge_passes(name: str, text: str) -> None:
    assert writes_at_edge(name, text) == []


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("def f():\n    from events.fairs import models", True),
        ("class A:\n    async def f(self):\n        if x:\n            import json", True),
        ("def f():\n    import numpy as np\n    from reportlab.pdfgen import canvas", False),
        ("from __future__ import annotations\nimport json", False),
        ("if TYPE_CHECKING:\n    import json", False),
    ],
)
def test_a_late_import_is_found(text: str, refused: bool) -> None:
    assert bool(late_imports("events/fairs/services.py", text)) is refused


@pytest.mark.parametrize(
    ("name", "text", "refused"),
    [
        ("events/fairs/services.py", "from events.models import Fair", True),
        ("checkin/services.py", "from events import models", True),
        ("badges/services.py", "import events.models", True),
        ("badges/services.py", "from events.registrations.models import Registration", False),
        ("events/migrations/0001_initial.py", "from events.models import Fair", False),
    ],
)
def test_a_use_of_the_registry_is_found(name: str, text: str, refused: bool) -> None:
    assert bool(registry_imports(name, text)) is refused


@pytest.mark.parametrize(
    ("name", "refused"),
    [("events/fairs/utils.py", True), ("backend/common/__init__.py", True), ("events/fairs/models.py", False)],
)
def test_a_vague_name_is_found(name: str, refused: bool) -> None:
    assert bool(vague_names(name, "")) is refused


@pytest.mark.parametrize(
    ("name", "text", "refused"),
    [
        ("events/fairs/services.py", "x = 1\n" * 401, True),
        ("events/fairs/services.py", "x = 1\n\n# why\n" * 400, False),
        ("events/fairs/services.py", "def f():\n" + "    x = 1\n" * 60, True),
        ("events/fairs/services.py", 'def f():\n    """A\n\n    B"""\n' + "    x = 1\n" * 59, False),
        ("events/fairs/views.py", "def f():\n" + "    x = 1\n" * 25, True),
        ("events/fairs/api/halls.py", "class V:\n    async def f():\n" + "        x = 1\n" * 25, True),
        ("events/fairs/views.py", "def f():\n" + "    x = 1\n" * 24, False),
        ("backend/settings.py", "X = 1\n" * 251, True),
    ],
)
def test_what_is_over_budget_is_found(name: str, text: str, refused: bool) -> None:
    assert bool(over_budget(name, text)) is refused
