"""Tables out: what a spreadsheet program opens as it was meant."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from backend.core.tables import read_table, stream_csv, stream_xlsx


def test_csv_out():
    content = b"".join(
        stream_csv(
            ["id", "name", "at", "on", "free", "tags", "pay", "none", "needs"],
            [
                [
                    UUID(int=1),
                    'Café, "Œuf"\n',
                    datetime(2026, 11, 28, 9, tzinfo=UTC),
                    date(2026, 11, 28),
                    True,
                    ["a", "b"],
                    Decimal("1250.50"),
                    None,
                    {"é": 1},
                ]
            ],
        )
    )
    assert (
        content
        == (
            "\ufeffid,name,at,on,free,tags,pay,none,needs\r\n"
            '00000000-0000-0000-0000-000000000001,"Café, ""Œuf""\n",2026-11-28T09:00:00+00:00,2026-11-28,'
            'true,a|b,1250.50,,"{""é"": 1}"\r\n'
        ).encode()
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("- a list", "'- a list"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("+33612345678", "+33612345678"),
        ("+33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("-12,5", "-12,5"),
        ("'t Hooft", "'t Hooft"),
        ("a=b", "a=b"),
    ],
)
def test_what_a_spreadsheet_would_run_is_disarmed(text, written):
    content = b"".join(stream_csv(["name"], [[text]])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(content, newline=""))) == [["name"], [written]]


def test_numbers_keep_their_sign():
    assert b"".join(stream_csv(["n"], [[-5], [-1.5], [Decimal("-2")]])).split() == [
        b"\xef\xbb\xbfn",
        b"-5",
        b"-1.5",
        b"-2",
    ]


def test_out_is_in_pieces_as_the_rows_come():
    pulled = []

    def rows() -> Iterator[list[str]]:
        for number in range(10_000):
            pulled.append(number)
            yield ["x" * 100]

    assert len(next(stream_csv(["name"], rows()))) < 100_000
    assert len(pulled) < 1_000
    assert b"".join(stream_csv(["name"], [])) == "\ufeffname\r\n".encode()


def test_xlsx_out():
    values = [
        "=1+1",
        "#N/A",
        5,
        12.5,
        True,
        date(2026, 11, 28),
        73282932000074,
        12345678901234567,
        None,
        "a\x01\uffffb",
    ]
    values += [datetime(2026, 11, 28, 9, tzinfo=UTC), "Zoë 山田"]
    content = b"".join(stream_xlsx([f"h{n}" for n in range(len(values))], [values]))
    header, row = load_workbook(io.BytesIO(content)).active.iter_rows()
    assert [cell.value for cell in header] == [f"h{n}" for n in range(len(values))]
    assert [cell.value for cell in row] == [
        "=1+1",
        "#N/A",
        5,
        12.5,
        "true",
        datetime(2026, 11, 28),
        73282932000074,
        "12345678901234567",
        None,
        "a\ufffd\ufffdb",
        "2026-11-28T09:00:00+00:00",
        "Zoë 山田",
    ]
    assert {cell.data_type for cell in row} == {"s", "n", "d"}


def test_rows_that_fail_leave_no_file_behind(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def rows() -> Iterator[list[str]]:
        yield ["a"]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        list(stream_xlsx(["name"], rows()))
    assert list(tmp_path.iterdir()) == []


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffd\uffff\ufffe"))
ROWS = st.lists(
    st.lists(TEXTS, min_size=2, max_size=2).filter(lambda row: any(cell.strip() for cell in row)), max_size=5
)


@pytest.mark.parametrize("stream", [stream_csv, stream_xlsx])
@given(rows=ROWS)
def test_what_goes_out_comes_in_again(stream, rows):
    file = io.BytesIO(b"".join(stream(["name", "commune"], rows)))
    read = read_table(file, name="list", aliases={"name": "name", "commune": "commune"})
    assert [list(row.values()) for _number, row in read.rows] == [[cell.strip() for cell in row] for row in rows]
