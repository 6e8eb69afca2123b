"""Every operation of the OpenAPI document, with what fits it and what does not: no 500, no break of the document.

`CONTRACT_EXAMPLES=200 pytest tests/test_api_contract.py` is the long run, other each time.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.accounts.enums import Scope
from tests.factories.accounts import make_token
from tests.factories.worlds import Realm, kept_for_a_module, make_realm

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "0"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCOPES: dict[str, list[str]] = {
    "organiser": [Scope.ORGANISER, Scope.CHECKIN],
    "staff": [Scope.CHECKIN, Scope.CHECKIN_FORCE],
    "employer": [Scope.EMPLOYER],
    "candidate": [Scope.CANDIDATE],
}
TIMES = settings(
    max_examples=EXAMPLES or 2,
    derandomize=not EXAMPLES,
    phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def realm(django_db_setup: None, django_db_blocker: Any) -> Iterator[Realm]:
    with kept_for_a_module(django_db_blocker):
        yield make_realm()


@pytest.fixture(scope="module")
def operations() -> Iterator[list[APIOperation]]:
    """All operations, asked in this process and on this connection, which no request may close."""
    document = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = WSGIHandler()
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield [result.ok() for result in schema.get_all_operations()]
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", [*SCOPES, "anonymous"])
def test_the_document_is_kept(realm: Realm, operations: list[APIOperation], role: str, mode: GenerationMode) -> None:
    credentials = {}
    if role in SCOPES:
        credentials = {"Authorization": f"Bearer {make_token(realm.people[role], SCOPES[role])}"}
    known = realm.other | realm.every | realm.own
    broken = [found for operation in operations if (found := breaks(operation, mode, known, credentials))]
    assert not broken, "\n\n".join(broken)


def breaks(operation: APIOperation, mode: GenerationMode, known: dict[str, str], credentials: dict[str, str]) -> str:
    """What the operation's answers break; "" for nothing."""

    @TIMES
    @given(operation.as_strategy(generation_mode=mode), st.integers(0, 3))
    def ask(case: Case, chance: int) -> None:
        cache.clear()
        if chance:
            name_known_rows(case, known)
        case.cookies.clear()
        case.headers.pop("Authorization", None)
        with transaction.atomic():
            try:
                response = case.call(headers=credentials)
            finally:
                transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)

    try:
        ask()
    except FailureGroup as group:
        failures = [f"{failure.title}: {' '.join(failure.message.split())[:400]}" for failure in group.exceptions]
        return "\n    ".join([operation.label, *failures])
    return ""


def name_known_rows(case: Case, known: dict[str, str]) -> None:
    """Rows that there are, in the address and, where it names any, in the body: chance alone would find none."""
    case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
    if isinstance(case.body, dict):
        case.body.update({name: known[name] for name in case.body if name in known})
