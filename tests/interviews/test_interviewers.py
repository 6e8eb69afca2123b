"""A stand's interviewers, and one's own bookings, over REST."""

from typing import Any

import pytest

from backend.accounts.enums import Role, Scope
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.interviews import services
from events.interviews.models import Interviewer
from tests.factories.accounts import (
    make_member,
    make_organisation,
    make_token,
    make_user,
    organiser_client,
    organiser_of,
)
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_employer, make_exhibitor, make_stand, recruiter_client
from tests.factories.fairs import make_fair
from tests.factories.interviews import candidate_client, make_candidate, make_interviewer, make_slot
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


def test_a_team_and_its_organiser_add_interviewers() -> None:
    fair = make_fair()
    exhibitor = make_exhibitor(fair)
    stand = make_stand(fair, exhibitor=exhibitor)
    recruiter, path = recruiter_client(exhibitor.employer), f"stands/{stand.id}/interviewers/"
    first = body_of(recruiter.post(path, {"name": "Mme Roux", "languages": ["fr", "fsl", "fr"]}), 201)
    assert first == {
        "id": first["id"],
        "stand": str(stand.id),
        "position": 1,
        "name": "Mme Roux",
        "languages": ["fr", "fsl"],
        "withdrawn_at": None,
    }
    second = body_of(organiser_client(fair.organisation).post(path), 201)
    assert (second["position"], second["name"], second["languages"]) == (2, "", [])
    assert body_of(recruiter.get(path), 200)["results"] == [first, second]
    assert AuditEntry.objects.filter(action="interviewer.added", organisation_id=fair.organisation_id).count() == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "x" * 101}, "name"),
        ({"languages": "fr"}, "languages"),
        ({"languages": ["French"]}, "languages"),
        ({"languages": ["fr"] * 21}, "languages"),
    ],
)
def test_what_is_wrong_names_its_field(change: dict[str, Any], field: str) -> None:
    stand = make_stand(make_fair())
    answer = organiser_client(stand.fair.organisation).post(f"stands/{stand.id}/interviewers/", change)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]


def test_who_sees_and_adds_interviewers() -> None:
    fair = make_fair()
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    path = f"stands/{stand.id}/interviewers/"
    for stranger in (recruiter_client(make_employer(fair.organisation)), organiser_client(make_organisation())):
        refused(stranger.get(path), 404, "not_found")
        refused(stranger.post(path), 404, "not_found")
    auditor = client_of(make_token(make_member(fair.organisation, Role.AUDITOR), [Scope.READ]))
    body_of(auditor.get(path), 200)
    refused(auditor.post(path), 403, "forbidden")
    candidate = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    for caller, status, code in ((candidate, 403, "forbidden"), (client_of(), 401, "not_authenticated")):
        refused(caller.get(path), status, code)
        refused(caller.post(path), status, code)
    with pytest.raises(DomainError, match="not_found"):
        services.add_interviewer(stand, actor=organiser_of(make_organisation()))
    assert not Interviewer.objects.exists()


def test_statements_of_the_list(django_assert_num_queries: Any) -> None:
    fair = make_fair()
    exhibitor = make_exhibitor(fair)
    stand = make_stand(fair, exhibitor=exhibitor)
    recruiter = recruiter_client(exhibitor.employer)
    recruiter.get("me/")
    for rows in (1, 3):
        while Interviewer.objects.count() < rows:
            make_interviewer(stand)
        with django_assert_num_queries(5):  # token, employers, stand, count, page
            assert body_of(recruiter.get(f"stands/{stand.id}/interviewers/"), 200)["count"] == rows


@pytest.mark.django_db(transaction=True)
def test_interviewers_added_at_once_sit_at_tables_of_their_own() -> None:
    stand = make_stand(make_fair())
    organiser = organiser_of(stand.fair.organisation)
    positions = at_once(*[lambda: services.add_interviewer(stand, actor=organiser).position] * 3)
    assert sorted(positions) == [1, 2, 3]


def test_one_sees_ones_own_bookings_at_every_fair(django_assert_num_queries: Any) -> None:
    user = make_user()
    registrations = [make_candidate(make_fair(), user=user) for _fair in range(3)]
    client = candidate_client(registrations[0])
    made: list[str] = []
    for registration in registrations:
        slot = make_slot(registration.fair)
        body = {"registration": str(registration.id)}
        made.append(body_of(client.post(f"slots/{slot.id}/bookings/", body), 201)["id"])
        if len(made) != 2:
            with django_assert_num_queries(3):  # token, count, page
                rows = body_of(client.get("me/bookings/"), 200)["results"]
            assert [row["id"] for row in rows] == made
    other = make_candidate(registrations[0].fair)
    assert body_of(candidate_client(other).get("me/bookings/"), 200)["count"] == 0
    client.post(f"bookings/{made[0]}/cancel/")
    cancelled = body_of(client.get("me/bookings/?status=cancelled"), 200)["results"]
    assert [row["id"] for row in cancelled] == made[:1]
    refused(client.get("me/bookings/?status=gone"), 400, "invalid")
    refused(client_of().get("me/bookings/"), 401, "not_authenticated")
    refused(organiser_client(registrations[0].organisation).get("me/bookings/"), 403, "forbidden")
