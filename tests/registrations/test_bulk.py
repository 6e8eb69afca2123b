"""Registering and correcting many."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role
from backend.accounts.models import User
from backend.core.clock import now
from backend.core.crypto import hash_secret
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from backend.mail.models import OutboxMessage
from events.registrations import selectors, services
from events.registrations.models import Registration, Ticket
from tests.factories.accounts import actor_of, make_member, make_user, organiser_of
from tests.factories.fairs import make_fair
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db


def rows(count):
    return [{"given_name": f"Person {n}", "email": f"Person{n}@Example.org"} for n in range(count)]


def test_many_are_registered_with_person_and_ticket_and_no_mail():
    fair = make_fair()
    known = make_user("person1@example.org")
    phone = {"given_name": "Léo", "phone": "+33612345678"}
    nobody = {"given_name": "Nobody", "family_name": "Reachable"}
    made = services.register_many(fair, [*rows(3), phone, nobody], actor=SYSTEM, channel="import")
    stored = {row.given_name: row for row in Registration.objects.select_related("user").filter(fair=fair)}
    assert {(row.status, row.channel) for row in stored.values()} == {("confirmed", "import")}
    assert stored["Person 1"].user == known
    assert stored["Person 0"].user.email_key == "person0@example.org"
    assert stored["Léo"].user.phone == "+33612345678"
    assert stored["Nobody"].user is None
    assert len({row.code for row in stored.values()}) == 5
    for registration in made:
        ticket = selectors.live_ticket(registration)
        assert ticket.secret_hash == hash_secret(selectors.ticket_text(ticket, fair))
    assert AuditEntry.objects.filter(action="registration.confirmed").count() == 5
    assert OutboxMessage.objects.count() == 0


def test_those_beyond_the_capacity_wait_in_the_order_of_the_rows():
    fair = make_fair(capacity=3)
    make_registration(fair)
    made = services.register_many(fair, rows(50), actor=SYSTEM, channel="import")
    assert [row.status for row in made] == ["confirmed"] * 2 + ["waitlisted"] * 48
    fair.capacity = 4
    fair.save()
    assert services.promote_waitlisted(fair, actor=SYSTEM) == [made[2]]


def test_children_wait_for_their_guardian():
    guardian = {"name": "Jeanne", "email": "jeanne@example.org"}
    row = {"given_name": "Léo", "birth_date": now().date(), "guardian": guardian}
    [registration] = services.register_many(make_fair(), [row], actor=SYSTEM, channel="import")
    assert (registration.status, registration.guardian_name) == ("pending", "Jeanne")


def test_the_statements_do_not_grow_with_the_rows():
    fair = make_fair()
    counts = []
    for number in (20, 20, 21):
        people = [
            {"given_name": f"{number}{n}", "email": f"p{number}.{n}.{len(counts)}@example.org"} for n in range(number)
        ]
        with CaptureQueriesContext(connection) as context:
            services.register_many(fair, people, actor=SYSTEM, channel="import")
        counts.append(len(context))
    assert counts[0] == counts[1] == counts[2]


def test_a_code_that_is_taken_is_drawn_again(monkeypatch):
    fair = make_fair()
    taken = make_registration(fair)
    drawn = iter([taken.code, "346ACDEF", "346ACDEF", "379ACDEG"])
    monkeypatch.setattr("events.registrations.codes.new_code", lambda: next(drawn))
    made = services.register_many(fair, rows(2), actor=SYSTEM, channel="import")
    assert [row.code for row in made] == ["346ACDEF", "379ACDEG"]
    assert "379acdeg" in made[1].search_key


def test_many_are_refused_together():
    fair = make_fair()
    make_registration(fair, given_name="Person 4", email="person4@example.org")
    before = Registration.objects.count(), User.objects.count(), Ticket.objects.count()
    staff = actor_of(make_member(fair.organisation, Role.STAFF))
    off = make_fair(status="cancelled")
    for target, actor, code in [
        (fair, SYSTEM, "already_registered"),
        (fair, staff, "forbidden"),
        (off, SYSTEM, "registration_closed"),
    ]:
        with pytest.raises(DomainError) as caught:
            services.register_many(target, rows(6), actor=actor, channel="import")
        assert caught.value.code == code
    assert Registration.objects.count() == before[0]
    assert Ticket.objects.count() == before[2]
    assert not User.objects.filter(email_key="person0@example.org").exists()


def test_amending_keeps_what_is_not_named():
    fair = make_fair()
    registration = make_registration(fair, given_name="Zoé", commune="Arles", needs="Seated")
    code, email = registration.code, registration.email
    services.amend_registrations(
        fair, [(registration, {"family_name": "Émile", "needs": None})], actor=organiser_of(fair.organisation)
    )
    row = Registration.objects.get(pk=registration.pk)
    assert (row.family_name, row.commune, row.email, row.code) == ("Émile", "Arles", email, code)
    assert (row.needs, row.has_needs, row.sort_key) == (None, False, "emile zoe")
    assert AuditEntry.objects.get(action="registration.amended").object_id == row.id


def test_amending_refuses_somebody_elses_address_and_strangers():
    fair = make_fair()
    first, second = (make_registration(fair, given_name="Zoé") for _number in range(2))
    for actor, code in [(SYSTEM, "already_registered"), (actor_of(first.user), "forbidden")]:
        with pytest.raises(DomainError) as caught:
            services.amend_registrations(fair, [(second, {"email": first.email})], actor=actor)
        assert caught.value.code == code
    second.refresh_from_db()
    assert second.email != first.email


def test_people_are_made_in_the_order_of_their_addresses_whatever_the_file_says():
    people = [{"given_name": "P", "email": f"{name}@example.org"} for name in "cab"]
    fair = make_fair()
    with CaptureQueriesContext(connection) as context:
        services.register_many(fair, people, actor=SYSTEM, channel="import")
    [making] = [query["sql"] for query in context if f' INTO "{User._meta.db_table}"' in query["sql"]]
    places = [making.index(f"{name}@example.org") for name in "abc"]
    assert places == sorted(places)


def test_rows_are_corrected_in_the_order_of_their_ids():
    fair = make_fair()
    known = sorted((make_registration(fair) for _number in range(3)), key=lambda row: row.id)
    changes = [(row, {"commune": "Arles"}) for row in (known[2], known[0], known[1])]
    with CaptureQueriesContext(connection) as context:
        services.amend_registrations(fair, changes, actor=SYSTEM)
    written = [query["sql"].replace("-", "") for query in context if query["sql"].startswith("UPDATE")]
    assert [row.id.hex in sql for row, sql in zip(known, written, strict=True)] == [True] * 3


def test_the_waiting_list_moves_up_in_its_order_and_is_locked_by_id():
    fair = make_fair(capacity=2)
    waiting = [make_registration(fair, status="waitlisted") for _number in range(3)]
    first, second, _last = reversed(waiting)
    Registration.objects.filter(pk=first.pk).update(waitlisted_at=first.waitlisted_at - timedelta(days=2))
    Registration.objects.filter(pk=second.pk).update(waitlisted_at=second.waitlisted_at - timedelta(days=1))
    with CaptureQueriesContext(connection) as context:
        assert services.promote_waitlisted(fair, actor=SYSTEM) == [first, second]
    [locking] = [query["sql"] for query in context if '"waitlisted_at" ASC' in query["sql"]]
    assert locking.split(" FOR ")[0].endswith('ORDER BY "events_registration"."id" ASC')
