"""The page that the `type` of a problem document leads to."""

import re

import pytest
from django.test import Client
from django.utils import translation

from backend.core.errors import REGISTRY
from backend.core.problems import TYPE
from tests.factories.browser import browser_of
from tests.factories.client import client_of, refused

pytestmark = pytest.mark.django_db


def test_the_type_of_a_refusal_leads_to_its_line() -> None:
    refusal = refused(client_of().get("tokens/"), 401, "not_authenticated")
    address, _hash, anchor = refusal["type"].partition("#")
    page = browser_of(language="fr").get(address)
    assert page.status_code == 200
    assert page["Content-Type"].startswith("text/html")
    text = page.content.decode()
    assert text.count(f'id="{anchor}"') == 1
    assert refusal["detail"] in text


def test_every_code_has_a_line_in_both_languages() -> None:
    for language in ("en", "fr"):
        text = browser_of(language=language).get(TYPE).content.decode()
        assert set(re.findall(r'<tr [^>]*id="(\w+)"', text)) == set(REGISTRY)
        with translation.override(language):
            assert str(REGISTRY["slot_full"].detail) in text


def test_the_page_is_read_and_not_written() -> None:
    assert Client(HTTP_HOST="localhost").post(TYPE).status_code == 405
