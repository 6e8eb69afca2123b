"""The audit trail over REST."""

import pytest

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role, Scope
from backend.accounts.models import Organisation
from backend.accounts.services import members
from backend.core.models import AuditEntry, uuid7
from tests.factories.accounts import actor_of, make_member, make_organisation, make_token, make_user, organiser_client
from tests.factories.client import body_of, client_of, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation()


def test_the_latest_stands_first_and_names_nobody(organisation: Organisation) -> None:
    organiser = make_member(organisation)
    member, _is_new = members.invite_member(actor=actor_of(organiser), email="claire@example.org", role=Role.STAFF)
    client = client_of(make_token(organiser))
    members.change_member(member, actor=actor_of(organiser), role=Role.AUDITOR)
    answer = client.get("audit/")
    changed, _token, added = body_of(answer, 200)["results"][:3]
    assert changed == {
        "id": changed["id"],
        "at": changed["at"],
        "actor": str(organiser.pk),
        "action": "member.changed",
        "object_type": "membership",
        "object": str(member.pk),
        "from": "staff",
        "to": "auditor",
        "reason": "",
        "request_id": "",
    }
    assert (added["action"], added["from"], added["to"]) == ("member.added", "", "staff")
    assert b"@" not in answer.content


def test_it_is_narrowed(organisation: Organisation) -> None:
    organiser = make_member(organisation)
    member, _is_new = members.invite_member(actor=actor_of(organiser), email="claire@example.org", role=Role.STAFF)
    client = organiser_client(organisation)
    for query, actions in {
        f"actor={organiser.pk}": ["member.added"],
        "actor=system&action=organisation.created": ["organisation.created"],
        "actor=nobody": [],
        f"object={member.pk}": ["member.added"],
        "object_type=organisation": ["organisation.created"],
    }.items():
        assert [row["action"] for row in body_of(client.get(f"audit/?{query}"), 200)["results"]] == actions, query
    refused(client.get("audit/?object=x"), 400, "invalid")
    file = b"".join(client.get("audit/?action=member.added&ordering=at&format=csv").streaming_content).decode()
    assert file.splitlines()[0].endswith("id,at,actor,action,object_type,object,from,to,reason,request_id")


def test_organisers_and_auditors_read_their_own(organisation: Organisation) -> None:
    members.invite_member(actor=SYSTEM, organisation=organisation, email="claire@example.org", role=Role.STAFF)
    stranger = organiser_client(make_organisation())
    own = {row["object"] for row in body_of(stranger.get("audit/"), 200)["results"]}
    theirs = {
        str(id) for id in AuditEntry.objects.filter(organisation_id=organisation.pk).values_list("object_id", flat=True)
    }
    assert theirs
    assert not own & theirs
    auditor = client_of(make_token(make_member(organisation, Role.AUDITOR), [Scope.READ]))
    assert theirs <= {row["object"] for row in body_of(auditor.get("audit/"), 200)["results"]}
    for role, scope in ((Role.STAFF, Scope.CHECKIN), (Role.ORGANISER, Scope.CHECKIN)):
        refused(client_of(make_token(make_member(organisation, role), [scope])).get("audit/"), 403, "forbidden")
    refused(client_of(make_token(make_user(), [Scope.CANDIDATE])).get("audit/"), 403, "forbidden")
    refused(client_of().get("audit/"), 401, "not_authenticated")
    refused(organiser_client(organisation).get(f"audit/?actor={uuid7()}&page=2"), 404, "not_found")
