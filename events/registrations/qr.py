"""QR symbols of tickets: always version 5, level M, one mask, alphanumeric mode.

Nothing is left to the library's choice: one size on every badge, and ten times quicker than trying eight masks.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_ALPHA_NUM, QRData

VERSION: Final = 5
SIDE: Final = 37
QUIET_ZONE: Final = 4
MASK: Final = 6  # the lowest mean penalty over sixty tickets
CAPACITY: Final = 122
_ENCODABLE: Final = re.compile(r"[0-9A-Z $%*+\-./:]+")


def modules(text: str) -> list[list[bool]]:
    """The 37 rows of 37 modules of the symbol, True is dark, without the quiet zone.

    Raises ValueError for a text that is not alphanumeric in the sense of QR codes, is empty or has more than 122
    characters, and for one with some sixty zeros in a row: the library cannot compute the error correction of a block
    of nothing but zero bits. No ticket has that.
    """
    if len(text) > CAPACITY or not _ENCODABLE.fullmatch(text):
        raise ValueError(f"only 1 to {CAPACITY} characters of the QR alphanumeric alphabet can be drawn")
    symbol = QRCode(version=VERSION, error_correction=ERROR_CORRECT_M, mask_pattern=MASK)
    symbol.add_data(QRData(text, mode=MODE_ALPHA_NUM), optimize=0)
    try:
        symbol.make(fit=False)
    except ValueError as mistake:
        raise ValueError("a text with a whole block of zeros cannot be drawn") from mistake
    return [[bool(module) for module in row] for row in symbol.modules]


def svg(text: str, *, title: str) -> SafeString:
    """The symbol as an SVG element without a size of its own, black on white in dark pages too.

    `title` is what a screen reader says, translated by the caller. Raises ValueError like `modules`.
    """
    side = SIDE + 2 * QUIET_ZONE
    # Control characters are not allowed in XML, not even escaped.
    readable = "".join(character if character.isprintable() else " " for character in title)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" shape-rendering="crispEdges">'
        '<title>{title}</title><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{dark}"/></svg>',
        side=side,
        title=readable,
        dark="".join(_runs(modules(text))),
    )


def _runs(rows: list[list[bool]]) -> Iterator[str]:
    """One rectangle for each run of dark modules in a row."""
    for y, row in enumerate(rows, start=QUIET_ZONE):
        x = QUIET_ZONE
        for is_dark, run in groupby(row):
            width = sum(1 for _ in run)
            if is_dark:
                yield f"M{x} {y}h{width}v1h-{width}z"
            x += width
