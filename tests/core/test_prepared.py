"""A prepared read gives what its queryset gives, in one statement, for whatever values."""

from typing import Any

import pytest
from django.db.models import CharField, F

from backend.accounts.models import ApiToken
from backend.core.prepared import Given, Prepared
from tests.factories.accounts import make_token, make_user

pytestmark = pytest.mark.django_db


def test_the_rows_are_those_of_the_queryset(django_assert_num_queries: Any) -> None:
    def asked(name: Any) -> Any:
        return ApiToken.objects.select_related("user").filter(user__name=name).annotate(called=F("user__name"))

    users = [make_user(name=name) for name in ("Ada", "Grace")]
    for user in users:
        make_token(user, ["read"])
    read: Prepared[Any] = Prepared(lambda: asked(Given("name", CharField())))
    for user in (*users, *users):
        with django_assert_num_queries(1):
            [row] = read.rows(name=user.name)
            assert (row.user, row.called) == (user, user.name)
        assert row == asked(user.name).get()
    assert read.rows(name="nobody") == []
    with pytest.raises(KeyError):
        read.rows()
