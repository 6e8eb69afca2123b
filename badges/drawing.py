"""Badges as PDF pages: what stands where on a badge, and the pages of a print job, in one pass.

Boxes are in points from the lower left corner of a badge; the same function draws sheets, single badges and labels.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO

from badges.fonts import BASE_FAMILY, load_font
from badges.formats import FORMATS, BadgeFormat, Cell
from badges.typography import LEADING, MIN_POINTS, Block, Line, fit, printable
from events.registrations.qr import QUIET_ZONE, SIDE, modules

MM = 72 / 25.4
# The contract says 25: a little more, for printers that shrink a page by half a per cent.
MIN_QR_MM = 25.2

INK = "#10202e"
GREY = "#4a5866"
BLUE = "#0a4a78"
AMBER = "#f2a33a"
WHITE = "#ffffff"
# Each is read by its word; white on it has a contrast of at least 4.5:1 (WCAG 2.2 AA).
ROLE_COLOURS = {
    "candidate": BLUE,
    "visitor": "#4a5866",
    "press": "#8a1c4a",
    "employer": "#a8421a",
    "staff": "#1d6645",
    "adviser": "#5a3d8f",
}


@dataclass(frozen=True)
class BadgeFace:
    """What one badge says: words as the reader's language has them, `qr_text` the ticket's text, `box` may be empty."""

    given_name: str
    family_name: str
    role: str
    kind: str
    employer: str
    fair: str
    date: str
    code: str
    qr_text: str
    box: str
    language: str


@dataclass(frozen=True)
class Box:
    """A rectangle in points."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Layout:
    """Where the parts of a badge stand in its cell; `scale` is 1 on a badge of 90 × 55 mm."""

    width: float
    height: float
    scale: float
    names: Box
    fair: Box
    is_fair_on_top: bool
    qr: Box
    code: Box
    is_code_in_band: bool
    box: Box
    band: Box


def content_hash(face: BadgeFace) -> str:
    """32 hexadecimal digits that change when, and only when, the paper would show something else."""
    shown = [printable(text) for text in (face.given_name, face.family_name, face.role, face.employer)]
    shown += [printable(text) for text in (face.fair, face.date, face.code, face.box)]
    shown += [ROLE_COLOURS.get(face.kind, INK), face.qr_text]
    return hashlib.blake2b(json.dumps(shown).encode(), digest_size=16).hexdigest()


def draw_badges(
    faces: Iterable[BadgeFace],
    *,
    format: str,
    out: BinaryIO,
    title: str,
    language: str,
    from_page: int = 1,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write a PDF of the badges, from the given page on, and return how many it shows.

    `format` is a key of FORMATS; `progress` hears the number drawn so far after each page. Nothing is written where
    no badge is left. Raises KeyError for an unknown format and ValueError for a page below 1 or a text that is no
    ticket's.
    """
    if from_page < 1:
        raise ValueError("pages are counted from 1")
    badge_format = FORMATS[format]
    remaining = islice(faces, (from_page - 1) * badge_format.badges_per_page, None)
    canvas: Any = None
    drawn = 0
    while page := list(islice(remaining, badge_format.badges_per_page)):
        canvas = canvas or _open_canvas(badge_format, out, title=title, language=language)
        _draw_page(canvas, page, badge_format, drawn)
        drawn += len(page)
        if progress:
            progress(drawn)
    if canvas:
        canvas.save()
    return drawn


def _open_canvas(badge_format: BadgeFormat, out: BinaryIO, *, title: str, language: str) -> Any:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(
        out,
        pagesize=(badge_format.page_width * MM, badge_format.page_height * MM),
        pageCompression=1,
        lang=language,
        # The library's own choice is a font that it does not embed.
        initialFontName=load_font(BASE_FAMILY, bold=False).name,
    )
    canvas.setTitle(title)
    canvas.setAuthor("")
    canvas.setSubject("")
    canvas.setCreator("Passerelle")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    canvas.setViewerPreference("PrintScaling", "None")
    return canvas


def _draw_page(canvas: Any, faces: list[BadgeFace], badge_format: BadgeFormat, number: int) -> None:
    layout = layout_of(badge_format)
    cells = list(badge_format.cells())
    shown = faces * len(cells) if badge_format.is_folded else faces
    for cell, face in zip(cells, shown, strict=False):
        canvas.saveState()
        _enter_cell(canvas, cell, badge_format)
        _draw_face(canvas, face, layout)
        canvas.restoreState()
    for index, face in enumerate(faces, start=number):
        key = f"badge-{index}"
        canvas.bookmarkPage(key, fit="Fit")
        canvas.addOutlineEntry(f"{face.given_name} {face.family_name}".strip(), key)
    canvas.showPage()


def _enter_cell(canvas: Any, cell: Cell, badge_format: BadgeFormat) -> None:
    if cell.is_turned:
        canvas.translate((cell.x + badge_format.cell_width) * MM, (cell.y + badge_format.cell_height) * MM)
        canvas.rotate(180)
    else:
        canvas.translate(cell.x * MM, cell.y * MM)


@lru_cache(maxsize=32)
def layout_of(badge_format: BadgeFormat) -> Layout:
    """The layout of a format, from the size and the shape of its cell."""
    if badge_format.is_landscape:
        return _landscape(badge_format.cell_width, badge_format.cell_height)
    return _portrait(badge_format.cell_width, badge_format.cell_height)


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x * MM, y * MM, width * MM, height * MM)


def _landscape(width: float, height: float) -> Layout:
    """Names on the left, the code to scan on the right, the role along the foot. In millimetres."""
    scale = min(width / 90, height / 55)
    margin = 3.2 * max(scale, 0.8)
    band_height = 8.4 * max(scale, 0.85)
    foot = margin + band_height
    qr_side = max(MIN_QR_MM, 28 * scale)
    quiet = qr_side * QUIET_ZONE / SIDE
    code_height = 4.6 * scale
    # Low labels have no room under the code: there it stands in the band, and the fair keeps to one line.
    is_code_in_band = height - foot - margin - 0.4 < qr_side + 2 * quiet + code_height
    rise = foot + quiet + 0.6 if is_code_in_band else foot + 1.2 * scale + code_height + quiet
    qr_left = width - margin - qr_side
    code = _box(qr_left - quiet, foot + 1.4 * scale, qr_side + 2 * quiet, code_height)
    chip = _box(width - margin - 17 * scale, margin + 1.3 * scale, 15.7 * scale, band_height - 2.6 * scale)
    if is_code_in_band:
        chip = _box(width - margin - 14, margin + 1.2, 12.8, band_height - 2.4)
        code = _box(width - margin - 39, margin, 24, band_height)
    column = qr_left - quiet - margin - 0.8
    fair_height = 9.6 if is_code_in_band else 13.8 * scale
    fair_bottom = foot + 1.6 * scale
    names_bottom = fair_bottom + fair_height
    return Layout(
        width=width * MM,
        height=height * MM,
        scale=scale,
        names=_box(margin, names_bottom, column, height - margin - names_bottom),
        fair=_box(margin, fair_bottom, column, fair_height),
        is_fair_on_top=False,
        qr=_box(qr_left, rise, qr_side, qr_side),
        code=code,
        is_code_in_band=is_code_in_band,
        box=chip,
        band=_box(margin, margin, width - 2 * margin, band_height),
    )


def _portrait(width: float, height: float) -> Layout:
    """The fair on top, names in the middle, below them the code to scan, the role along the foot. In millimetres."""
    scale = width / 66
    margin = max(3.6, 4.8 * scale)
    band_height = 10.4 * scale
    foot = margin + band_height
    qr_side = max(MIN_QR_MM, 23.5 * scale)
    quiet = qr_side * QUIET_ZONE / SIDE
    qr_bottom = foot + quiet + 1.2 * scale
    right = margin + qr_side + quiet + 1
    fair_height = 13.6 * max(scale, 0.9)
    names_bottom = qr_bottom + qr_side + quiet
    names_top = height - margin - fair_height - 1.5 * scale
    return Layout(
        width=width * MM,
        height=height * MM,
        scale=scale,
        names=_box(margin, names_bottom, width - 2 * margin, names_top - names_bottom),
        fair=_box(margin, height - margin - fair_height, width - 2 * margin, fair_height),
        is_fair_on_top=True,
        qr=_box(margin, qr_bottom, qr_side, qr_side),
        code=_box(right, qr_bottom, width - margin - right, 6 * scale),
        is_code_in_band=False,
        box=_box(width - margin - 17 * scale, qr_bottom + qr_side - 9 * scale, 17 * scale, 9 * scale),
        band=_box(margin, margin, width - 2 * margin, band_height),
    )


def _draw_face(canvas: Any, face: BadgeFace, layout: Layout) -> None:
    colour = ROLE_COLOURS.get(face.kind, INK)
    _draw_shared(canvas, face, layout, colour)
    _draw_names(canvas, face, layout)
    _draw_qr(canvas, face.qr_text, layout.qr)
    code_colour = WHITE if layout.is_code_in_band else INK
    code = fit(_grouped(printable(face.code)), bold=True, **_room(layout.code), max_points=12 * layout.scale)
    align = 0.0 if layout.is_fair_on_top else 0.5
    _draw_block(canvas, code, layout.code, colour=code_colour, horizontal=align, vertical=0.5 if align else 0)
    if box := printable(face.box):
        _draw_box_number(canvas, box, layout, colour)


def _room(box: Box) -> dict[str, float]:
    return {"width": box.width, "height": box.height}


def _grouped(code: str) -> str:
    return f"{code[:4]}-{code[4:]}" if len(code) == 8 else code


def _draw_shared(canvas: Any, face: BadgeFace, layout: Layout, colour: str) -> None:
    """Role band, fair and date: the same on many badges, so one form that the pages refer to."""
    key = json.dumps([face.role, colour, face.fair, face.date])
    name = "shared-" + hashlib.blake2b(key.encode(), digest_size=8).hexdigest()
    if not canvas.hasForm(name):
        canvas.beginForm(name, 0, 0, layout.width, layout.height)
        _draw_band(canvas, printable(face.role), layout, colour)
        _draw_fair(canvas, printable(face.fair), printable(face.date), layout)
        canvas.endForm()
    canvas.doForm(name)


def _draw_band(canvas: Any, role: str, layout: Layout, colour: str) -> None:
    band = layout.band
    canvas.setFillColor(colour)
    canvas.roundRect(band.x, band.y, band.width, band.height, 1.6 * MM * layout.scale, stroke=0, fill=1)
    padding = 3.2 * MM * layout.scale
    right = layout.code.x if layout.is_code_in_band else min(layout.box.x, band.x + band.width - padding)
    if layout.is_fair_on_top:
        right = band.x + band.width - padding
    room = Box(band.x + padding, band.y + 1, right - band.x - padding, band.height - 2)
    block = fit(role, bold=True, **_room(room), max_points=15 * layout.scale)
    _draw_block(canvas, block, room, colour=WHITE, vertical=0.5)


def _draw_fair(canvas: Any, fair: str, date: str, layout: Layout) -> None:
    """The fair on one or two lines, its date below it, and a warm rule on the side of the names."""
    box, scale = layout.fair, layout.scale
    rule, gap = 0.8 * MM * scale, 1.3 * MM * scale
    size = max(MIN_POINTS, 9.5 * scale)
    date_room = 1.25 * size if date else 0
    fair_block = fit(fair, bold=True, width=box.width, height=box.height - rule - gap - date_room, max_points=size)
    date_block = fit(date, bold=False, width=box.width, height=date_room, max_points=fair_block.size)
    spacing = LEADING * size if date else 0
    height = fair_block.height + spacing + date_block.height
    top = box.y + (box.height if layout.is_fair_on_top else height)
    _draw_block(canvas, fair_block, Box(box.x, box.y, box.width, top - box.y), colour=BLUE, vertical=1)
    date_top = top - fair_block.height - spacing
    _draw_block(canvas, date_block, Box(box.x, box.y, box.width, date_top - box.y), colour=GREY, vertical=1)
    canvas.setFillColor(AMBER)
    rule_y = top - height - gap - rule if layout.is_fair_on_top else top + gap
    canvas.roundRect(box.x, rule_y, 9 * MM * scale, rule, rule / 2, stroke=0, fill=1)


def _draw_names(canvas: Any, face: BadgeFace, layout: Layout) -> None:
    """Given name, family name and employer, one above the other, together in the middle of their space."""
    box, scale = layout.names, layout.scale
    wished = (
        (printable(face.given_name), True, INK, 38 * scale, 0.5),
        (printable(face.family_name), False, INK, 17 * scale, 0.28),
        (printable(face.employer), True, BLUE, 11.5 * scale, 0.22),
    )
    parts = [part for part in wished if part[0]]
    total = sum(part[4] for part in parts)
    gap = 1.2 * MM * scale
    free = box.height - gap * max(len(parts) - 1, 0)
    blocks = []
    for text, bold, colour, points, share in parts:
        height = free * share / total
        block = fit(text, bold=bold, width=box.width, height=height, max_points=points)
        blocks.append((block, colour))
        # What a part does not use goes to the next ones.
        free -= block.height
        total -= share
    top = box.y + box.height - free * (0.5 if layout.is_fair_on_top else 0.35)
    is_right = bool(blocks and blocks[0][0].lines and blocks[0][0].lines[0].is_right_to_left)
    for block, colour in blocks:
        room = Box(box.x, top - block.height, box.width, block.height)
        _draw_block(canvas, block, room, colour=colour, horizontal=1 if is_right else 0)
        top -= block.height + gap


def _draw_block(
    canvas: Any, block: Block, box: Box, *, colour: str, horizontal: float = 0, vertical: float = 0
) -> None:
    """Lines in a box; 0 is left or bottom, 0.5 the middle, 1 right or top."""
    canvas.setFillColor(colour)
    top = box.y + block.height + vertical * (box.height - block.height)
    if vertical == 0.5 and len(block.lines) == 1 and block.lines[0].is_plain:
        # The eye centres capitals, not the room for accents and descenders.
        top -= 0.08 * block.size
    for line in block.lines:
        x = box.x + horizontal * (box.width - line.width * block.size)
        _draw_line(canvas, line, x, top - line.ascent * block.size, block.size)
        top -= (line.ascent + line.descent + LEADING) * block.size


def _draw_line(canvas: Any, line: Line, x: float, y: float, size: float) -> None:
    text = canvas.beginText(x + line.lead * size, y)
    for run in line.runs:
        text.setFont(run.font_name, size)
        text.textOut(run.text)
    if line.is_plain:
        canvas.drawText(text)
        return
    # Shaped glyphs say nothing to a program: the text beside them is what is read aloud, found and copied.
    canvas._code.append(f"/Span <</ActualText <FEFF{line.text.encode('utf-16-be').hex()}>>> BDC")
    canvas.drawText(text)
    canvas._code.append("EMC")


def _draw_qr(canvas: Any, text: str, box: Box) -> None:
    """The symbol as one image of one bit a module; the paper around it stays white."""
    width = -(-SIDE // 8) * 8
    rows = ("".join("1" if dark else "0" for dark in row).ljust(width, "0") for row in modules(text))
    bits = "".join(f"{int(row, 2):0{width // 4}x}" for row in rows)
    canvas.setFillColor("#000000")
    canvas._code.append(
        f"q {box.width:.3f} 0 0 {box.height:.3f} {box.x:.3f} {box.y:.3f} cm "
        f"BI /W {SIDE} /H {SIDE} /IM true /BPC 1 /D [1 0] /F /AHx ID {bits}> EI Q"
    )


def _draw_box_number(canvas: Any, number: str, layout: Layout, colour: str) -> None:
    """The number of the shelf: a white plate in the band, or a framed one beside the code."""
    box = layout.box
    radius = 1.1 * MM * layout.scale
    if layout.is_fair_on_top:
        canvas.setStrokeColor(colour)
        line = 0.5 * MM * layout.scale
        canvas.setLineWidth(line)
        frame = (box.x + line / 2, box.y + line / 2, box.width - line, box.height - line)
        canvas.roundRect(*frame, radius, stroke=1, fill=0)
    else:
        canvas.setFillColor(WHITE)
        canvas.roundRect(box.x, box.y, box.width, box.height, radius, stroke=0, fill=1)
    room = Box(box.x + 1.5, box.y, box.width - 3, box.height)
    block = fit(number, bold=True, **_room(room), max_points=13 * layout.scale)
    _draw_block(canvas, block, room, colour=colour, horizontal=0.5, vertical=0.5)
