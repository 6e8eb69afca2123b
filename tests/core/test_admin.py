"""The administration site: for superusers, to look at, without what is sensitive."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import Client

from backend.accounts.models import User
from backend.core.admin import ReadOnlyAdmin
from tests.factories.accounts import make_token, make_user
from tests.factories.browser import browser_of
from tests.factories.checkin import make_guest
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_slot

pytestmark = pytest.mark.django_db
OURS = {model: site for model, site in admin.site._registry.items() if isinstance(site, ReadOnlyAdmin)}


@pytest.fixture
def superuser() -> Client:
    user = User.objects.create_superuser("root@example.org", "secret")
    return browser_of(user)


def path_of(model: Any) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def test_every_model_of_ours_that_is_there_is_there_to_look_at() -> None:
    writable = {model._meta.label for model in set(admin.site._registry) - set(OURS)}
    assert not [
        label for label in writable if label.startswith(("core.", "accounts.", "events.", "checkin.", "badges."))
    ]
    assert {"Fair", "Registration", "Scan", "PrintJob", "AuditEntry"} <= {model.__name__ for model in OURS}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.model_name)
def test_list_and_row_open_and_nothing_can_be_changed(superuser: Client, model: Any) -> None:
    fair = make_fair()
    make_slot(fair)
    make_guest(fair)
    make_token(make_user())
    answer = superuser.get(path_of(model), {"q": "x"} if OURS[model].search_fields else {})
    assert answer.status_code == 200
    assert superuser.get(f"{path_of(model)}add/").status_code == 403
    row = model._default_manager.first()
    if row is not None:
        answer = superuser.get(f"{path_of(model)}{row.pk}/change/")
        assert answer.status_code == 200
        assert "_save" not in answer.content.decode()
        assert superuser.post(f"{path_of(model)}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_sensitive_fields_do_not_show(superuser: Client) -> None:
    registration, _ticket = make_guest(make_fair(), needs="Langue des signes", has_needs=True)
    text = superuser.get(f"{path_of(type(registration))}{registration.pk}/change/").content.decode()
    assert registration.code in text
    assert "Langue des signes" not in text


def sign_in(browser: Client, user: str, password: str, ip: str) -> Any:
    values = {"username": user, "password": password, "next": "/admin/"}
    return browser.post("/admin/login/", values, REMOTE_ADDR=ip)


def test_a_password_is_tried_five_times_an_hour(settings: Any) -> None:
    cache.clear()
    User.objects.create_superuser("root@example.org", "secret")
    for number in range(5):
        assert sign_in(Client(), "Root@example.org", "wrong", f"192.0.2.{number}").status_code == 200
    refusal = sign_in(Client(), "root@example.org", "secret", "192.0.2.9")
    assert refusal.status_code == 429
    assert 0 < int(refusal["Retry-After"]) <= 3600
    assert SESSION_KEY not in refusal.wsgi_request.session
    settings.RATE_LIMITS = False
    assert sign_in(Client(), "root@example.org", "secret", "192.0.2.9").url == "/admin/"


def test_one_place_tries_twenty_accounts_an_hour() -> None:
    cache.clear()
    User.objects.create_superuser("root@example.org", "secret")
    for number in range(20):
        assert sign_in(Client(), f"root{number}@example.org", "wrong", "192.0.2.1").status_code == 200
    assert sign_in(Client(), "root@example.org", "secret", "192.0.2.1").status_code == 429
    assert sign_in(Client(), "root@example.org", "secret", "192.0.2.2").url == "/admin/"


def test_site_is_closed_to_everybody_else() -> None:
    assert browser_of(make_user()).get("/admin/").status_code == 302
    assert browser_of().get("/admin/").status_code == 302
