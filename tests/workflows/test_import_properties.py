"""Files of anything at all: an import says what it made of them, or refuses them with the rows."""

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accounts.actors import SYSTEM
from backend.core.errors import DomainError
from backend.core.tables import stream_csv, stream_xlsx
from events.fairs.models import Fair
from events.workflows import import_employers, import_registrations
from events.workflows.import_file import import_file
from tests.factories.fairs import make_fair

pytestmark = pytest.mark.django_db
FIELDS = {
    "employers": sorted(set(import_employers.ALIASES.values())),
    "registrations": sorted(set(import_registrations.ALIASES.values())),
}
USUAL = [
    "",
    "Zoé",
    "a@example.org",
    "0612345678",
    "1990-02-03",
    "03/02/2015",
    "32874",
    "candidat",
    "fr",
    "13200",
    "M1805",
]
BROKEN = ["73282932000074", "7328293200007", "7.32829E+13", "cdi|stage", "|", "a@", "00", "-1", "1e999", "31/02/2000"]
BROKEN += ["٣", "\u202e", "\u200d", "é" * 300, "x" * 32_767, "😀", "'", "=1+1", "0000-00-00", "10000-01-01", "nan"]
NAMES = {"name": "Airbus", "given_name": "Zoé"}
CELLS = st.one_of(st.sampled_from(USUAL), st.sampled_from(BROKEN), st.text(max_size=30))


@pytest.fixture
def fair() -> Fair:
    return make_fair()


@pytest.mark.parametrize("stream", [stream_csv, stream_xlsx])
@pytest.mark.parametrize("kind", FIELDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(data=st.data())
def test_any_cells_are_imported_or_refused_by_row(stream, kind, fair, data) -> None:
    """The fair is the same for every example: a dry run leaves nothing behind."""
    said = st.dictionaries(st.sampled_from(FIELDS[kind]), CELLS, max_size=3)
    values = [NAMES | data.draw(said) for _row in range(data.draw(st.integers(1, 3)))]
    rows = [[row.get(field, "") for field in FIELDS[kind]] for row in values]
    file = io.BytesIO(b"".join(stream(FIELDS[kind], rows)))
    try:
        report = import_file(fair, actor=SYSTEM, file=file, name="x", kind=kind, is_dry_run=True)
    except DomainError as error:
        refusal = error
    else:
        assert report.created + report.updated + report.unchanged <= len(rows)
        return
    assert refusal.code == "import_refused"
    assert set(refusal.errors) <= {"file", *(f"row {number}" for number in range(2, len(rows) + 2))}


def test_a_name_of_which_nothing_can_be_seen_is_none(fair) -> None:
    file = io.BytesIO(b"".join(stream_csv(["given_name", "email"], [["\u202e", "a@example.org"]])))
    with pytest.raises(DomainError) as refusal:
        import_file(fair, actor=SYSTEM, file=file, name="x", kind="registrations", is_dry_run=True)
    assert [row.split(":")[0] for row in refusal.value.errors["row 2"]] == ["given_name"]
