"""The short code of a registration: what a person reads aloud or types when the QR code cannot be read.

Eight characters of 23 that do not look or sound alike (no 0 O, 1 I L, 2 Z, 5 S, 8 B, U V); the last is a check over the
others. 23 is prime and the eight weights differ, so the check finds every single wrong character and every exchange of
two characters, next to each other or not.
"""

import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "34679ACDEFGHJKMNPQRTWXY"
LENGTH: Final = 8
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS: Final = range(LENGTH, 0, -1)
_MINUS: Final = "\N{MINUS SIGN}"


def new_code() -> str:
    """A random code, one of 23^7 (3.4 thousand million). The caller keeps it unique in the fair and tries again."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    # The last weight is 1, so the check is what the others lack to a multiple of 23.
    return code + ALPHABET[-_weighted_sum(code) % len(ALPHABET)]


def normalise(text: str) -> str:
    """A typed code as it is stored: capitals, no spaces, no dashes of any kind."""
    if text.isascii():  # as every QR code's text is, and looking at its characters one by one would be slow
        return "".join(text.split()).replace("-", "").upper()
    kept = (c for c in text if not (c.isspace() or c == _MINUS or unicodedata.category(c) == "Pd"))
    return "".join(kept).upper()


def is_well_formed(text: str) -> bool:
    """Whether a typed text is a code whose check is right; if not, the scan's answer is `invalid`."""
    code = normalise(text)
    return len(code) == LENGTH and all(c in _VALUES for c in code) and _weighted_sum(code) % len(ALPHABET) == 0


def looks_like_code(text: str) -> bool:
    """Whether a scanned or typed text is meant as a short code, right or wrong, and not as a QR code's text."""
    code = normalise(text)
    return len(code) == LENGTH and code.isascii() and code.isalnum()


def group(code: str) -> str:
    """A code as people read it: `ABCD-EFGH`."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def _weighted_sum(code: str) -> int:
    return sum(weight * _VALUES[character] for weight, character in zip(_WEIGHTS, code, strict=False))
