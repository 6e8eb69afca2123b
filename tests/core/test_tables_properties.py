"""Tables whatever is in them: what is written is read again, and no file whatever raises anything but TableError."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from backend.core.tables import TableError, read_table, stream_csv, stream_xlsx

ALIASES = {"name": "name", "commune": "commune"}
HEADER = "name,commune\n"

# What both kinds of file can hold in a cell: line ends become those of the reader, and U+FFFD says that reading failed.
LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffd\ufffe\uffff"))
CELLS = st.lists(
    st.one_of(
        LINES,
        st.sampled_from(["_x0041_", "_x000D_", "&amp;", "#N/A", "0012", "1e5", "true"]),
        st.sampled_from(list("=+-@\t\"';,")).flatmap(lambda first: LINES.map(first.__add__)),
    )
)
TEXTS = CELLS.map("\n".join)
ROWS = st.lists(st.tuples(TEXTS, TEXTS).filter(lambda row: any(cell.strip() for cell in row)), max_size=4)


def rows_of(content: bytes) -> list[dict[str, str]]:
    table = read_table(io.BytesIO(content), name="x", aliases=ALIASES)
    return [row for _number, row in table.rows]


def read_or_refuse(content: bytes) -> None:
    """Anything but TableError is a mistake."""
    with suppress(TableError):
        rows_of(content)


@pytest.mark.parametrize("stream", [stream_csv, stream_xlsx])
@given(rows=ROWS)
def test_any_text_goes_out_and_comes_in(stream, rows) -> None:
    content = b"".join(stream(["name", "commune"], rows))
    assert rows_of(content) == [{"name": name.strip(), "commune": commune.strip()} for name, commune in rows]


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_table_or_refused(content) -> None:
    read_or_refuse(content)


@given(
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-32"]),
    st.text(st.sampled_from("ab,;\"'\n\r\t \0é\ufeff\ufffd=")),
    st.binary(max_size=20),
)
def test_any_lines_below_a_header_are_rows_or_refused(encoding, text, rest) -> None:
    read_or_refuse((HEADER + text).encode(encoding, "replace") + rest)


@cache
def workbook() -> bytes:
    book = Workbook()
    for row in (["name", "commune"], ["a", 1], [True, 2.5]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def parts() -> Iterator[tuple[zipfile.ZipInfo, bytes]]:
    with zipfile.ZipFile(io.BytesIO(workbook())) as archive:
        for info in archive.infolist():
            yield info, archive.read(info)


def broken(content: bytes, data: st.DataObject) -> bytes:
    """A piece of it left out, and another put in its place."""
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, min(len(content), start + 40)))
    piece = st.one_of(st.binary(max_size=20), st.sampled_from(PIECES))
    return content[:start] + data.draw(piece) + content[end:]


PIECES = [
    b"<row r='-1'>",
    b"<c r='A0'>",
    b"<c t='d'><v>x</v></c>",
    b"<c t='s'><v>9</v></c>",
    b"<v>1e999</v>",
    b"</row>",
]
PIECES += [
    b"<c s='99'/>",
    b"&#0;",
    b"&#xD800;",
    b"<is><t>_x0000_</t></is>",
    b"<f>A1</f>",
    b"<v>nan</v>",
    b"<!DOCTYPE x>",
]


@given(st.data())
def test_a_broken_archive_is_a_table_or_refused(data) -> None:
    read_or_refuse(broken(workbook(), data))


@given(st.data())
def test_a_broken_part_of_a_workbook_is_a_table_or_refused(data) -> None:
    chosen = data.draw(st.sampled_from([info.filename for info, _content in parts()]))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in parts():
            archive.writestr(info.filename, broken(content, data) if info.filename == chosen else content)
    read_or_refuse(file.getvalue())
