"""Text of any script as lines of glyphs that fit a box.

Widths and heights of lines are per point of size: a text is shaped once and printed at any size.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from bidi import algorithm as bidi

from badges.fonts import BASE_FAMILY, FONT_LOCK, Font, font_for, load_font

MIN_POINTS = 9.0
# Below this part of the wished size two lines are easier to read than one.
SHRINK = 0.62
LEADING = 0.12
# Every line is at least this high and deep, so that baselines agree from badge to badge.
CAPITAL_ASCENT = 0.75
LETTER_DESCENT = 0.22
ELLIPSIS = "…"

_PLAIN = re.compile("[\u0020-\u02af\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u214f]*")
_PICTOGRAPHS = re.compile("[\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u20d0-\u20ff\ufe00-\ufe0f\U0001f000-\U0001ffff]")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_JOINERS = "\u200c\u200d"
# Scripts written without spaces: a line may end after any of their letters.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0002ffff]"
)
_THAI_LAO_PREFIX_VOWELS = re.compile("[\u0e40-\u0e44\u0ec0-\u0ec4]")
# Ligatures that are "discretionary" add vowel signs to Arabic names and change letters of Hebrew ones.
_FEATURES = {"kern": True, "liga": True, "dlig": False}


@dataclass(frozen=True)
class Ink:
    """How far ink goes from the origin, per point of size: up, down (both positive), left edge, right edge."""

    top: float
    bottom: float
    left: float
    right: float
    advance: float

    def with_glyph(self, glyph: "Ink", position: Any) -> "Ink":
        """This ink and a glyph at the end of it, moved as harfbuzz says (in thousandths)."""
        x, y = self.advance + position.x_offset / 1000, position.y_offset / 1000
        return Ink(
            top=max(self.top, glyph.top + y),
            bottom=max(self.bottom, glyph.bottom - y),
            left=min(self.left, x + glyph.left),
            right=max(self.right, x + glyph.right),
            advance=self.advance + position.x_advance / 1000,
        )


@dataclass(frozen=True)
class Run:
    """Glyphs of one font in one direction; `text` is reportlab's (perhaps shaped) string.

    `lead` and `trail` are how far ink goes out of the width on the left and on the right.
    """

    font_name: str
    text: str
    width: float
    ascent: float
    descent: float
    lead: float
    trail: float


@dataclass(frozen=True)
class Line:
    """One line: its plain text, its runs from left to right, its measures per point of size."""

    text: str
    runs: tuple[Run, ...]
    is_right_to_left: bool

    @property
    def width(self) -> float:
        """From the first ink or advance to the last."""
        return self.lead + sum(run.width for run in self.runs) + (self.runs[-1].trail if self.runs else 0)

    @property
    def lead(self) -> float:
        """How far right of its left edge the first run begins."""
        return self.runs[0].lead if self.runs else 0

    @property
    def ascent(self) -> float:
        return max((run.ascent for run in self.runs), default=CAPITAL_ASCENT)

    @property
    def descent(self) -> float:
        return max((run.descent for run in self.runs), default=LETTER_DESCENT)

    @property
    def is_plain(self) -> bool:
        """Whether the PDF's own characters are the text (shaped glyphs are not)."""
        return _PLAIN.fullmatch(self.text) is not None


@dataclass(frozen=True)
class Block:
    """Lines that fit their box at `size` points."""

    lines: tuple[Line, ...]
    size: float

    @property
    def width(self) -> float:
        return self.size * max((line.width for line in self.lines), default=0)

    @property
    def height(self) -> float:
        return self.size * _height(self.lines)


def printable(text: str) -> str:
    """The text as paper shows it: NFC, single spaces, no pictographs, controls or characters that no font has."""
    text = _PICTOGRAPHS.sub("", unicodedata.normalize("NFC", text))
    shown = "".join(character for character in text if character.isspace() or _has_glyph(character))
    shown = " ".join(filter(None, (word.strip(_JOINERS) for word in shown.split())))
    while shown and unicodedata.category(shown[0]).startswith("M"):
        shown = shown[1:].lstrip()
    return shown


@lru_cache(maxsize=8192)
def _has_glyph(character: str) -> bool:
    if character in _JOINERS:
        return True
    # Private use: reportlab keeps joined glyphs there, a person's text means nothing.
    if unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs"):
        return False
    return all(font_for(ord(character), bold=bold) for bold in (True, False))


@lru_cache(maxsize=4096)
def measure(text: str, *, bold: bool) -> Line:
    """A printable text as one line."""
    base = load_font(BASE_FAMILY, bold=bold)
    if _PLAIN.fullmatch(text) and base.code_points.issuperset(map(ord, text)):
        return Line(text, (_plain_run(text, base),) if text else (), is_right_to_left=False)
    levels, base_level = _bidi_levels(text)
    runs = tuple(
        _shaped_run(run, font, right_to_left=bool(level % 2)) if font.is_shaped else _plain_run(run, font)
        for run, font, level in _visual_order(list(_same_font_and_level(text, levels, bold=bold)))
    )
    return Line(text, runs, is_right_to_left=bool(base_level))


def _bidi_levels(text: str) -> tuple[list[int], int]:
    """Embedding level of each character and of the whole (Unicode Standard Annex 9)."""
    # python-bidi drops joiners (rule X9); they take the level of what they follow.
    storage = bidi.get_empty_storage()
    storage["base_level"] = bidi.get_base_level(text)
    storage["base_dir"] = "LR"[storage["base_level"]]
    bidi.get_embedding_levels(text.translate(dict.fromkeys(map(ord, _JOINERS))), storage)
    bidi.explicit_embed_and_overrides(storage)
    bidi.resolve_weak_types(storage)
    _resolve_brackets(storage["chars"], "LR"[storage["base_level"]])
    bidi.resolve_neutral_types(storage, False)
    bidi.resolve_implicit_levels(storage, False)
    found = iter(character["level"] for character in storage["chars"])
    levels: list[int] = []
    for character in text:
        levels.append(levels[-1] if character in _JOINERS else next(found))
    return levels, storage["base_level"]


def _resolve_brackets(characters: Sequence[dict[str, Any]], embedding: str) -> None:
    """Rule N0 of Annex 9, which python-bidi leaves out: both brackets of a pair go in one direction."""
    strong = [{"L": "L", "R": "R", "EN": "R", "AN": "R"}.get(character["type"]) for character in characters]
    pairs: list[tuple[int, int]] = []
    opened: list[int] = []
    for index, character in enumerate(characters):
        if character["ch"] in _BRACKETS:
            opened.append(index)
        elif opened and character["ch"] == _BRACKETS[characters[opened[-1]]["ch"]]:
            pairs.append((opened.pop(), index))
    for first, last in sorted(pairs):
        inside = set(strong[first + 1 : last]) - {None}
        before = next(filter(None, reversed(strong[:first])), embedding)
        if inside:
            direction = embedding if embedding in inside else before
            for index in (first, last):
                characters[index]["type"] = strong[index] = direction


def _same_font_and_level(text: str, levels: Sequence[int], *, bold: bool) -> Iterator[tuple[str, Font, int]]:
    fonts: list[Font] = []
    for character in text:
        is_common = character in _JOINERS or unicodedata.category(character)[0] in "ZPNM"
        if fonts and is_common and (character in _JOINERS or ord(character) in fonts[-1].code_points):
            fonts.append(fonts[-1])
        else:
            fonts.append(font_for(ord(character), bold=bold) or load_font(BASE_FAMILY, bold=bold))
    parts = zip(text, fonts, levels, strict=True)
    for (_name, level), part in groupby(parts, key=lambda item: (item[1].name, item[2])):
        characters = list(part)
        yield "".join(item[0] for item in characters), characters[0][1], level


def _visual_order(runs: list[tuple[str, Font, int]]) -> list[tuple[str, Font, int]]:
    """Rule L2 of Annex 9: reverse every stretch of runs, from the deepest level up to the lowest odd one."""
    for level in range(max(run[2] for run in runs), 0, -1):
        ordered: list[tuple[str, Font, int]] = []
        for is_inside, group in groupby(runs, key=lambda run: run[2] >= level):
            stretch = list(group)
            ordered.extend(reversed(stretch) if is_inside else stretch)
        runs = ordered
    return runs


def _plain_run(text: str, font: Font) -> Run:
    inks = [_ink(font, font.ttf.face.charToGlyph[ord(character)]) for character in text]
    return Run(
        font.name,
        text,
        width=font.ttf.stringWidth(text, 1),
        ascent=max(CAPITAL_ASCENT, *(ink.top for ink in inks)),
        descent=max(LETTER_DESCENT, *(ink.bottom for ink in inks)),
        lead=max(-inks[0].left, 0),
        trail=max(inks[-1].right - inks[-1].advance, 0),
    )


def _shaped_run(text: str, font: Font, *, right_to_left: bool) -> Run:
    """What harfbuzz makes of the text, as the string of private characters that reportlab prints glyph by glyph.

    reportlab's own `shapeFragWord` guesses the direction, and leaves brackets alone in a right-to-left run unmirrored.
    """
    import uharfbuzz
    from reportlab.pdfbase.ttfonts import ShapeData, ShapedStr

    buffer = uharfbuzz.Buffer()
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    buffer.add_str(text)
    buffer.direction = "rtl" if right_to_left else "ltr"
    buffer.language = "und"
    buffer.guess_segment_properties()
    with FONT_LOCK:
        uharfbuzz.shape(font.ttf.hbFont(), buffer, _FEATURES)
        codes = [_code_of_glyph(font.ttf, info.codepoint) for info in buffer.glyph_infos]
    shape_data = []
    box = Ink(CAPITAL_ASCENT, LETTER_DESCENT, left=0, right=0, advance=0)
    for info, position, code in zip(buffer.glyph_infos, buffer.glyph_positions, codes, strict=True):
        box = box.with_glyph(_ink(font, info.codepoint), position)
        advances = (position.x_advance, position.y_advance, position.x_offset, position.y_offset)
        shape_data.append(ShapeData(info.cluster, *advances, font.ttf.face.charWidths[code]))
    return Run(
        font.name,
        ShapedStr("".join(map(chr, codes)), shapeData=shape_data),
        width=box.advance,
        ascent=box.top,
        descent=box.bottom,
        lead=-box.left,
        trail=max(box.right - box.advance, 0),
    )


def _code_of_glyph(ttf: Any, glyph: int) -> int:
    """A character that stands for the glyph in reportlab's font, a private one if no character does."""
    known = ttf.face.glyphToChar.get(glyph)
    if known:
        return int(known[0])
    hb_font = ttf.hbFont()
    return int(ttf.hbAddPrivate(hb_font.glyph_to_string(glyph), glyph, hb_font.get_glyph_h_advance(glyph)))


@lru_cache(maxsize=16384)
def _ink(font: Font, glyph: int) -> Ink:
    with FONT_LOCK:
        hb_font = font.ttf.hbFont()
        extents, advance = hb_font.get_glyph_extents(glyph), hb_font.get_glyph_h_advance(glyph)
    scale = font.ttf.pdfScale(1) / 1000
    if extents is None:
        return Ink(0, 0, 0, 0, advance * scale)
    return Ink(
        top=extents.y_bearing * scale,
        bottom=-(extents.y_bearing + extents.height) * scale,
        left=extents.x_bearing * scale,
        right=(extents.x_bearing + extents.width) * scale,
        advance=advance * scale,
    )


def fit(text: str, *, bold: bool, width: float, height: float, max_points: float) -> Block:
    """The text in a box (in points): as large as wished, else smaller, else on two lines, else cut with an ellipsis.

    Never smaller than 9 points, never outside the box; a box lower than one such line stays empty.
    """
    max_points = max(max_points, MIN_POINTS)
    if not text:
        return Block((), max_points)
    one = (measure(text, bold=bold),)
    size = _fitting_size(one, width, height, max_points)
    if size >= max(MIN_POINTS, SHRINK * max_points):
        return Block(one, size)
    two, two_size = _best_pair(text, _breaks(text), bold=bold, width=width, height=height, max_points=max_points)
    if two_size >= MIN_POINTS and two_size > size:
        return Block(two, two_size)
    if size >= MIN_POINTS:
        return Block(one, size)
    return Block(_cut(text, bold=bold, width=width / MIN_POINTS, height=height / MIN_POINTS), MIN_POINTS)


def _height(lines: Sequence[Line]) -> float:
    return sum(line.ascent + line.descent for line in lines) + LEADING * max(len(lines) - 1, 0)


def _fitting_size(lines: Sequence[Line], width: float, height: float, max_points: float) -> float:
    return min(max_points, height / _height(lines), *(width / line.width for line in lines if line.width))


def _best_pair(
    text: str, breaks: Sequence[int], *, bold: bool, width: float, height: float, max_points: float
) -> tuple[tuple[Line, ...], float]:
    best: tuple[tuple[Line, ...], float] = ((), 0)
    # The best break is near the middle: the eight nearest are enough for any name.
    for position in sorted(breaks, key=lambda index: abs(2 * index - len(text)))[:8]:
        pair = tuple(measure(part.strip(), bold=bold) for part in (text[:position], text[position:]))
        size = _fitting_size(pair, width, height, max_points)
        if size > best[1]:
            best = (pair, size)
    return best


def _breaks(text: str) -> list[int]:
    """Where a line may end: after spaces and hyphens, and between the letters of scripts without spaces."""
    return [
        index
        for index in _cluster_starts(text)
        if text[index - 1] in " -‐–/" or (_UNSPACED.match(text[index - 1]) and _UNSPACED.match(text[index]))
    ]


def _cluster_starts(text: str) -> list[int]:
    """Positions that do not tear a letter from its marks or the parts of a conjunct from each other."""
    return [
        index
        for index in range(1, len(text))
        if not unicodedata.category(text[index]).startswith("M")
        and text[index] not in _JOINERS
        and text[index - 1] not in _JOINERS
        and unicodedata.combining(text[index - 1]) != 9  # a virama
        and not _THAI_LAO_PREFIX_VOWELS.match(text[index - 1])
    ]


def _cut(text: str, *, bold: bool, width: float, height: float) -> tuple[Line, ...]:
    """The beginning of the text on as many lines, at most two, as the box has room for; measures per point."""
    first = _longest(text, _breaks(text), "", bold=bold, width=width) or _longest(
        text, _cluster_starts(text), "", bold=bold, width=width
    )
    if first:
        rest = text[len(first.text) :].strip()
        second = measure(rest, bold=bold)
        if second.width > width:
            second = _longest(rest, _cluster_starts(rest), ELLIPSIS, bold=bold, width=width) or second
        if second.width <= width and _height((first, second)) <= height:
            return first, second
    only = _longest(text, _cluster_starts(text), ELLIPSIS, bold=bold, width=width)
    return (only,) if only and _height((only,)) <= height else ()


def _longest(text: str, ends: Sequence[int], suffix: str, *, bold: bool, width: float) -> Line | None:
    """The longest beginning that is not wider than `width`, or None."""
    low, high, best = 0, len(ends), None
    while low < high:
        middle = (low + high) // 2
        line = measure(text[: ends[middle]].strip() + suffix, bold=bold)
        if line.width <= width:
            low, best = middle + 1, line
        else:
            high = middle
    return best
