"""Every list as a file: all rows in CSV and XLSX, with nothing in them that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from itertools import count
from typing import Any

import openpyxl
import pytest
from django.db.models import Model
from django.test import Client

from backend.accounts.models import ApiToken, User
from backend.core.models import AuditEntry
from events.employers.models import Employer, Stand
from events.fairs.models import Fair, Gate, Hall, Series, Venue
from events.interviews.models import Interviewer, Place
from events.offers.models import Offer
from events.registrations.models import Registration
from tests.factories.accounts import make_member
from tests.factories.browser import browser_of
from tests.factories.client import body_of, client_of
from tests.factories.employers import make_employer, make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_slot
from tests.factories.offers import make_offer
from tests.factories.registrations import make_registration
from tests.factories.worlds import kept_for_a_module
from tests.test_query_counts import LISTS, Crowd, make_crowd

pytestmark = pytest.mark.django_db
TEXTS: dict[type[Model], str] = {
    **dict.fromkeys((Employer, Fair, Gate, Hall, Interviewer, Series, User, Venue, ApiToken), "name"),
    AuditEntry: "reason",
    Offer: "title",
    Place: "note",
    Registration: "given_name",
    Stand: "label",
}
"""What people type, shown in some list."""
SHOW_TEXT = {"employers/", "fairs/{fair}/halls/", "fairs/{fair}/registrations/", "offers/", "tokens/", "venues/"}
RUNS = re.compile(r"[=+\-@\t\r＝＋－＠]")
SIGNED_NUMBER = re.compile(r"[+-][0-9][0-9 .,]*")


@pytest.fixture(scope="module")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    """Three rows in every list; whatever somebody typed is a formula."""
    with kept_for_a_module(django_db_blocker):
        made = make_crowd(3)
        numbers = count(1)
        for model, field in TEXTS.items():
            for row, sign in zip(model._default_manager.all(), "=+-@=+-@=+-@=+-@", strict=False):
                model._default_manager.filter(pk=row.pk).update(**{field: f"{sign}A{next(numbers)}"})
        yield made


def would_run(cell: str) -> bool:
    """Whether a spreadsheet takes the cell for a formula that does something."""
    return bool(RUNS.match(cell)) and not SIGNED_NUMBER.fullmatch(cell)


def bytes_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content[:500]
    return b"".join(answer.streaming_content)


def rows_of(content: bytes) -> list[list[str]]:
    """Of a CSV file with its mark."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("path", LISTS)
def test_every_list_as_a_file(crowd: Crowd, path: str) -> None:
    api = client_of(crowd.token)
    address = path.format(**crowd.paths)
    listed = body_of(api.get(address, {"page_size": 500}), 200)["results"]
    assert len(listed) >= 3
    answer = api.get(address, {"page_size": 1, "format": "csv"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="[a-z-]+\.csv"', answer["Content-Disposition"])
    header, *rows = rows_of(bytes_of(answer))
    assert header == list(listed[0])
    assert [row[header.index("id")] for row in rows] == [row["id"] for row in listed]
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if would_run(cell)] == []
    typed = {text for row in listed for text in row.values() if isinstance(text, str) and would_run(text)}
    assert {f"'{text}" for text in typed} <= set(cells)
    assert typed or path not in SHOW_TEXT

    answer = api.get(address, {"page_size": 1, "format": "xlsx"})
    assert answer["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    sheet = openpyxl.load_workbook(io.BytesIO(bytes_of(answer))).worksheets[0]
    assert {cell.data_type for line in sheet.iter_rows() for cell in line} <= {"s", "inlineStr", "n"}
    found = [[cell or "" for cell in line] for line in sheet.iter_rows(values_only=True)]
    assert found == [header] + [[re.sub(r"^'(?=[=+\-@])", "", cell) for cell in row] for row in rows]


def downloads(page: str) -> list[str]:
    """The addresses of CSV files on a page."""
    return [unescape(found) for found in re.findall(r'href="([^"]+format=csv)"', page)]


def names(client: Client, address: str, column: str) -> set[str]:
    header, *rows = rows_of(bytes_of(client.get(address)))
    return {row[header.index(column)] for row in rows}


def test_organisers_download_what_their_pages_show() -> None:
    fair = make_fair()
    organiser = browser_of(make_member(fair.organisation))
    slot = make_slot(fair)
    seated = make_exhibitor(fair, make_employer(fair.organisation, name="Seated"))
    make_stand(fair, exhibitor=seated)
    waiting = make_exhibitor(fair, make_employer(fair.organisation, name="Waiting"))
    make_registration(fair, given_name="Noémie", family_name="Giraud & fils")
    make_registration(fair, given_name="Björn")
    make_offer(seated.employer, fair=fair, status="draft", title="Soudeur")

    def links(page: str, **query: str) -> list[str]:
        return downloads(organiser.get(f"/organiser/{fair.slug}/{page}", query).content.decode())

    [everybody] = links("registrations/")
    assert names(organiser, everybody, "given_name") == {"Noémie", "Björn"}
    [found] = links("registrations/", q="giraud &")
    assert names(organiser, found, "given_name") == {"Noémie"}
    for shown, employers in {
        "": {slot.employer.slug, seated.employer.slug, waiting.employer.slug},
        "without-stand": {waiting.employer.slug},
        "without-schedule": {seated.employer.slug},
    }.items():
        [address] = links("exhibitors/", show=shown)
        assert names(organiser, address, "employer") == employers
    addresses = links("")
    assert len(addresses) == 5
    assert [len(rows_of(bytes_of(organiser.get(address)))) - 1 for address in addresses] == [2, 3, 2, 1, 0]
