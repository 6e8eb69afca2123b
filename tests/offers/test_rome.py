"""The list of occupations, read from the official file."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from backend.accounts.actors import SYSTEM
from backend.core.errors import DomainError
from events.offers.models import RomeCode
from events.offers.rome import RomeReport, import_rome
from tests.factories.accounts import make_organisation, organiser_of

pytestmark = pytest.mark.django_db

FILE = (
    "code_rome;code_fiche_em;libelle_rome;statut\r\n"
    "A1101;1;Conduite d'engins agricoles et forestiers;1\r\n"
    "H2913;2;Soudage manuel;1\r\n"
)
DAY = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)


def read(text: str, version: str = "") -> RomeReport:
    return import_rome(io.BytesIO(text.encode()), actor=SYSTEM, name="rome.csv", version=version)


def faults(text: str) -> dict[str, list[str]]:
    with pytest.raises(DomainError, match="import_refused") as refusal:
        read(text)
    return refusal.value.errors


def test_the_same_file_again_changes_nothing() -> None:
    assert read(FILE) == RomeReport(created=2)
    before = list(RomeCode.objects.order_by("code").values())
    assert read(FILE) == RomeReport(unchanged=2)
    assert list(RomeCode.objects.order_by("code").values()) == before
    assert str(RomeCode.objects.get(code="H2913")) == "H2913 Soudage manuel"


def test_a_later_list_ends_replaces_and_brings_back() -> None:
    read(FILE, version="459")
    later = "code_rome,libelle_rome\nH2914,Soudage manuel\nA1101,Conduite d’engins\n"
    with time_machine.travel(DAY, tick=False):
        assert read(later, version="460") == RomeReport(created=1, updated=2)
    ended = RomeCode.objects.get(code="H2913")
    # The day of Paris, where it is half past midnight.
    assert (ended.valid_until, ended.replaced_by_id, ended.version) == (date(2026, 11, 29), "H2914", "459")
    changed = RomeCode.objects.get(code="A1101")
    assert (changed.label, changed.version, changed.valid_until) == ("Conduite d’engins", "460", None)
    assert read(later, version="460") == RomeReport(unchanged=2)
    assert read(FILE, version="461") == RomeReport(updated=3)
    back = RomeCode.objects.get(code="H2913")
    assert (back.valid_until, back.replaced_by_id) == (None, None)
    assert RomeCode.objects.get(code="H2914").replaced_by_id == "H2913"


def test_two_heirs_are_none() -> None:
    read("code_rome,libelle_rome\nH2913,Soudage\n")
    read("code_rome,libelle_rome\nH2914,Soudage\nH2915,soudage\n")
    assert RomeCode.objects.get(code="H2913").replaced_by_id is None


def test_all_rows_or_none() -> None:
    wrong = "code_rome,libelle_rome\nA1101,Agriculture\nZ1101,Rien\nH2913,\nA1101,Autre\nA1101,Agriculture\n"
    found = faults(wrong)
    assert list(found) == ["row 3", "row 4", "row 5"]
    assert [messages[0].split(":")[0] for messages in found.values()] == ["code_rome", "libelle_rome", "code_rome"]
    assert not RomeCode.objects.exists()


@pytest.mark.parametrize(
    "text", ["", "code_rome\nA1101\n", "libelle_rome\nx\n", "a,b\n1,2\n", "code_rome,libelle_rome\n"]
)
def test_what_is_no_list_ends_no_code(text: str) -> None:
    read(FILE)
    assert faults(text)
    assert RomeCode.objects.filter(valid_until=None).count() == 2


def test_the_list_is_for_who_runs_the_server() -> None:
    with pytest.raises(DomainError, match="forbidden"):
        import_rome(io.BytesIO(FILE.encode()), actor=organiser_of(make_organisation()), name="rome.csv")


def test_the_command_reads_windows_and_spreadsheets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "unix_referentiel_code_rome_v460_iso8859-15.csv"
    table.write_bytes(FILE.replace("Soudage", "Métallerie").encode("cp1252"))
    call_command("import_rome", str(table))
    assert capsys.readouterr().out == "created: 2, updated: 0, unchanged: 0\n"
    assert RomeCode.objects.get(code="H2913").version == "460"
    assert RomeCode.objects.get(code="H2913").label == "Métallerie manuel"
    book = Workbook()
    book.active.append(["Code ROME", "Libellé ROME"])
    book.active.append(["A1101", "Agriculture"])
    book.save(tmp_path / "rome.xlsx")
    call_command("import_rome", str(tmp_path / "rome.xlsx"))
    assert capsys.readouterr().out == "created: 0, updated: 2, unchanged: 0\n"


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "rome.csv"
    table.write_text("code_rome,libelle_rome\nZ1,Rien\n")
    with pytest.raises(CommandError):
        call_command("import_rome", str(table))
    assert capsys.readouterr().out.startswith("row 2, code_rome: ")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_rome", str(tmp_path / "none.csv"))
