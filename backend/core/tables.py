"""Tables as people send and fetch them: CSV and XLSX, read and written row by row."""

import codecs
import csv
import io
import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import IO, Any, BinaryIO
from xml.parsers import expat

from django.utils.translation import gettext as _

from backend.core.text import fold

MAX_ROWS = 20_000
MAX_CELL = 32_767  # what a spreadsheet keeps in a cell
MAX_COLUMNS = 2_000
MAX_LINE = 1024 * 1024
MAX_SHEET_ROWS = 1_048_576  # where a spreadsheet ends
MAX_UNCOMPRESSED = 100 * 1024 * 1024
# Elements of a workbook's XML: 20,000 rows of 30 columns have 2,000,000 of cells, and few of anything else.
MAX_CELL_ELEMENTS = 2_000_000
MAX_OTHER_ELEMENTS = 200_000
MAX_ELEMENTS_OF_A_ROW = 50_000
_CHUNK = 64 * 1024

_OTHER_TYPES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0", "XLS / DOC"),
    (b"\x1f\x8b", "GZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7Z"),
)
# A cell that a spreadsheet would take for a formula (OWASP, "CSV injection"), with any apostrophes already before it.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_SIGNED_NUMBER = re.compile(r"[+-][0-9][0-9 .,]*")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
# XML cannot say these.
_CELL_ELEMENTS = frozenset({"row", "c", "v", "f", "is", "t", "si", "r"})
_ROW_ELEMENTS = frozenset({"row", "si"})
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class TableError(Exception):
    """A file that cannot be read as a table: what is wrong, in the reader's language, and in which row, as a
    spreadsheet numbers them (None: the file as a whole)."""

    def __init__(self, row: int | None, message: str) -> None:
        super().__init__(message)
        self.row = row
        self.message = message


@dataclass(frozen=True)
class Table:
    """`headers` are the fields found, in the file's order; `unknown` the columns left out, as the file writes them.

    `rows` can be walked once, while the file is open, and raises TableError where it comes upon something wrong. It
    gives the row's number (the header is row 1; rows without content are left out but counted; a line break inside a
    cell is not a new row) and the trimmed text of every field in `headers`, "" where there is none.
    """

    headers: list[str]
    rows: Iterator[tuple[int, dict[str, str]]]
    unknown: list[str]


def read_table(file: BinaryIO, *, name: str, aliases: Mapping[str, str], max_rows: int = MAX_ROWS) -> Table:
    """Read a seekable file, CSV (comma or semicolon; UTF-8 or Windows-1252) or XLSX (first sheet), judged by content.

    `name` is the file's name, for messages. `aliases` says which field a header means; a field's own name is always
    understood, and case, accents, spaces and punctuation do not matter. At most `max_rows` rows with content are
    read, and they are never all in memory. Raises TableError.
    """
    start = _start_of(file)
    if not start.strip(b"\xef\xbb\xbf \t\r\n;,"):
        raise TableError(None, _("“%(name)s” is empty.") % {"name": name})
    kind = next((kind for magic, kind in _OTHER_TYPES if start.startswith(magic)), None)
    is_zip = start.startswith(b"PK\x03\x04")
    if kind or (not is_zip and (b"\0" in start or start.startswith((b"\xff\xfe", b"\xfe\xff")))):
        message = _("“%(name)s” is not a table (%(kind)s). Save it as CSV (UTF-8) or XLSX.")
        raise TableError(None, message % {"name": name, "kind": kind or _("binary data or UTF-16")})
    fields = {_header_key(field): field for field in aliases.values()}
    fields |= {_header_key(alias): field for alias, field in aliases.items()}
    records = _xlsx_records(file, name) if is_zip else _csv_records(file, fields)
    header = next(records, [])
    columns, unknown = _read_header(header, fields)
    return Table(list(columns.values()), _rows(records, columns, len(header), max_rows), unknown)


def stream_csv(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """UTF-8 with BOM, comma, CRLF, the header first, in pieces as the rows come.

    Text that a spreadsheet would run as a formula (it begins with = + - @ tab or return) gets an apostrophe before it,
    which `read_table` takes away again. What is plainly a number or a phone (+33612345678, -12,5: a sign, then digits,
    spaces, dots and commas only) stays as it is: there is nothing in it to run, and other programs read these files.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(headers)
    for row in rows:
        writer.writerow([_safe(text) if isinstance(text := _plain(value), str) else text for value in row])
        if buffer.tell() >= _CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def stream_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """An XLSX file of one sheet, written row by row to a temporary file and then sent in pieces. Text is typed as text,
    so nothing in it is a formula; numbers and dates are numbers and dates."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"

    def cell(value: Any) -> Any:
        plain = _plain(value)
        if isinstance(plain, int | Decimal) and len(str(plain)) > 15:
            plain = str(plain)  # a spreadsheet keeps 15 digits
        if not isinstance(plain, str):
            return plain
        typed = WriteOnlyCell(sheet, _NOT_IN_XML.sub("\ufffd", plain))
        typed.data_type = "s"
        return typed

    with tempfile.TemporaryFile() as file:
        try:
            for row in chain([headers], rows):
                sheet.append([cell(value) for value in row])
        finally:
            book.save(file)  # also when `rows` fails: it is what takes openpyxl's own temporary file away
        file.seek(0)
        while piece := file.read(_CHUNK):
            yield piece


def _start_of(file: BinaryIO) -> bytes:
    file.seek(0)
    start = file.read(_CHUNK)
    file.seek(0)
    return start


def _header_key(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _read_header(cells: list[str], fields: Mapping[str, str]) -> tuple[dict[int, str], list[str]]:
    """Which field each column holds, and the names of the columns that hold none."""
    if not any(cells):
        raise TableError(1, _("The first row has no column names."))
    columns: dict[int, str] = {}
    unknown = []
    for index, cell in enumerate(cells):
        field = fields.get(_header_key(cell))
        if field is None:
            unknown += [cell] if cell else []
        elif field in columns.values():
            first = cells[next(at for at, other in columns.items() if other == field)]
            names = {"first": first, "second": cell, "field": field}
            raise TableError(1, _("The columns “%(first)s” and “%(second)s” are both %(field)s.") % names)
        else:
            columns[index] = field
    if not columns:
        known = ", ".join(dict.fromkeys(fields.values()))
        raise TableError(1, _("The first row names no known column. Known are: %(known)s.") % {"known": known})
    return columns, unknown


def _rows(
    records: Iterator[list[str]], columns: Mapping[int, str], width: int, max_rows: int
) -> Iterator[tuple[int, dict[str, str]]]:
    count = 0
    for number, cells in enumerate(records, start=2):
        if not any(cells):
            continue
        count += 1
        if count > max_rows:
            raise TableError(number, _("The table has more than %(count)d rows.") % {"count": max_rows})
        if any(cells[width:]):
            raise TableError(
                number, _("The row has more cells than the header has columns (%(count)d).") % {"count": width}
            )
        yield number, {field: cells[index] if index < len(cells) else "" for index, field in columns.items()}


def _check_cell(text: str, row: int, column: int) -> None:
    where = {"column": column, "count": MAX_CELL}
    if len(text) > MAX_CELL:
        raise TableError(row, _("The cell in column %(column)d has more than %(count)d characters.") % where)
    if "\ufffd" in text:
        raise TableError(
            row, _("The cell in column %(column)d has characters that cannot be read. Save as UTF-8.") % where
        )


# --- CSV


def _csv_records(file: BinaryIO, fields: Mapping[str, str]) -> Iterator[list[str]]:
    encoding = _encoding(file)
    delimiter = max(",;", key=lambda candidate: _fit(file, encoding, candidate, fields))
    row = 0
    try:
        for row, cells in enumerate(csv.reader(_lines(file, encoding), delimiter=delimiter, strict=True), start=1):
            if len(cells) > MAX_COLUMNS:
                raise TableError(row, _("The row has more than %(count)d cells.") % {"count": MAX_COLUMNS})
            for column, cell in enumerate(cells, start=1):
                _check_cell(cell, row, column)
            yield [_unescape(cell.lstrip()).strip() for cell in cells]
    except csv.Error as error:
        message = _("The row cannot be read: a quotation mark is not closed or not doubled, or a cell is too long.")
        raise TableError(row + 1, message) from error


def _lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """The file's lines with their ends, which csv needs to keep those inside a cell. Unlike io.TextIOWrapper this does
    not close a file that is the caller's."""
    file.seek(0)
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=False)
    rest = ""
    while piece := file.read(_CHUNK):
        lines = _LINE.findall(rest + decoder.decode(piece))
        rest = lines.pop() if lines and not lines[-1].endswith(("\r", "\n")) else ""
        yield from lines
        if len(rest) > MAX_LINE:
            raise csv.Error
    yield from _LINE.findall(rest + decoder.decode(b"", final=True))


def _fit(file: BinaryIO, encoding: str, delimiter: str, fields: Mapping[str, str]) -> tuple[int, int]:
    """How well a delimiter explains the header: known columns, then columns."""
    try:
        header = next(csv.reader(_lines(file, encoding), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return 0, 0
    return sum(_header_key(cell) in fields for cell in header), len(header)


def _encoding(file: BinaryIO) -> str:
    """UTF-8, or Windows-1252 if that explains the bytes better. One broken byte does not make UTF-8 Windows-1252: it
    would come in with every accent wrong; so it stays UTF-8 and the row is refused."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
    broken = foreign = 0
    while piece := file.read(_CHUNK):
        text = decoder.decode(piece)
        if not text.isascii():
            broken += len(re.findall("[\udc80-\udcff]", text))
            foreign += len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
        if broken > foreign + 10_000:
            break
    return "cp1252" if broken > foreign else "utf-8-sig"


def _unescape(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _SIGNED_NUMBER.fullmatch(text) else text


def _plain(value: Any) -> Any:
    """A value as both kinds of table write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, str | int | float | Decimal | time | timedelta):
        return value
    if isinstance(
        value, date
    ):  # a datetime is one; with an offset it stays ISO 8601, which no spreadsheet type can say
        return value.isoformat() if getattr(value, "tzinfo", None) else value
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, list | tuple | set | frozenset):
        return "|".join(str(item) for item in value)
    return str(value)


# --- XLSX


def _xlsx_records(file: BinaryIO, name: str) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        _check_archive(file, name)
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # they are only what the file says of itself
            for row, cells in enumerate(sheet.iter_rows(), start=1):
                if row > MAX_SHEET_ROWS or len(cells) > MAX_COLUMNS:
                    raise TableError(row, _("The sheet is larger than %(count)d columns.") % {"count": MAX_COLUMNS})
                texts = [_seen(cell) for cell in cells]
                for column, text in enumerate(texts, start=1):
                    _check_cell(text, row, column)
                yield texts
        finally:
            book.close()
    except TableError:
        raise
    except Exception as error:  # whatever a parser makes of a file that somebody else made
        raise TableError(None, _("“%(name)s” is damaged. Save it again as XLSX or CSV.") % {"name": name}) from error


def _check_archive(file: BinaryIO, name: str) -> None:
    """Refuse what only looks like a workbook, and what would unpack to far more than a table is."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if not any(member.filename.startswith("xl/") for member in members):
            kind = "ODS / ODT" if any(member.filename == "mimetype" for member in members) else "ZIP / DOCX"
            message = _("“%(name)s” is not a table (%(kind)s). Save it as CSV (UTF-8) or XLSX.")
            raise TableError(None, message % {"name": name, "kind": kind})
        # zipfile reads no more of a member than it declares, so the sum can be trusted.
        if sum(member.file_size for member in members) > MAX_UNCOMPRESSED:
            size = {"name": name, "count": MAX_UNCOMPRESSED // 1024**2}
            raise TableError(None, _("“%(name)s” unpacks to more than %(count)d MB.") % size)
        # All of them: the archive says itself which are XML, whatever they are called; of an image, one piece is read.
        _check_parts((archive.open(member) for member in members), name)


def _check_parts(parts: Iterable[IO[bytes]], name: str) -> None:
    """Refuse XML with more elements than a table has: an element is four bytes, zipped next to none, and a kilobyte and
    10 µs to whoever makes an object of it. 14 KB of archive kept openpyxl busy for ten seconds and 800 MB."""
    cells = others = of_row = 0

    def begin(tag: str, _attributes: list[str]) -> None:
        nonlocal cells, others, of_row
        element = tag.rpartition(":")[2]
        of_row = 1 if element in _ROW_ELEMENTS else of_row + 1
        if element in _CELL_ELEMENTS:
            cells += 1
        else:
            others += 1
        if cells > MAX_CELL_ELEMENTS or others > MAX_OTHER_ELEMENTS or of_row > MAX_ELEMENTS_OF_A_ROW:
            message = _("“%(name)s” holds too much for a table. Copy the table alone to a new file, or save it as CSV.")
            raise TableError(None, message % {"name": name})

    def declare(*_declaration: Any) -> None:
        raise ValueError("a workbook declares no document type")

    for part in parts:
        of_row = 0
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartElementHandler = begin
        parser.StartDoctypeDeclHandler = declare
        with part, suppress(expat.ExpatError):  # as far as this reads does openpyxl, if it reads the part at all
            parser.ParseFile(part)


def _seen(cell: Any) -> str:
    """The text that a person sees in the cell, dates in ISO 8601."""
    match cell.value:
        case None:
            return ""
        case str(text):
            return text.strip()
        case bool(truth):
            return "true" if truth else "false"
        case int(number) | float(number):
            return _digits(number, _least_digits(cell.number_format))
        case datetime() as at:
            if at.time() == time():
                return at.date().isoformat()
            return at.isoformat(sep=" ", timespec="seconds" if at.second else "minutes")
        case time() as at:
            return at.isoformat("seconds" if at.second else "minutes")
        case other:
            return str(other)


def _digits(number: float, least: int) -> str:
    """Digits only: no `.0`, no exponent; with the leading zeros of the cell's format."""
    if number == int(number):
        return f"{int(number):0{least + (number < 0)}d}"
    return format(Decimal(repr(number)), "f")


@lru_cache(maxsize=256)
def _least_digits(number_format: str) -> int:
    """How many digits a format shows at least: 5 for `00000` (a French postcode), 10 for `0#" "##" "##" "##" "##`
    (a phone)."""
    places = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].|[\s-]', "", number_format.partition(";")[0])
    return len(places) - places.index("0") if re.fullmatch(r"[#?]*0[0#?]*", places) else 1
