"""Tables in and out: every way a spreadsheet program saves them, and every way they come in broken."""

import gc
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from openpyxl import Workbook

from backend.core.tables import TableError, read_table

ALIASES = {"nom": "name", "raison sociale": "name", "courriel": "contact_email", "siret": "siret", "commune": "commune"}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def read(content: bytes | str, name: str = "employers.csv", **more) -> tuple[list[str], list, list[str]]:
    data = content.encode() if isinstance(content, str) else content
    table = read_table(io.BytesIO(data), name=name, aliases=ALIASES, **more)
    return table.headers, list(table.rows), table.unknown


def refused(content: bytes | str, **more) -> TableError:
    with pytest.raises(TableError) as caught:
        read(content, **more)
    assert str(caught.value) == caught.value.message
    return caught.value


def workbook(*rows, formats: dict[str, str] | None = None) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for place, number_format in (formats or {}).items():
        book.active[place].number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rewritten(content: bytes, member: str, old: bytes, new: bytes) -> bytes:
    """The workbook with a piece of one of its members replaced."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == member:
                assert old in data
                data = data.replace(old, new, 1)
            target.writestr(info.filename, data)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


# --- CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_way_to_save_a_csv(encoding, delimiter, end):
    lines = ["Nom,SIRET,Courriel", "Café Œuf,73282932000074,a@example.org", "“Été”,,"]
    content = end.join(lines).replace(",", delimiter).encode(encoding)
    assert read(content) == (
        ["name", "siret", "contact_email"],
        [
            (2, {"name": "Café Œuf", "siret": "73282932000074", "contact_email": "a@example.org"}),
            (3, {"name": "“Été”", "siret": "", "contact_email": ""}),
        ],
        [],
    )


def test_headers_are_fields_or_aliases_whatever_their_spelling():
    headers, _rows, unknown = read("RAISON  SOCIALE *;Contact-Email;Couleur;;Ville\nx;y;z;;")
    assert headers == ["name", "contact_email"]
    assert unknown == ["Couleur", "Ville"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    content = 'name,commune\n"two\nlines",Aix\n\n , \n"a ""quoted"" name",\n;x,"1;2"\n'
    assert read(content)[1] == [
        (2, {"name": "two\nlines", "commune": "Aix"}),
        (5, {"name": 'a "quoted" name', "commune": ""}),
        (6, {"name": ";x", "commune": "1;2"}),
    ]


def test_the_delimiter_is_the_one_that_explains_the_header():
    assert read('"Nom";"SIRET, ou en attente";commune\na,b;c;d')[1] == [(2, {"name": "a,b", "commune": "d"})]
    assert read("name\na;b\n")[1] == [(2, {"name": "a;b"})]


def test_short_rows_and_empty_cells_too_many_are_fine():
    assert read("name,commune,siret\na\nb,c,d,,\n")[1] == [
        (2, {"name": "a", "commune": "", "siret": ""}),
        (3, {"name": "b", "commune": "c", "siret": "d"}),
    ]


def test_a_header_alone_is_a_table_without_rows():
    assert read("name,commune") == (["name", "commune"], [], [])


@pytest.mark.parametrize(
    ("content", "row", "named"),
    [
        ("", None, "empty"),
        ("\ufeff\r\n \r\n", None, "empty"),
        (";;\n", None, "empty"),
        ("\nname,commune\na,b", 1, "no column names"),
        ("Dupont,Aix\nMartin,Arles", 1, "no known column"),
        ("name,Nom\na,b", 1, "“name” and “Nom”"),
        ("name,commune,commune\na,b,c", 1, "commune"),
        ("name,commune\na,b\nc,d,e", 3, "more cells"),
        ('name,commune\n"a\nb",c\n"d,e\nf,g', 3, "quotation mark"),
        ('name,commune\n"a" b,c', 2, "quotation mark"),
        ('"name,commune\na,b', 1, "quotation mark"),
        ("name,commune\na," + "b" * 32_768, 2, "column 2 has more than 32767"),
        ('name,commune\na,"' + "b" * 200_000, 2, "too long"),
        ("name\n" + "a" * 5_000_000, 2, "too long"),
        ("name\n" + "," * 2_000, 2, "2000 cells"),
        ("name,commune\nCaf\ufffd,b", 2, "column 1"),
    ],
)
def test_a_broken_csv_says_what_and_where(content, row, named):
    error = refused(content)
    assert (error.row, named in error.message) == (row, True), error.message


def test_bytes_of_no_encoding():
    assert refused(b"name,commune\nok,b\nCaf\xe9,\x81").row == 3
    # UTF-8 with one broken byte stays UTF-8, and is refused, instead of becoming wrong accents everywhere.
    broken = "name,commune\nÉlodie,Évry\nZoé,Sète\n".encode() + b"Ren\xc3,x\n"
    assert refused(broken).row == 4


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 name,commune", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "XLS"),
        ("name,commune\na,b".encode("utf-16"), "UTF-16"),
        (b"name,commune\na\0,b", "binary"),
    ],
)
def test_another_kind_of_file_under_the_name_of_a_table(content, kind):
    error = refused(content, name="liste.csv")
    assert error.row is None
    assert kind in error.message
    assert "liste.csv" in error.message


def test_too_many_rows_are_refused_and_blank_ones_do_not_count():
    assert len(read("name\na\n\n\nb\n", max_rows=2)[1]) == 2
    error = refused("name\na\n\nb\nc\n", max_rows=2)
    assert (error.row, "2 rows" in error.message) == (5, True)


def test_rows_come_one_by_one():
    file = io.BytesIO(b"name,commune\n" + b"a,b\n" * 100_000)
    rows = read_table(file, name="x.csv", aliases=ALIASES).rows
    assert next(rows) == (2, {"name": "a", "commune": "b"})
    assert file.tell() < 100_000


def test_the_file_stays_open_for_its_owner():
    upload = SimpleUploadedFile("x.csv", "name\nÉ\n".encode())
    assert list(read_table(upload, name="x.csv", aliases=ALIASES).rows) == [(2, {"name": "É"})]
    read_table(upload, name="x.csv", aliases=ALIASES)
    gc.collect()
    upload.seek(0)
    assert upload.read() == "name\nÉ\n".encode()


# --- XLSX


def test_a_cell_gives_the_text_that_a_person_sees():
    seen = {
        "text": "Café",
        "date": "2026-11-28",
        "moment": "2026-11-28 14:20",
        "exact": "2026-11-28 14:20:05",
        "time": "09:05",
        "span": "1 day, 6:00:00",
        "siret": "73282932000074",
        "decimal": "12.5",
        "small": "0.00001",
        "big": "123456789012345",
        "true": "true",
        "postcode": "04000",
        "phone": "0612345678",
        "error": "#N/A",
    }
    values = [
        "  Café ",
        date(2026, 11, 28),
        datetime(2026, 11, 28, 14, 20),
        datetime(2026, 11, 28, 14, 20, 5),
        time(9, 5),
        timedelta(hours=30),
        73282932000074.0,
        12.5,
        0.00001,
        123456789012345,
        True,
        4000,
        612345678,
        "#N/A",
    ]
    content = workbook(list(seen), values, formats={"L2": "00000", "M2": '0#" "##" "##" "##" "##'})
    table = read_table(io.BytesIO(content), name="x.xlsx", aliases={field: field for field in seen})
    assert list(table.rows) == [(2, seen)]


@pytest.mark.parametrize(
    ("number_format", "text"),
    [("General", "42"), ("0", "42"), ("#,##0", "42"), ("0.00", "42"), ("000000;-0", "000042"), ('"n° "0000', "0042")],
)
def test_leading_zeros_are_those_of_the_format(number_format, text):
    assert read(workbook(["name"], [42], formats={"A2": number_format}))[1] == [(2, {"name": text})]


def test_blank_rows_and_cells_of_a_sheet():
    content = workbook(["Nom", None, "Commune"], ["a"], [], [None, "note", "b"], [None, " "])
    headers, rows, unknown = read(content)
    assert (headers, unknown) == (["name", "commune"], [])
    assert rows == [(2, {"name": "a", "commune": ""}), (4, {"name": "", "commune": "b"})]


def test_a_sheet_that_lies_about_its_size():
    content = rewritten(workbook(["name"], ["a"], ["b"]), SHEET, b'ref="A1:A3"', b'ref="A1:XFD1048576"')
    assert read(content)[1] == [(2, {"name": "a"}), (3, {"name": "b"})]


@pytest.mark.parametrize(
    ("content", "row", "named"),
    [
        (workbook(), None, "no column names"),
        (workbook(["Couleur"], ["a"]), 1, "no known column"),
        (workbook(["name", "nom"], ["a", "b"]), 1, "“name” and “nom”"),
        (workbook(["name"], ["a"], ["b", "c"]), 3, "more cells"),
        (workbook(["name"], ["a"])[:-200], None, "damaged"),
        (b"PK\x03\x04 nothing of the kind", None, "damaged"),
    ],
)
def test_a_broken_workbook_says_what_and_where(content, row, named):
    error = refused(content, name="liste.xlsx")
    assert named in error.message
    assert error.row == (row or (1 if named == "no column names" else None))


def test_a_cell_of_ten_megabytes_is_refused():
    inline = b'<c r="A2" t="inlineStr"><is><t>' + b"x" * 10_000_000 + b"</t></is></c>"
    content = rewritten(workbook(["name"], [1]), SHEET, b'<c r="A2" t="n"><v>1</v></c>', inline)
    error = refused(content)
    assert (error.row, "32767" in error.message) == (2, True)


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    file = io.BytesIO(workbook(["name"], ["a"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/media/x", "w") as member:
        for _ in range(101):
            member.write(bytes(1024 * 1024))
    assert "100 MB" in refused(file.getvalue()).message


def test_entities_that_multiply_are_refused():
    entities = b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 10))
    bomb = b'<!DOCTYPE worksheet [<!ENTITY e0 "0123456789">' + entities + b"]><worksheet"
    content = rewritten(workbook(["name"], [1]), SHEET, b"<worksheet", bomb)
    cell = b'<c r="A2" t="inlineStr"><is><t>&e9;</t></is></c>'
    content = rewritten(content, SHEET, b'<c r="A2" t="n"><v>1</v></c>', cell)
    assert "damaged" in refused(content).message


def grown(member: str, before: str, unit: str, count: int) -> bytes:
    """A workbook in which a piece of one part is there many times over, and next to none in the archive."""
    return rewritten(workbook(["name"], ["a"]), member, before.encode(), (before + unit * count).encode())


@pytest.mark.parametrize(
    ("member", "before", "unit", "count", "row"),
    [
        (SHEET, "<sheetData>", "<row/>", 2_100_000, None),
        (SHEET, "<sheetData>", f"<row>{'<c/>' * 1000}</row>", 2_100, None),
        (SHEET, "<sheetData>", f"<row>{'<c/>' * 100_000}</row>", 1, None),
        (SHEET, "<sheetData>", f"<row>{'<c/>' * 2_001}</row>", 1, 1),
        ("xl/styles.xml", '<cellXfs count="1">', "<xf/>", 200_001, None),
        ("xl/workbook.xml", "<sheets>", "<sheet/>", 50_001, None),
    ],
    ids=["rows", "cells", "cells of a row", "columns", "styles", "sheets"],
)
def test_a_workbook_of_more_parts_than_a_table_has_is_refused_before_it_is_made(member, before, unit, count, row):
    content = grown(member, before, unit, count)
    assert len(content) < 100_000
    error = refused(content)
    assert ("too much" in error.message or "columns" in error.message, error.row) == (True, row)


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/strings.bin", "xl/media/image1.png", "strings"])
def test_a_part_counts_by_what_it_is_not_by_its_name(part):
    file = io.BytesIO(workbook(["name"], ["a"]))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, b"<sst><si>" + b"<x/>" * 200_001 + b"</si></sst>")
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = b'<Override PartName="/%s" ContentType="%s"/></Types>' % (part.encode(), kind)
    assert "too much" in refused(rewritten(file.getvalue(), "[Content_Types].xml", b"</Types>", named)).message


def test_a_workbook_with_macros_is_a_table_without_them():
    file = io.BytesIO(workbook(["name"], ["a"]))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert read(rewritten(file.getvalue(), "[Content_Types].xml", kind, macros), name="x.xlsm")[1] == [
        (2, {"name": "a"})
    ]


def test_merged_cells_hold_their_text_once():
    book = Workbook()
    for row in (["name", "commune"], ["a", None], [None, None], ["b", "c"]):
        book.active.append(row)
    book.active.merge_cells("A2:B3")
    file = io.BytesIO()
    book.save(file)
    assert read(file.getvalue())[1] == [(2, {"name": "a", "commune": ""}), (4, {"name": "b", "commune": "c"})]


def test_a_formula_is_what_it_showed_last():
    cell = b'<c r="A2" t="str"><f>UPPER("a")</f><v>A</v></c>'
    assert read(rewritten(workbook(["name"], [1]), SHEET, b'<c r="A2" t="n"><v>1</v></c>', cell))[1] == [
        (2, {"name": "A"})
    ]


def test_a_row_beyond_the_end_of_any_sheet_ends_the_reading():
    content = rewritten(workbook(["name"], ["a"]), SHEET, b'<row r="2"', b'<row r="999999999999"')
    assert "larger" in refused(content).message


def test_a_cell_far_to_the_right_is_refused():
    content = rewritten(workbook(["name"], [1]), SHEET, b'r="A2"', b'r="ZZZ2"')
    assert refused(content).row == 2


@pytest.mark.parametrize("member", ["mimetype", "word/document.xml"])
def test_another_kind_of_zip(member):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "x")
    assert "not a table" in refused(file.getvalue()).message
