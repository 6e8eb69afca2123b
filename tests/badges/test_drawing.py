"""Badges on paper: sizes, codes that scan, names that stay in their place, looked at as rasters."""

import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from badges.drawing import MM, ROLE_COLOURS, BadgeFace, Box, content_hash, draw_badges, layout_of
from badges.formats import DEFAULT_FORMAT, FORMATS, BadgeFormat
from tests.badges.test_fonts import NAMES

PAGES = {
    "a4_90x55": (210, 297, 10),
    "a4_a6": (210, 297, 4),
    "a4_86x54": (210, 297, 10),
    "a6": (105, 148, 1),
    "a7": (74, 105, 1),
    "butterfly": (148, 210, 1),
    "label_62x100": (62, 100, 1),
    "label_89x41": (89, 41, 1),
    "cr80": (85.6, 53.98, 1),
}
WORST = {
    "no break": "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewarenwohlgepf",
    "many words": "Maria del Pilar Teresa Cayetana de la Santísima Trinidad Consolación Luisa Álvarez Ruíz de Cárde",
    "widest letters": "W" * 100,
    "deepest letters": "Ệ̣gjy" * 20,
    "Arabic": "عبد الرحمن بن محمد العلوي " * 4,
    "Thai": "เกรียงไกรศรีสุวรรณพงษ์ไพบูลย์" * 3,
    "Devanagari": "क्षत्रिय्ँ" * 10,
    "Myanmar": "အောင်ဆန်းစုကြည်" * 6,
    "Chinese": "龘" * 100,
}

Raster = Callable[[bytes, int], list[Image.Image]]


def ticket_text(number: int) -> str:
    """As long as a real one and of the same alphabet."""
    return f"F1:{number:06d}" + "K7M4 P2X9$%*+-./:" * 6 + "QRSTUV"


def face(number: int = 1, **changes: str) -> BadgeFace:
    written = {
        "given_name": f"Élodie {number}",
        "family_name": "Martin-Dubois",
        "role": "Candidate",
        "kind": "candidate",
        "employer": "",
        "fair": "Forum de l’emploi des Bouches-du-Rhône",
        "date": "Jeudi 28 novembre 2026",
        "code": "K7M4P2X9",
        "qr_text": ticket_text(number),
        "box": "12",
        "language": "fr",
    }
    return BadgeFace(**(written | changes))


def pdf(faces: list[BadgeFace], badge_format: str, from_page: int = 1) -> bytes:
    out = io.BytesIO()
    draw_badges(faces, format=badge_format, out=out, title="Badges du forum", language="fr", from_page=from_page)
    return out.getvalue()


@pytest.fixture
def raster(tmp_path: Path) -> Raster:
    """A document's pages as pictures of so many dots an inch."""

    def pages(document: bytes, dpi: int) -> list[Image.Image]:
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "in.pdf").write_bytes(document)
        subprocess.run(["pdftoppm", "-r", str(dpi), "-png", "in.pdf", "page"], cwd=folder, check=True)
        return [Image.open(path).convert("RGB") for path in sorted(folder.glob("page*.png"))]

    return pages


def tool(name: str, document: bytes, folder: Path, *options: str) -> str:
    (folder / "in.pdf").write_bytes(document)
    return subprocess.run([name, *options, "in.pdf"], cwd=folder, capture_output=True, text=True, check=True).stdout


def pixels(box: Box, badge_format: BadgeFormat, dpi: int, grow_mm: float = 0) -> tuple[int, int, int, int]:
    """The box of a one-badge page as PIL counts: left, upper, right, lower."""
    scale, height = dpi / 72, badge_format.page_height * MM
    grow = grow_mm * MM
    return (
        round((box.x - grow) * scale),
        round((height - box.y - box.height - grow) * scale),
        round((box.x + box.width + grow) * scale),
        round((height - box.y + grow) * scale),
    )


def has_ink(image: Image.Image) -> bool:
    return image.convert("L").getextrema()[0] < 200


def test_the_formats_are_those_of_the_contract() -> None:
    assert set(FORMATS) == set(PAGES)
    assert DEFAULT_FORMAT == "a4_90x55"


@pytest.mark.parametrize("name", PAGES)
def test_pages_have_the_size_of_the_medium(name: str, tmp_path: Path) -> None:
    width, height, per_page = PAGES[name]
    document = pdf([face(number) for number in range(per_page + 1)], name)
    assert "Pages:           2\n" in tool("pdfinfo", document, tmp_path)
    boxes = re.findall(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", document)
    assert len(boxes) == 2
    for box in boxes:
        assert [float(side) / MM for side in box] == pytest.approx([width, height], abs=0.2)


@pytest.mark.parametrize("badge_format", FORMATS.values(), ids=FORMATS.keys())
def test_cells_are_centred_and_side_by_side(badge_format: BadgeFormat) -> None:
    cells = list(badge_format.cells())
    left, right = min(cell.x for cell in cells), max(cell.x for cell in cells) + badge_format.cell_width
    bottom, top = min(cell.y for cell in cells), max(cell.y for cell in cells) + badge_format.cell_height
    assert left == pytest.approx(badge_format.page_width - right)
    assert bottom == pytest.approx(badge_format.page_height - top)
    assert min(left, bottom) >= 0
    assert len({(cell.x, cell.y) for cell in cells}) == badge_format.columns * badge_format.rows


def test_the_default_sheet_has_its_cells_where_the_perforation_is() -> None:
    cells = list(FORMATS["a4_90x55"].cells())
    assert (cells[0].x, cells[0].y) == (15, 231)
    assert (cells[-1].x, cells[-1].y) == (105, 11)


def test_every_code_of_two_sheets_is_read(raster: Raster) -> None:
    faces = [face(number) for number in range(20)]
    first, second = raster(pdf(faces, "a4_90x55"), 150)
    read = [{code.text for code in zxingcpp.read_barcodes(page)} for page in (first, second)]
    assert read[0] == {one.qr_text for one in faces[:10]}
    assert read[1] == {one.qr_text for one in faces[10:]}


@pytest.mark.parametrize("badge_format", FORMATS.values(), ids=FORMATS.keys())
def test_the_code_is_large_enough_and_its_quiet_zone_is_empty(badge_format: BadgeFormat, raster: Raster) -> None:
    one = face(given_name=WORST["widest letters"], family_name=WORST["many words"], employer=WORST["many words"])
    (page,) = raster(pdf([one], badge_format.name), 150)
    codes = zxingcpp.read_barcodes(page)
    assert [code.text for code in codes] == [one.qr_text] * (2 if badge_format.is_folded else 1)
    side = layout_of(badge_format).qr.width / MM
    assert side >= 25
    for code in codes:
        seen = abs(code.position.top_right.x - code.position.top_left.x) / 150 * 25.4
        assert seen == pytest.approx(side, abs=0.6)
    if badge_format.badges_per_page == 1 and not badge_format.is_folded:
        symbol = layout_of(badge_format).qr
        zone = page.crop(pixels(symbol, badge_format, 150, grow_mm=3.9 * side / 37))
        inner = round(3.7 * side / 37 / 25.4 * 150)
        zone.paste("white", (inner, inner, zone.width - inner, zone.height - inner))
        assert not has_ink(zone)


@pytest.mark.parametrize("name", ["a6", "a7", "label_62x100", "label_89x41", "cr80"])
@pytest.mark.parametrize("words", WORST.values(), ids=WORST.keys())
def test_the_longest_names_stay_in_their_place(name: str, words: str, raster: Raster) -> None:
    badge_format = FORMATS[name]
    blank = {"given_name": "", "family_name": "", "employer": ""}
    document = pdf([face(**dict.fromkeys(blank, words)), face(**blank)], name)
    named, nameless = raster(document, 100)
    ink = ImageChops.difference(named, nameless).getbbox()
    left, upper, right, lower = pixels(layout_of(badge_format).names, badge_format, 100, grow_mm=0.3)
    assert ink is not None
    assert left <= ink[0] < ink[2] <= right
    assert upper <= ink[1] < ink[3] <= lower
    edge = 1.5 / 25.4 * 100
    assert min(left, upper, named.width - right, named.height - lower) >= edge


def test_the_worst_words_of_a_fair_stay_in_their_place_too(raster: Raster) -> None:
    long = WORST["many words"]
    for badge_format in (FORMATS["a6"], FORMATS["label_89x41"]):
        (page,) = raster(pdf([face(fair=long, date=long, role=long, box=long[:20])], badge_format.name), 100)
        assert [code.text for code in zxingcpp.read_barcodes(page)] == [ticket_text(1)]
        edge = round(1.5 / 25.4 * 100)
        page.paste("white", (edge, edge, page.width - edge, page.height - edge))
        assert not has_ink(page)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_of_every_script_leave_ink(name: str, raster: Raster) -> None:
    (page,) = raster(pdf([face(given_name=name, family_name="")], "a6"), 60)
    assert has_ink(page.crop(pixels(layout_of(FORMATS["a6"]).names, FORMATS["a6"], 60)))


def test_both_sides_of_a_folded_badge_are_the_same(raster: Raster) -> None:
    (page,) = raster(pdf([face()], "butterfly"), 127)
    half = page.height // 2
    upper = page.crop((0, 0, page.width, half)).rotate(180)
    lower = page.crop((0, half, page.width, 2 * half))
    # The fold need not lie between two pixels: blurred, an edge that is one pixel off shows less than a missing letter.
    blur = ImageFilter.GaussianBlur(3)
    differing = ImageChops.difference(upper.filter(blur), lower.filter(blur)).convert("L")
    assert differing.getextrema()[1] < 100
    assert has_ink(page.crop(pixels(layout_of(FORMATS["butterfly"]).names, FORMATS["butterfly"], 127)))


def test_later_pages_are_the_same_when_printed_alone(raster: Raster) -> None:
    faces = [face(number, given_name=name) for number, name in enumerate(NAMES.values())]
    whole = raster(pdf(faces, "a4_90x55"), 60)
    rest = raster(pdf(faces, "a4_90x55", from_page=2), 60)
    assert len(whole) == 3
    assert [page.tobytes() for page in rest] == [page.tobytes() for page in whole[1:]]


def test_no_badge_left_writes_nothing() -> None:
    for faces, page in (([], 1), ([face()], 2)):
        out = io.BytesIO()
        assert draw_badges(faces, format="a6", out=out, title="", language="fr", from_page=page) == 0
        assert out.getvalue() == b""


def test_pages_count_from_one_and_formats_are_known() -> None:
    with pytest.raises(ValueError, match="from 1"):
        draw_badges([face()], format="a6", out=io.BytesIO(), title="", language="fr", from_page=0)
    with pytest.raises(KeyError):
        draw_badges([face()], format="a5", out=io.BytesIO(), title="", language="fr")


def test_progress_is_told_after_each_page() -> None:
    heard: list[int] = []
    faces = (face(number) for number in range(23))
    drawn = draw_badges(
        faces, format="a4_90x55", out=io.BytesIO(), title="", language="fr", from_page=2, progress=heard.append
    )
    assert drawn == 13
    assert heard == [10, 13]


def test_the_document_names_itself_its_language_and_each_person(tmp_path: Path) -> None:
    document = pdf([face(), face(given_name="محمد", family_name="")], "a6")
    assert "Title:           Badges du forum" in tool("pdfinfo", document, tmp_path)
    assert b"/Lang (fr)" in document
    # The document's own title and the bookmarks, as PDF strings: octal escapes, UTF-16 with a mark where not Latin.
    titles = [
        re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1], 8)]), title)
        for title in re.findall(rb"/Title \(((?:\\.|[^)\\])*)\)", document)
    ]
    decoded = [
        title[2:].decode("utf-16-be") if title.startswith(b"\xfe\xff") else title.decode("latin-1") for title in titles
    ]
    assert sorted(decoded) == sorted(["Badges du forum", "Élodie 1 Martin-Dubois", "محمد"])


def test_names_can_be_found_and_copied(tmp_path: Path) -> None:
    text = tool("pdftotext", pdf([face(given_name="जॉर्ज", family_name="Nguyễn")], "a6"), tmp_path, "-raw", "-q", "--")
    assert text == ""
    text = (tmp_path / "in.txt").read_text()
    assert "जॉर्ज" in text
    assert "Nguyễn" in text
    assert "K7M4-P2X9" in text


def test_every_font_is_embedded_as_a_subset(tmp_path: Path) -> None:
    document = pdf([face(given_name=name) for name in NAMES.values()], "a4_90x55")
    lines = tool("pdffonts", document, tmp_path).splitlines()[2:]
    assert len(lines) > 10
    assert all(re.search(r"\byes yes yes\b", line) for line in lines)
    assert len(document) < 400_000


def test_a_badge_more_costs_little() -> None:
    few, many = (len(pdf([face(number) for number in range(count)], "a4_90x55")) for count in (10, 60))
    assert (many - few) / 50 < 600


def test_content_changes_with_everything_printed_and_with_nothing_else() -> None:
    base = face()
    changed = {"kind": "press", "code": "K7M4P2XA", "qr_text": ticket_text(2)}
    for field in fields(BadgeFace):
        value = changed.get(field.name, "Other")
        is_printed = field.name != "language"
        assert (content_hash(replace(base, **{field.name: value})) != content_hash(base)) is is_printed, field.name
    assert content_hash(face(given_name="E\u0301lodie  1 👍")) == content_hash(base)
    # Words moved from one field to the next are another badge.
    assert content_hash(face(given_name="Ada B", family_name="C")) != content_hash(
        face(given_name="Ada", family_name="B C")
    )
    assert re.fullmatch("[0-9a-f]{32}", content_hash(base))


@pytest.mark.parametrize("colour", ROLE_COLOURS.values(), ids=ROLE_COLOURS.keys())
def test_white_is_readable_on_every_role(colour: str) -> None:
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5
