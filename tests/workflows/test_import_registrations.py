"""Importing registrations."""

import io
from datetime import date

import pytest

from backend.accounts.actors import SYSTEM
from backend.accounts.models import User
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from backend.core.tables import stream_xlsx
from backend.mail.models import OutboxMessage
from events.registrations.models import Registration, Ticket
from events.workflows.import_file import import_file
from tests.factories.accounts import actor_of, make_organisation, make_user, organiser_of
from tests.factories.fairs import make_fair
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
FILE = (
    "given_name,family_name,email,phone,birth_date,rome_codes\n"
    "Zoé,Lefèvre,zoe@example.org,,1990-02-03,M1805|G1602\n"
    "Léo,Lefèvre,zoe@example.org,,,\n"
    "محمد,عبد الله,,06 12 34 56 78,,\n"
    "Ana,Núñez,,,1985-12-01,\n"
)


def load(fair, text, *, actor=SYSTEM, **options):
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return import_file(fair, actor=actor, file=file, name="personnes.csv", kind="registrations", **options)


def counts(report):
    return report.created, report.updated, report.unchanged


def faults(fair, text):
    before = Registration.objects.count(), User.objects.count()
    with pytest.raises(DomainError) as caught:
        load(fair, text)
    assert caught.value.code == "import_refused"
    assert (Registration.objects.count(), User.objects.count()) == before
    return caught.value.errors


def test_people_are_registered_and_nobody_is_mailed():
    fair = make_fair()
    assert counts(load(fair, FILE, actor=organiser_of(fair.organisation))) == (4, 0, 0)
    stored = {row.given_name: row for row in Registration.objects.select_related("user").filter(fair=fair)}
    assert {(row.status, row.channel, row.kind) for row in stored.values()} == {("confirmed", "import", "candidate")}
    assert stored["Zoé"].user == stored["Léo"].user
    assert (stored["Zoé"].birth_date, stored["Zoé"].rome_codes) == (date(1990, 2, 3), ["M1805", "G1602"])
    assert stored["محمد"].user.phone == "+33612345678"
    assert stored["Ana"].user is None
    assert Ticket.objects.count() == 4
    assert OutboxMessage.objects.count() == 0


def test_the_same_file_again_makes_nothing():
    fair = make_fair()
    load(fair, FILE)
    stamps = set(Registration.objects.values_list("id", "updated_at"))
    assert counts(load(fair, FILE)) == (0, 0, 4)
    assert set(Registration.objects.values_list("id", "updated_at")) == stamps


def test_the_same_as_a_workbook():
    fair = make_fair()
    load(fair, FILE)
    header, *rows = [line.split(",") for line in FILE.strip().split("\n")]
    assert counts(load(fair, b"".join(stream_xlsx(header, rows)))) == (0, 0, 4)


def test_a_dry_run_says_the_same_and_writes_nothing():
    fair = make_fair(capacity=3)
    report = load(fair, FILE, is_dry_run=True)
    assert counts(report) == (4, 0, 0)
    assert "1" in report.notes[0]
    assert (Registration.objects.count(), User.objects.filter(email_key="zoe@example.org").count()) == (0, 0)


def test_beyond_the_capacity_the_rest_of_the_file_waits():
    fair = make_fair(capacity=2)
    # Those without address are matched last but keep their place in the file.
    report = load(fair, "given_name,email\nUn,\nDeux,deux@example.org\nTrois,trois@example.org\n")
    assert counts(report) == (3, 0, 0)
    assert dict(Registration.objects.values_list("given_name", "status")) == {
        "Un": "confirmed",
        "Deux": "confirmed",
        "Trois": "waitlisted",
    }


def test_french_headers_words_and_dates():
    fair = make_fair()
    text = (
        "Prénom;Nom;Courriel;Né le;Type;Langue;Aménagements\nZoé;Lefèvre;zoe@example.org;03/02/1990;Visiteur;FR;Assis\n"
    )
    load(fair, text)
    row = Registration.objects.get()
    assert (row.given_name, row.family_name, row.kind, row.language) == ("Zoé", "Lefèvre", "visitor", "fr")
    assert (row.birth_date, row.needs, row.has_needs) == (date(1990, 2, 3), "Assis", True)
    assert counts(load(fair, text)) == (0, 0, 1)


def test_every_wrong_row_is_named_with_column_and_reason():
    text = (
        "given_name,email,phone,birth_date,kind,rome_codes,contract_types,language\n"
        ",zoe@example.org,,,,,,\n"
        "Zoé,nobody,12,2990-01-01,staff,Z1,cdx,french\n"
    )
    found = faults(make_fair(), text)
    assert [message.split(":")[0] for message in found["row 2"]] == ["given_name"]
    columns = sorted(message.split(":")[0] for message in found["row 3"])
    assert columns == ["birth_date", "contract_types", "email", "kind", "language", "phone", "rome_codes"]


def test_known_people_are_corrected_by_what_the_file_says():
    fair = make_fair()
    known = make_registration(fair, given_name="Zoe", email="Zoe@Example.org", commune="Arles", needs="Assis")
    report = load(fair, "given_name,family_name,email,commune,postcode\nZoé,Lefèvre,zoe@example.org,,13200\n")
    row = Registration.objects.get(pk=known.pk)
    assert counts(report) == (0, 1, 0)
    assert (row.given_name, row.family_name, row.commune, row.postcode) == ("Zoé", "Lefèvre", "Arles", "13200")
    assert (row.email, row.needs, row.status, row.code) == ("Zoe@Example.org", "Assis", "confirmed", known.code)
    assert AuditEntry.objects.filter(action="registration.amended").count() == 1


def test_without_address_names_and_birth_date_decide():
    fair = make_fair()
    make_registration(fair, given_name="Ana", family_name="Nunez", birth_date=date(1985, 12, 1))
    report = load(fair, "given_name,family_name,birth_date\nANA,NÚÑEZ,1985-12-01\nAna,Núñez,1990-01-01\n")
    assert (report.created, report.updated) == (1, 1)
    assert Registration.objects.count() == 2


def test_who_cancelled_stays_cancelled():
    fair = make_fair()
    make_registration(fair, given_name="Zoé", email="zoe@example.org", status="cancelled")
    report = load(fair, "given_name,email\nZoé,zoe@example.org\n")
    assert (counts(report), len(report.notes)) == ((0, 0, 1), 1)
    assert Registration.objects.get().status == "cancelled"


def test_rows_about_the_same_person_add_up_or_contradict():
    fair = make_fair()
    text = "given_name,email,commune,postcode\nZoé,zoe@example.org,Arles,\nZOE,Zoe@Example.org,,13200\n"
    assert counts(load(fair, text)) == (1, 0, 1)
    row = Registration.objects.get()
    assert (row.given_name, row.commune, row.postcode) == ("Zoé", "Arles", "13200")
    assert counts(load(fair, text)) == (0, 0, 2)
    found = faults(fair, "given_name,email,commune\nZoé,zoe@example.org,Arles\nZoé,zoe@example.org,Nice\n")
    assert found["row 3"][0].startswith("commune: ")


def test_children_need_a_guardian_and_wait_for_them():
    fair = make_fair()
    head = "given_name,email,birth_date,guardian_name,guardian_email\n"
    year = date.today().year - 10
    found = faults(fair, f"{head}Léo,leo@example.org,{year}-01-01,,\n")
    assert found["row 2"][0].startswith("guardian_name: ")
    found = faults(fair, f"{head}Léo,leo@example.org,{year}-01-01,Jeanne,nobody\n")
    assert found["row 2"][0].startswith("guardian_email: ")
    text = (
        f"{head}Léo,leo@example.org,{year}-01-01,Jeanne,jeanne@example.org\nPaul,paul@example.org,1980-01-01,X,x@y.fr\n"
    )
    report = load(fair, text)
    assert counts(report) == (2, 0, 0)
    assert report.notes == ["Row 2: under 15. No guardian was asked: cancel it, register on the fair's page."]
    rows = {row.given_name: row for row in Registration.objects.all()}
    assert (rows["Léo"].status, rows["Léo"].guardian_name) == ("pending", "Jeanne")
    assert (rows["Paul"].status, rows["Paul"].guardian_name) == ("confirmed", "")
    assert counts(load(fair, text)) == (0, 0, 2)
    assert OutboxMessage.objects.count() == 0


def test_a_child_that_was_none_waits_no_longer():
    fair = make_fair(capacity=1)
    head, guardian = "given_name,email,birth_date,guardian_name,guardian_email\n", "Jeanne,jeanne@example.org"
    child, adult = f"{date.today().year - 10}-01-01", f"{date.today().year - 20}-01-01"
    names = ("Léo", "Inès")
    load(fair, head + "".join(f"{name},{name[0]}@example.org,{child},{guardian}\n" for name in names))
    make_registration(fair, given_name="Zoé", email="z@example.org", status="pending")
    assert set(Registration.objects.values_list("status", flat=True)) == {"pending"}
    corrected = "".join(f"{name},{name[0]}@example.org,{adult}\n" for name in (*names, "Zoé"))
    assert counts(load(fair, f"given_name,email,birth_date\n{corrected}")) == (0, 3, 0)
    rows = {row.given_name: row for row in Registration.objects.all()}
    assert (rows["Léo"].status, rows["Inès"].status) == ("confirmed", "waitlisted")
    assert rows["Léo"].confirmed_at
    assert rows["Inès"].waitlisted_at
    assert rows["Zoé"].status == "pending"  # nobody has shown yet that the address is theirs
    moves = AuditEntry.objects.filter(from_state="pending").values_list("object_id", "to_state")
    assert set(moves) == {(rows["Léo"].id, "confirmed"), (rows["Inès"].id, "waitlisted")}
    assert OutboxMessage.objects.count() == 0


@pytest.mark.parametrize("status", ["confirmed", "waitlisted", "pending"])
def test_nobody_becomes_a_child_by_import(status):
    fair = make_fair()
    known = make_registration(fair, given_name="Léo", email="leo@example.org", status=status)
    row = f"Léo,leo@example.org,{date.today().year - 10}-01-01,Jeanne,jeanne@example.org"
    found = faults(fair, f"given_name,email,birth_date,guardian_name,guardian_email\n{row}\n")
    assert [message.split(":")[0] for message in found["row 2"]] == ["birth_date"]
    assert Registration.objects.get(pk=known.pk).birth_date is None


def test_who_may_not_import_and_where_not():
    fair = make_fair()
    for actor in (actor_of(make_user()), organiser_of(make_organisation())):
        with pytest.raises(DomainError) as caught:
            load(fair, FILE, actor=actor)
        assert caught.value.code == "forbidden"
    with pytest.raises(DomainError) as caught:
        load(make_fair(status="cancelled"), FILE)
    assert caught.value.code == "registration_closed"
