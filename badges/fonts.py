"""Which font prints which character, loaded when first needed.

The files lie in `badges/fonts/`, so that a machine without fonts prints every name (contract §2.7).
"""

import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

FONT_DIRECTORY = Path(__file__).parent / "fonts"

# reportlab gives glyphs that no character reaches (ligatures, joined forms) code points of its own inside the shared
# font object: loading and shaping must not run in two threads at once.
FONT_LOCK = threading.RLock()


@dataclass(frozen=True)
class FontFamily:
    """A script's files and the code points they are asked for."""

    name: str
    ranges: tuple[tuple[int, int], ...]
    regular: str
    bold: str
    is_shaped: bool = True


def _noto(script: str, *ranges: tuple[int, int], weights: str = "Regular Bold") -> FontFamily:
    first, *_rest, last = 2 * [f"NotoSans{script}-{weight}.ttf" for weight in weights.split()]
    return FontFamily(f"NotoSans{script}", ranges, regular=first, bold=last)


BASE_FAMILY = _noto("", (0x0020, 0x052F), (0x1C80, 0x1C8F), (0x1D00, 0x218F), (0x2C60, 0x2C7F), (0xA640, 0xAB6F))
FAMILIES = (
    BASE_FAMILY,
    _noto("Armenian", (0x0530, 0x058F), (0xFB13, 0xFB17)),
    _noto("Hebrew", (0x0590, 0x05FF), (0xFB1D, 0xFB4F)),
    _noto("Arabic", (0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE)),
    _noto("Devanagari", (0x0900, 0x097F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF)),
    _noto("Bengali", (0x0980, 0x09FF)),
    _noto("Gurmukhi", (0x0A00, 0x0A7F), weights="Bold"),
    _noto("Gujarati", (0x0A80, 0x0AFF), weights="Bold"),
    _noto("Tamil", (0x0B80, 0x0BFF)),
    _noto("Telugu", (0x0C00, 0x0C7F), weights="Bold"),
    _noto("Kannada", (0x0C80, 0x0CFF), weights="Bold"),
    _noto("Malayalam", (0x0D00, 0x0D7F), weights="Bold"),
    _noto("Sinhala", (0x0D80, 0x0DFF), weights="Bold"),
    _noto("Thai", (0x0E00, 0x0E7F)),
    _noto("Lao", (0x0E80, 0x0EFF), weights="Bold"),
    _noto("Myanmar", (0x1000, 0x109F), (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), weights="Bold"),
    _noto("Georgian", (0x10A0, 0x10FF), (0x1C90, 0x1CBF), (0x2D00, 0x2D2F)),
    _noto("Ethiopic", (0x1200, 0x139F), (0x2D80, 0x2DDF), (0xAB00, 0xAB2F)),
    _noto("Khmer", (0x1780, 0x17FF), (0x19E0, 0x19FF), weights="Bold"),
    _noto("Tifinagh", (0x2D30, 0x2D7F), weights="Regular"),
    # Its units are not thousandths, which reportlab's shaped strings assume; composed ideographs and Hangul need none.
    FontFamily(
        "WenQuanYiMicroHei",
        ((0x00A0, 0x27FF), (0x2E80, 0x9FFF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFE30, 0xFFEF), (0x20000, 0x2FFFF)),
        regular="WenQuanYiMicroHei.ttc",
        bold="WenQuanYiMicroHei.ttc",
        is_shaped=False,
    ),
)


@dataclass(frozen=True, eq=False)
class Font:
    """A loaded font: its registered name, reportlab's object, and the code points that have a glyph."""

    name: str
    ttf: Any
    code_points: frozenset[int]
    is_shaped: bool


@cache
def _load(file_name: str, is_shaped: bool) -> Font:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    name = Path(file_name).stem
    ttf = TTFont(name, str(FONT_DIRECTORY / file_name))
    registerFont(ttf)
    # A glyph 0 is the box for "missing": such an entry is no coverage. Copied, because shaping adds entries later.
    covered = frozenset(code for code, glyph in ttf.face.charToGlyph.items() if glyph)
    return Font(name, ttf, covered, is_shaped)


def load_font(family: FontFamily, *, bold: bool) -> Font:
    """The font of a family in a weight, read from its file the first time (CJK takes a third of a second)."""
    with FONT_LOCK:
        return _load(family.bold if bold else family.regular, family.is_shaped)


@lru_cache(maxsize=8192)
def font_for(code_point: int, *, bold: bool) -> Font | None:
    """The font that prints this code point, None if no shipped font does."""
    for family in FAMILIES:
        if any(first <= code_point <= last for first, last in family.ranges):
            font = load_font(family, bold=bold)
            if code_point in font.code_points:
                return font
    return None
