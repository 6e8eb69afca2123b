"""Stands: one by one, in rows, and who gets them."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.core.errors import DomainError
from backend.core.models import AuditEntry, Event
from events.employers import services
from events.employers.enums import ExhibitorStatus
from events.employers.models import Exhibitor, Stand
from events.fairs.enums import FairStatus
from tests.factories.accounts import make_organisation, organiser_client, organiser_of
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_exhibitor, make_stand, recruiter_client
from tests.factories.fairs import make_fair, make_hall
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


def test_a_stand_is_made_and_shown() -> None:
    fair = make_fair()
    hall = make_hall(fair)
    made = organiser_client(fair.organisation).post(
        f"fairs/{fair.slug}/stands/", {"label": " A1 ", "hall": str(hall.id)}
    )
    stand = body_of(made, 201)
    assert stand == {
        "id": stand["id"],
        "label": "A1",
        "hall": str(hall.id),
        "exhibitor": None,
        "employer": None,
        "employer_name": None,
    }
    assert body_of(client_of().get(f"fairs/{fair.slug}/stands/"), 200)["results"] == [stand]


def test_a_row_of_stands_is_made_whole_or_not_at_all() -> None:
    fair = make_fair()
    client, path = organiser_client(fair.organisation), f"fairs/{fair.slug}/stands/bulk/"
    made = body_of(client.post(path, {"prefix": "Stand ", "first": 9, "last": 11}), 201)
    assert [stand["label"] for stand in made["results"]] == ["Stand 9", "Stand 10", "Stand 11"]
    make_stand(fair, "É3")
    make_stand(fair, "e4")
    problem = refused(client.post(path, {"prefix": "E", "first": 1, "last": 4}), 409, "label_taken")
    assert problem["labels"] == ["É3", "e4"]
    assert Stand.objects.filter(fair=fair).count() == 5
    assert AuditEntry.objects.filter(action="stand.created").count() == 3


def test_five_hundred_at_once_and_no_more(django_assert_max_num_queries: Any) -> None:
    fair = make_fair()
    client, path = organiser_client(fair.organisation), f"fairs/{fair.slug}/stands/bulk/"
    refused(client.post(path, {"prefix": "A", "first": 0, "last": 500}), 400, "invalid")
    with django_assert_max_num_queries(20):
        body_of(client.post(path, {"prefix": "A", "first": 1, "last": 500}), 201)
    assert Stand.objects.count() == 500


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first": 3, "last": 2}, "last"),
        ({"first": -1}, "first"),
        ({"last": "many"}, "last"),
        ({"prefix": "x" * 16}, "prefix"),
        ({"prefix": None}, "prefix"),
        ({"prefix": "x" * 15, "first": 99_999, "last": 99_999, "hall": "0198c7a0-0000-7000-8000-000000000000"}, "hall"),
    ],
)
def test_what_is_wrong_with_a_row_is_named(wrong: dict[str, Any], field: str) -> None:
    fair = make_fair()
    body = {"prefix": "A", "first": 1, "last": 2} | wrong
    answer = organiser_client(fair.organisation).post(f"fairs/{fair.slug}/stands/bulk/", body)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]
    assert not Stand.objects.exists()


@pytest.mark.parametrize(
    ("label", "field"), [("", "label"), ("x" * 21, "label"), ("ﷺ" * 3, "label"), (None, "label"), (7, "label")]
)
def test_what_is_wrong_with_a_label_is_named(label: Any, field: str) -> None:
    fair = make_fair()
    answer = organiser_client(fair.organisation).post(f"fairs/{fair.slug}/stands/", {"label": label})
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]


def test_a_label_is_had_once_in_any_spelling() -> None:
    fair = make_fair()
    make_stand(fair, "Café")
    client = organiser_client(fair.organisation)
    assert refused(client.post(f"fairs/{fair.slug}/stands/", {"label": "CAFE"}), 409, "label_taken")["labels"] == [
        "Café"
    ]
    other = make_fair(fair.organisation)
    assert body_of(client.post(f"fairs/{other.slug}/stands/", {"label": "CAFE"}), 201)["label"] == "CAFE"


def test_a_row_of_more_than_may_be_made_at_once() -> None:
    fair = make_fair()
    for last in (501, 99_999):
        with pytest.raises(DomainError, match="invalid"):
            services.create_row_of_stands(fair, actor=organiser_of(fair.organisation), prefix="A", first=1, last=last)
    assert not fair.stands.exists()


def test_a_hall_of_another_fair_is_not_known() -> None:
    fair = make_fair()
    hall = make_hall(make_fair(fair.organisation))
    answer = organiser_client(fair.organisation).post(
        f"fairs/{fair.slug}/stands/", {"label": "A1", "hall": str(hall.id)}
    )
    assert list(refused(answer, 400, "invalid")["errors"]) == ["hall"]
    with pytest.raises(DomainError, match="invalid"):
        services.create_stands(fair, actor=organiser_of(fair.organisation), labels=["A1"], hall=hall)


def test_only_the_fair_s_organisers_make_and_assign() -> None:
    fair = make_fair()
    exhibitor, stand = make_exhibitor(fair), make_stand(fair)
    stranger, recruiter = organiser_client(make_organisation()), recruiter_client(exhibitor.employer)
    for path, body in (
        (f"fairs/{fair.slug}/stands/", {"label": "A1"}),
        (f"fairs/{fair.slug}/stands/bulk/", {"prefix": "A", "first": 1, "last": 2}),
        (f"stands/{stand.id}/assign/", {"exhibitor": str(exhibitor.id)}),
    ):
        refused(stranger.post(path, body), 404, "not_found")
        refused(recruiter.post(path, body), 403, "forbidden")
        refused(client_of().post(path, body), 401, "not_authenticated")
    outsider = organiser_of(make_organisation())
    with pytest.raises(DomainError, match="forbidden"):
        services.create_stands(fair, actor=outsider, labels=["A1"])
    with pytest.raises(DomainError, match="forbidden"):
        services.create_row_of_stands(fair, actor=outsider, prefix="A", first=1, last=2)
    with pytest.raises(DomainError, match="forbidden"):
        services.assign_stand(stand, actor=outsider, exhibitor=exhibitor)


def test_a_draft_s_stands_are_for_its_organisers() -> None:
    fair = make_fair(status=FairStatus.DRAFT)
    make_stand(fair)
    assert body_of(organiser_client(fair.organisation).get(f"fairs/{fair.slug}/stands/"), 200)["count"] == 1
    refused(client_of().get(f"fairs/{fair.slug}/stands/"), 404, "not_found")
    refused(client_of().get(f"fairs/{fair.slug}/exhibitors/"), 404, "not_found")


def test_a_stand_is_assigned_once_and_again() -> None:
    fair = make_fair()
    exhibitor, stand = make_exhibitor(fair), make_stand(fair)
    client, path = organiser_client(fair.organisation), f"stands/{stand.id}/assign/"
    answers = [body_of(client.post(path, {"exhibitor": str(exhibitor.id)}), 200) for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["exhibitor"], answers[0]["employer"]) == (str(exhibitor.id), exhibitor.employer.slug)
    assert AuditEntry.objects.filter(action="stand.assigned").count() == 1
    assert Event.objects.filter(name="stand.assigned").count() == 1
    refused(client.post(path, {"exhibitor": str(make_exhibitor(fair).id)}), 409, "stand_taken")


@pytest.mark.parametrize("status", [status for status in ExhibitorStatus if status != ExhibitorStatus.ACCEPTED])
def test_only_accepted_exhibitors_get_a_stand(status: str) -> None:
    fair = make_fair()
    exhibitor, stand = make_exhibitor(fair, status=status), make_stand(fair)
    answer = organiser_client(fair.organisation).post(f"stands/{stand.id}/assign/", {"exhibitor": str(exhibitor.id)})
    refused(answer, 409, "not_accepted")


@pytest.mark.parametrize("named", [lambda: None, lambda: "x", lambda: str(make_exhibitor(make_fair()).id)])
def test_an_exhibitor_who_is_not_there_is_named(named: Callable[[], str | None]) -> None:
    stand = make_stand(make_fair())
    answer = organiser_client(stand.fair.organisation).post(f"stands/{stand.id}/assign/", {"exhibitor": named()})
    assert list(refused(answer, 400, "invalid")["errors"]) == ["exhibitor"]


@pytest.mark.django_db(transaction=True)
def test_two_rows_with_a_common_label_at_once() -> None:
    fair = make_fair()
    organiser = organiser_of(fair.organisation)

    def make(first: int) -> int:
        return len(services.create_stands(fair, actor=organiser, labels=[f"A{first}", "B1"]))

    made = at_once(lambda: make(1), lambda: make(2), lambda: make(3))
    assert sorted(made, key=str) == [2, "label_taken", "label_taken"]
    assert Stand.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_stand_for_two_at_once() -> None:
    fair = make_fair()
    stand, organiser = make_stand(fair), organiser_of(fair.organisation)

    def assign(exhibitor: Exhibitor) -> str:
        services.assign_stand(stand, actor=organiser, exhibitor=exhibitor)
        return "had"

    one, other = make_exhibitor(fair), make_exhibitor(fair)
    assert sorted(at_once(lambda: assign(one), lambda: assign(other))) == ["had", "stand_taken"]
    assert AuditEntry.objects.filter(action="stand.assigned").count() == 1
