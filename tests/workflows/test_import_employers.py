"""Importing employers."""

import io

import pytest

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.employers.models import Employer, Exhibitor
from events.workflows.import_file import import_file
from tests.factories.accounts import actor_of, make_member, make_organisation, organiser_of
from tests.factories.employers import make_employer, make_exhibitor
from tests.factories.fairs import make_fair

pytestmark = pytest.mark.django_db
AIRBUS, ORANGE, LA_POSTE = "73282932000074", "20003452800014", "35600000009075"
FILE = f"name,siret,commune\nAirbus Helicopters,{AIRBUS},Marignane\nCafé de la Gare,,Martigues\n"


def load(fair, text, *, actor=SYSTEM, encoding="utf-8", **options):
    file = io.BytesIO(text.encode(encoding) if isinstance(text, str) else text)
    return import_file(fair, actor=actor, file=file, name="employeurs.csv", kind="employers", **options)


def counts(report):
    return report.created, report.updated, report.unchanged


def faults(fair, text, **options):
    before = Employer.objects.count(), Exhibitor.objects.count()
    with pytest.raises(DomainError) as caught:
        load(fair, text, **options)
    assert caught.value.code == "import_refused"
    assert (Employer.objects.count(), Exhibitor.objects.count()) == before
    return caught.value.errors


def test_employers_become_accepted_exhibitors():
    fair = make_fair()
    assert counts(load(fair, FILE, actor=organiser_of(fair.organisation))) == (2, 0, 0)
    exhibitors = Exhibitor.objects.filter(fair=fair).select_related("employer")
    assert {exhibitor.status for exhibitor in exhibitors} == {"accepted"}
    stored = {exhibitor.employer.name: exhibitor.employer for exhibitor in exhibitors}
    assert stored["Airbus Helicopters"].siret == AIRBUS
    assert (stored["Café de la Gare"].siret, stored["Café de la Gare"].slug) == ("", "cafe-de-la-gare")
    assert stored["Airbus Helicopters"].organisation == fair.organisation
    assert AuditEntry.objects.filter(action="employer.created").count() == 2
    assert AuditEntry.objects.filter(action="exhibitor.accepted").count() == 2


def test_the_same_file_again_makes_nothing():
    fair = make_fair()
    load(fair, FILE)
    moves = AuditEntry.objects.exclude(action="fair.employers_imported").count()
    assert counts(load(fair, FILE)) == (0, 0, 2)
    assert AuditEntry.objects.exclude(action="fair.employers_imported").count() == moves


def test_the_next_edition_knows_the_employers():
    fair = make_fair()
    load(fair, FILE)
    assert counts(load(make_fair(fair.organisation), FILE)) == (2, 0, 0)
    assert (Employer.objects.count(), Exhibitor.objects.count()) == (2, 4)


def test_a_dry_run_says_the_same_and_writes_nothing():
    fair = make_fair()
    assert counts(load(fair, FILE, is_dry_run=True)) == (2, 0, 0)
    assert (Employer.objects.count(), Exhibitor.objects.count(), AuditEntry.objects.count()) == (0, 0, AUDITED)


AUDITED = 2  # the organisation and its owner


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8", ";"), ("utf-8-sig", ";"), ("cp1252", ","), ("cp1252", ";")],
)
def test_every_encoding_and_delimiter_with_french_headers(encoding, delimiter):
    fair = make_fair()
    rows = [
        ["Raison sociale", "N° SIRET", "Téléphone", "Code postal", "Ville", "Courriel", "Remarque"],
        [
            "Hôtellerie Élégante",
            "732 829 320 00074",
            "04 42 00 00 00",
            "01000",
            "Bourg-en-Bresse",
            "rh@example.org",
            "x",
        ],
    ]
    report = load(fair, "\r\n".join(delimiter.join(row) for row in rows), encoding=encoding)
    assert counts(report) == (1, 0, 0)
    assert len(report.notes) == 1
    assert "Remarque" in report.notes[0]
    employer = Employer.objects.get()
    assert (employer.name, employer.siret) == ("Hôtellerie Élégante", AIRBUS)
    assert (employer.phone, employer.postcode, employer.commune) == ("+33442000000", "01000", "Bourg-en-Bresse")
    assert employer.contact_email == "rh@example.org"


def test_every_wrong_row_is_named_with_column_and_reason():
    fair = make_fair()
    text = (
        "name,siret,contact_email,size\n"
        f"Airbus,{AIRBUS},,\n"
        "Bad check,73282932000075,,\n"
        ",,,10-49\n"
        "Two faults,12,nobody,\n"
        "Bad size,,,many\n"
    )
    found = faults(fair, text)
    assert list(found) == ["row 3", "row 4", "row 5", "row 6"]
    assert found["row 3"][0].startswith("siret: ")
    assert found["row 4"][0].startswith("name: ")
    assert [message.split(":")[0] for message in found["row 5"]] == ["siret", "contact_email"]
    assert found["row 6"][0].startswith("size: ")


def test_empty_rows_count_as_rows():
    assert list(faults(make_fair(), f"name,siret\nA,{AIRBUS}\n,\nB,1\n")) == ["row 4"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b"", "file"),
        (b"%PDF-1.7", "file"),
        (b"foo,bar\n1,2\n", "row 1"),
        (b"name,nom\nA,B\n", "row 1"),
        (b'name,siret\n"A,1\n', "row 2"),
        (b"siret\n73282932000074\n", "row 2"),
    ],
)
def test_files_that_are_no_table_of_employers(text, where):
    assert list(faults(make_fair(), text)) == [where]


def test_only_the_first_thousand_faults():
    text = "name,siret\n" + "".join(f"Company {number},1\n" for number in range(1200))
    assert sum(len(messages) for messages in faults(make_fair(), text).values()) == 1000


def test_a_siret_decides_and_the_name_follows():
    fair = make_fair()
    known = make_employer(fair.organisation, name="Airbus", siret=AIRBUS, commune="Toulouse")
    make_exhibitor(fair, known)
    assert counts(load(fair, f"name,siret\nAirbus Helicopters,{AIRBUS}\n")) == (0, 1, 0)
    known.refresh_from_db()
    assert (known.name, known.commune, known.name_key) == ("Airbus Helicopters", "Toulouse", "airbus helicopters")


def test_a_pending_siret_is_completed_by_name():
    fair = make_fair()
    known = make_employer(fair.organisation, name="Café de la Gare")
    report = load(fair, f"name,siret\nCAFE DE LA GARE,{AIRBUS}\n")
    known.refresh_from_db()
    assert (counts(report), known.siret, Employer.objects.count()) == ((1, 0, 0), AIRBUS, 1)


def test_another_siret_is_another_establishment_and_a_name_alone_is_then_ambiguous():
    fair = make_fair()
    make_employer(fair.organisation, name="Orange", siret=AIRBUS)
    assert counts(load(fair, f"name,siret\nOrange,{ORANGE}\n")) == (1, 0, 0)
    assert list(faults(fair, "name\nOrange\n")) == ["row 2"]


@pytest.mark.parametrize("status", ["submitted", "rejected", "withdrawn"])
def test_whoever_stands_in_the_file_is_accepted(status):
    fair = make_fair()
    exhibitor = make_exhibitor(fair, make_employer(fair.organisation, name="Orange"), status=status)
    assert counts(load(fair, "name\nOrange\n")) == (0, 1, 0)
    exhibitor.refresh_from_db()
    assert (exhibitor.status, exhibitor.decided_at is not None) == ("accepted", True)


def test_rows_about_the_same_employer_add_up():
    fair = make_fair()
    text = f"name,siret,commune\nOrange,,Arles\nORANGE,{ORANGE},\nOrange,,Arles\n"
    report = load(fair, text)
    assert (counts(report), len(report.notes)) == ((1, 0, 2), 2)
    employer = Employer.objects.get()
    assert (employer.siret, employer.commune) == (ORANGE, "Arles")
    assert counts(load(fair, text)) == (0, 0, 3)


def test_rows_that_contradict_each_other_are_refused():
    found = faults(make_fair(), f"name,siret,commune\nOrange,{ORANGE},Arles\nOrange,{ORANGE},Nice\n")
    assert list(found) == ["row 3"]
    assert found["row 3"][0].startswith("commune: ")


def test_names_of_every_script_get_their_own_address():
    fair = make_fair()
    load(fair, "name\nمحمد وشركاه\n北京公司\nCafé\nCafe!\n🦊 SARL\n")
    slugs = sorted(Employer.objects.values_list("slug", flat=True))
    assert slugs == ["cafe", "cafe-2", "employer", "employer-2", "sarl"]


def test_another_organisations_employers_are_not_seen():
    make_employer(make_organisation(), name="Airbus", siret=AIRBUS)
    fair = make_fair()
    assert counts(load(fair, FILE)) == (2, 0, 0)
    assert Employer.objects.filter(siret=AIRBUS).count() == 2


def test_who_may_not_import_and_where_not():
    fair = make_fair()
    for actor in (actor_of(make_member(fair.organisation, Role.STAFF)), organiser_of(make_organisation())):
        with pytest.raises(DomainError) as caught:
            load(fair, FILE, actor=actor)
        assert caught.value.code == "forbidden"
    with pytest.raises(DomainError) as caught:
        load(make_fair(status="cancelled"), FILE)
    assert caught.value.code == "wrong_state"
    with pytest.raises(DomainError) as caught:
        import_file(fair, actor=SYSTEM, file=io.BytesIO(b"name\nA\n"), name="x", kind="stands")
    assert (caught.value.code, list(caught.value.errors)) == ("invalid", ["kind"])
