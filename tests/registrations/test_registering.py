"""Registering one person."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from backend.accounts.actors import SYSTEM, Actor, anonymous
from backend.accounts.enums import Role, Scope
from backend.accounts.models import MailedCode, User
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from backend.mail.models import OutboxMessage
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.registrations import codes, services
from events.registrations.enums import Channel, RegistrationStatus
from events.registrations.models import Registration, Ticket
from events.registrations.services import drafting
from tests.factories.accounts import actor_of, make_member, make_organisation, make_user, organiser_of
from tests.factories.fairs import make_fair
from tests.factories.registrations import PRIVACY, make_registration

pytestmark = pytest.mark.django_db
NOBODY = anonymous(ip="203.0.113.7")


def values(**changes):
    known = {"given_name": "Zoé", "family_name": "Lefèvre", "email": "zoe@example.org", "consents": PRIVACY}
    return known | changes


def register(fair: Fair, actor: Actor = NOBODY, **changes) -> Registration:
    return services.register(fair, actor=actor, values=values(**changes))


def refusal(fair: Fair, actor: Actor = NOBODY, **changes) -> DomainError:
    before = Registration.objects.count()
    with pytest.raises(DomainError) as caught:
        register(fair, actor, **changes)
    assert Registration.objects.count() == before
    return caught.value


def sent() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.order_by("created_at", "id"))


# --- who becomes what -------------------------------------------------------------------------------------------------


def test_a_stranger_is_pending_until_the_code_is_used():
    fair = make_fair()
    registration = register(fair)
    row = Registration.objects.get(id=registration.id)
    assert (row.status, row.channel, row.confirmed_at) == ("pending", "self", None)
    assert row.organisation_id == fair.organisation_id
    assert row.user is not None
    assert row.user.email == "zoe@example.org"
    assert row.tickets.filter(revoked_at=None).count() == 1
    [message] = sent()
    assert (message.template, message.to) == ("registration_code", "zoe@example.org")
    assert re.search(r"\b\d{6}\b", message.body)
    assert MailedCode.objects.get().subject_id == row.id
    assert AuditEntry.objects.get(object_id=row.id).action == "registration.pending"


def test_without_an_e_mail_the_code_goes_to_the_phone():
    register(make_fair(), email="", phone="+33612345678")
    [message] = sent()
    assert (message.channel, message.to) == ("sms", "+33612345678")
    assert User.objects.get(phone="+33612345678").email_key is None


@pytest.mark.parametrize(
    ("role", "channel"), [(Role.ORGANISER, "desk"), (Role.STAFF, "desk"), (Role.ADVISER, "adviser")]
)
def test_the_organisation_vouches_for_whom_it_registers(role, channel):
    fair = make_fair()
    registration = register(fair, actor_of(make_member(fair.organisation, role)))
    assert (registration.status, registration.channel) == ("confirmed", channel)
    assert registration.confirmed_at is not None
    assert [message.template for message in sent()] == ["registration_confirmed"]


def test_the_organisation_needs_no_address():
    fair = make_fair()
    registration = register(fair, organiser_of(fair.organisation), email="")
    assert (registration.status, registration.user, registration.person_key) == ("confirmed", None, None)
    assert sent() == []
    register(fair, organiser_of(fair.organisation), email="")
    assert Registration.objects.filter(fair=fair).count() == 2


def test_somebody_signed_in_registers_themselves_at_once():
    user = make_user("zoe@example.org")
    registration = register(make_fair(), actor_of(user), email="")
    assert (registration.status, registration.channel, registration.user) == ("confirmed", "self", user)
    assert registration.email == "zoe@example.org"


@pytest.mark.parametrize("scopes", [[Scope.READ], [Scope.EMPLOYER]])
def test_a_token_that_may_not_act_for_its_person_is_a_stranger(scopes):
    registration = register(make_fair(), actor_of(make_user("zoe@example.org"), scopes))
    assert registration.status == "pending"


def test_somebody_signed_in_does_not_vouch_for_another_address():
    registration = register(make_fair(), actor_of(make_user("somebody@example.org")))
    assert registration.status == "pending"
    assert [message.to for message in sent()] == ["zoe@example.org"]


def test_another_organisations_organiser_is_a_stranger():
    registration = register(make_fair(), organiser_of(make_organisation()))
    assert registration.status == "pending"


@pytest.mark.parametrize("name", ["محمد عبد الله", "李小龍", "Zoë 🦊", "Nguyễn", "O’Brien", "ﷺ" * 100])
def test_every_script_has_a_name(name):
    registration = register(make_fair(), given_name=name, family_name="")
    assert Registration.objects.get(id=registration.id).given_name == name


# --- capacity ---------------------------------------------------------------------------------------------------------


def test_a_full_fair_has_a_waiting_list():
    fair = make_fair(capacity=1)
    actor = organiser_of(fair.organisation)
    assert register(fair, actor, given_name="Un").status == "confirmed"
    second = register(fair, actor, given_name="Deux")
    assert (second.status, second.confirmed_at) == ("waitlisted", None)
    assert second.waitlisted_at is not None
    assert [message.template for message in sent()] == ["registration_confirmed", "registration_waitlisted"]


def test_only_confirmed_candidates_visitors_and_press_take_up_room():
    fair = make_fair(capacity=1)
    for status in ("pending", "waitlisted", "cancelled"):
        make_registration(fair, status=status)
    make_registration(fair, kind="staff")
    assert register(fair, organiser_of(fair.organisation), kind="press").status == "confirmed"


# --- twice ------------------------------------------------------------------------------------------------------------


def test_the_organisation_is_told_who_is_registered_already():
    fair = make_fair()
    known = make_registration(fair, given_name="ZOE", email="Zoe@Example.org")
    error = refusal(fair, organiser_of(fair.organisation))
    assert (error.code, error.extra) == ("already_registered", {"registration": str(known.id)})


@pytest.mark.parametrize(
    ("status", "template"),
    [
        (RegistrationStatus.PENDING, "registration_code"),
        (RegistrationStatus.CONFIRMED, "registration_known"),
        (RegistrationStatus.WAITLISTED, "registration_known"),
    ],
)
def test_a_stranger_is_not_told_and_the_mail_leads_to_the_existing_one(status, template):
    fair = make_fair()
    known = make_registration(fair, given_name="Zoe", email="zoe@example.org", status=status)
    decoy = register(fair)
    assert decoy.id != known.id
    assert not Registration.objects.filter(id=decoy.id).exists()
    assert not Registration.objects.filter(code=decoy.code).exists()
    assert codes.is_well_formed(decoy.code)
    assert (decoy.status, decoy.channel) == ("pending", "self")
    [message] = sent()
    assert message.template == template
    mailed = MailedCode.objects.get()
    assert (mailed.subject_id, mailed.user) == (known.id, known.user)


def test_a_cancelled_registration_does_not_stand_in_the_way():
    fair = make_fair()
    make_registration(fair, given_name="Zoé", email="zoe@example.org", status=RegistrationStatus.CANCELLED)
    assert Registration.objects.filter(id=register(fair).id).exists()


def test_a_family_may_share_an_address():
    fair = make_fair()
    first, second = register(fair, given_name="Zoé"), register(fair, given_name="Léo")
    assert first.user == second.user
    assert Registration.objects.filter(fair=fair).count() == 2


def test_the_database_refuses_the_same_person_twice():
    fair = make_fair()
    first = make_registration(fair, given_name="Zoé", email="zoe@example.org")
    second = make_registration(fair, given_name="Léo", email="zoe@example.org")
    gone = make_registration(fair, given_name="Zoé", email="zoe@example.org", status=RegistrationStatus.CANCELLED)
    change = "UPDATE events_registration SET person_key = %s WHERE id = %s"
    revive = "UPDATE events_registration SET status = 'confirmed' WHERE person_key = %s AND id = %s"
    for statement, row in ((change, second), (revive, gone)):
        key = Registration._meta.pk.get_db_prep_value(row.id, connection)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [first.person_key, key])


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "staff"}, "kind"),
        ({"given_name": ""}, "given_name"),
        ({"consents": {}}, "consents"),
        ({"consents": {"privacy": False}}, "consents"),
        ({"email": ""}, "email"),
    ],
)
def test_what_the_fields_alone_tell(changes, field):
    error = refusal(make_fair(), **changes)
    assert (error.code, list(error.errors)) == ("invalid", [field])


@pytest.mark.parametrize("who", ["stranger", "organiser"])
@pytest.mark.parametrize(
    ("fair_values", "code"),
    [
        ({"registration_opens_at": timedelta(minutes=1)}, "registration_not_open"),
        ({"registration_closes_at": -timedelta(minutes=1)}, "registration_closed"),
        ({"starts_at": -timedelta(hours=3), "ends_at": -timedelta(hours=1)}, "registration_closed"),
        ({"status": FairStatus.CANCELLED}, "registration_closed"),
        ({"status": FairStatus.ARCHIVED}, "registration_closed"),
    ],
)
def test_windows_hold_for_everybody(who, fair_values, code):
    changes = {name: now() + value if isinstance(value, timedelta) else value for name, value in fair_values.items()}
    fair = make_fair(**changes)
    actor = NOBODY if who == "stranger" else organiser_of(fair.organisation)
    assert refusal(fair, actor).code == code
    assert sent() == []


def test_a_draft_is_filled_by_its_organisers_only():
    fair = make_fair(status=FairStatus.DRAFT, published_at=None)
    assert refusal(fair).code == "registration_not_open"
    assert refusal(fair, actor_of(make_member(fair.organisation, Role.STAFF))).code == "registration_not_open"
    assert register(fair, organiser_of(fair.organisation)).status == "confirmed"


def test_twenty_strangers_an_hour_from_one_address():
    fair = make_fair(make_organisation())
    for number in range(20):
        register(fair, email=f"person{number}@example.org")
    error = refusal(fair, email="another@example.org")
    assert error.code == "rate_limited"
    assert 1 <= error.retry_after <= 3600
    assert register(fair, anonymous(ip="203.0.113.8"), email="another@example.org").status == "pending"
    fair.organisation.registrations_per_hour = 22
    fair.organisation.save()
    assert register(fair, email="yet.another@example.org").status == "pending"


def test_five_codes_an_hour_for_one_address_known_or_not():
    fair = make_fair()
    make_registration(fair, given_name="Zoé", email="zoe@example.org")
    for _time in range(5):
        register(fair)
    assert refusal(fair).code == "rate_limited"
    assert refusal(fair, given_name="Léo").code == "rate_limited"


def test_limits_can_be_switched_off(settings):
    settings.RATE_LIMITS = False
    fair = make_fair()
    for number in range(22):
        register(fair, given_name=f"Person {number}")
    assert Registration.objects.filter(fair=fair).count() == 22


def test_strangers_cannot_flood_a_guardian():
    fair = make_fair()
    guardian = {"name": "Jeanne", "email": f"jeanne.{fair.slug}@example.org"}
    for number in range(5):
        register(fair, email=f"child{number}@example.org", birth_date=now().date(), guardian=guardian)
    assert refusal(fair, birth_date=now().date(), guardian=guardian).code == "rate_limited"


# --- minors -----------------------------------------------------------------------------------------------------------

FIRST_DAY = date(2027, 3, 2)


def spring_fair(**changes):
    """09:00 to 17:00 in Paris on 2 March 2027."""
    starts_at = now().replace(year=2027, month=3, day=2, hour=8, minute=0)
    return make_fair(starts_at=starts_at, ends_at=starts_at + timedelta(hours=8), **changes)


@pytest.mark.parametrize(
    ("birth_date", "needed"),
    [
        (date(2012, 3, 2), False),  # fifteen that day
        (date(2012, 3, 3), True),  # fifteen the day after
        (date(2013, 3, 2), True),
        (date(1980, 1, 1), False),
        (None, False),
    ],
)
def test_under_fifteen_on_the_first_day_a_guardian_is_needed(birth_date, needed):
    fair = spring_fair()
    actor = organiser_of(fair.organisation)
    if not needed:
        assert register(fair, actor, birth_date=birth_date).status == "confirmed"
        return
    assert list(refusal(fair, actor, birth_date=birth_date).errors) == ["guardian"]
    registration = register(fair, actor, birth_date=birth_date, guardian={"name": "Jeanne", "phone": "+33612345678"})
    assert registration.status == "pending"
    [message] = sent()
    assert (message.template, message.channel, message.to) == ("guardian_consent", "sms", "+33612345678")


def test_the_first_day_is_a_day_of_the_fairs_zone():
    starts_at = now().replace(year=2027, month=3, day=2, hour=3, minute=0)
    fair = make_fair(starts_at=starts_at, ends_at=starts_at + timedelta(hours=8), time_zone="America/Martinique")
    # In Martinique it is still 1 March.
    error = refusal(fair, organiser_of(fair.organisation), birth_date=date(2012, 3, 2))
    assert list(error.errors) == ["guardian"]


@pytest.mark.parametrize("guardian", [{}, {"name": "Jeanne"}, {"name": "", "email": "jeanne@example.org"}])
def test_a_guardian_has_a_name_and_an_address(guardian):
    fair = spring_fair()
    assert list(refusal(fair, birth_date=date(2013, 1, 1), guardian=guardian).errors) == ["guardian"]


def test_an_adults_guardian_is_not_kept():
    fair = spring_fair()
    guardian = {"name": "Jeanne", "email": "jeanne@example.org"}
    registration = register(fair, birth_date=date(1980, 1, 1), guardian=guardian)
    assert registration.guardian_name == registration.guardian_email == ""


# --- what is stored ---------------------------------------------------------------------------------------------------


def test_needs_are_encrypted():
    registration = register(make_fair(), needs="Entretien assis")
    with connection.cursor() as cursor:
        cursor.execute("SELECT needs FROM events_registration")
        [[stored]] = cursor.fetchall()
    assert "assis" not in stored
    row = Registration.objects.get(id=registration.id)
    assert (row.needs, row.has_needs) == ("Entretien assis", True)


def test_a_ticket_is_good_until_the_day_after_the_last():
    fair = spring_fair()
    registration = register(fair, SYSTEM)
    assert Ticket.objects.get(registration=registration).not_after_on == FIRST_DAY + timedelta(days=1)


def test_a_code_that_is_taken_is_drawn_again(monkeypatch):
    fair = make_fair()
    taken = make_registration(fair)
    drawn = iter([taken.code, taken.code, "346ACDEF"])
    monkeypatch.setattr(drafting.codes, "new_code", lambda: next(drawn))
    registration = register(fair, SYSTEM)
    assert registration.code == "346ACDEF"
    assert "346acdef" in Registration.objects.get(id=registration.id).search_key


def test_when_no_code_is_free_nothing_is_made(monkeypatch):
    fair = make_fair()
    taken = make_registration(fair)
    monkeypatch.setattr(drafting.codes, "new_code", lambda: taken.code)
    with pytest.raises(RuntimeError):
        register(fair, SYSTEM)
    assert Registration.objects.count() == 1


def test_what_else_the_database_refuses_is_not_mistaken_for_a_code():
    twin = make_registration(given_name="Zoé", email="zoe@example.org")
    draft = drafting.draft_registration(twin.fair, values(), channel=Channel.SELF, user=None)
    with pytest.raises(IntegrityError):
        drafting.insert_registration(draft)


def test_the_channel_may_be_said():
    assert register(make_fair(), SYSTEM, channel=None).channel == Channel.DESK
    fair = make_fair()
    walk_in = services.register(fair, actor=SYSTEM, values=values(), channel=Channel.WALK_IN)
    assert (walk_in.channel, walk_in.status) == ("walk_in", "confirmed")
