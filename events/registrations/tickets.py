"""The text of a ticket's QR code: `F1:` and the Base45 of 15 signed bytes and their Ed25519 signature.

Anybody with the public key can verify it without a network; it holds no personal data. It has exactly 122 characters of
the QR alphanumeric alphabet, what version 5 at level M can hold: one more byte and the symbol grows. The layout, with
test vectors, is in docs/tickets.md.
"""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from backend.core import crypto

PREFIX: Final = "F1:"
VERSION: Final = 1
PAYLOAD_BYTES: Final = 15
SIGNATURE_BYTES: Final = 64
TEXT_LENGTH: Final = 122
FIRST_DAY: Final = date(2020, 1, 1)
BASE45_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_BASE45_VALUES: Final = {character: value for value, character in enumerate(BASE45_ALPHABET)}


class InvalidTicket(ValueError):
    """The text is not a ticket, or its signature is wrong: the scan's answer is `invalid`."""


@dataclass(frozen=True, slots=True)
class TicketPayload:
    """What a ticket says. `number` is random and new with every reissue; `not_after_on` is the last day it is good for.

    Raises ValueError for a value that does not fit its bytes.
    """

    fair_number: int
    number: int
    not_after_on: date
    flags: int = 0

    def __post_init__(self) -> None:
        sizes = {"fair_number": (self.fair_number, 24), "number": (self.number, 48), "flags": (self.flags, 16)}
        sizes["not_after_on"] = ((self.not_after_on - FIRST_DAY).days, 16)
        for name, (value, bits) in sizes.items():
            if not 0 <= value < 1 << bits:
                raise ValueError(f"{name} does not fit {bits} bits")

    def to_bytes(self, *, key_id: int) -> bytes:
        """The 15 bytes that are signed."""
        return (
            bytes([VERSION, key_id])
            + self.fair_number.to_bytes(3)
            + self.number.to_bytes(6)
            + (self.not_after_on - FIRST_DAY).days.to_bytes(2)
            + self.flags.to_bytes(2)
        )

    @classmethod
    def from_bytes(cls, data: bytes) -> "TicketPayload":
        """Read the 15 bytes back; the version and the key id are the caller's to look at."""
        return cls(
            fair_number=int.from_bytes(data[2:5]),
            number=int.from_bytes(data[5:11]),
            not_after_on=FIRST_DAY + timedelta(days=int.from_bytes(data[11:13])),
            flags=int.from_bytes(data[13:15]),
        )


def new_number() -> int:
    """A random ticket number of 48 bits. The caller keeps it unique: two in a fair meet once in ten million fairs."""
    return secrets.randbits(48)


def encode(payload: TicketPayload, *, key_id: int | None = None) -> str:
    """The text of the QR code, signed with the newest key or with `key_id`.

    The same payload and key id give the same text for ever, so a ticket is made again from its stored numbers.
    Raises ValueError for a key id that is not in SIGNING_KEYS.
    """
    if key_id is None:
        key_id = crypto.signing_key_id()
    data = payload.to_bytes(key_id=key_id)
    return PREFIX + base45_encode(data + crypto.sign_with(key_id, data))


def decode(text: str) -> TicketPayload:
    """The payload of a ticket that one of our keys has signed. Raises InvalidTicket, whatever the text is."""
    data = _signed_bytes(text)
    payload, signature = data[:PAYLOAD_BYTES], data[PAYLOAD_BYTES:]
    if not crypto.verify(payload[1], payload, signature):
        raise InvalidTicket("the signature is wrong")
    return TicketPayload.from_bytes(payload)


def normalise(text: str) -> str:
    """The one spelling of a scanned text, for its hash: no whitespace around it, capitals.

    Stripping never takes a space of the ticket: the Base45 of an odd number of bytes ends in a digit from 0 to 5.
    Letters that only become ASCII as capitals (ß, ı) are left alone.
    """
    text = text.strip()
    return text.upper() if text.isascii() else text


def _signed_bytes(text: str) -> bytes:
    text = normalise(text)
    if len(text) != TEXT_LENGTH or not text.startswith(PREFIX):
        raise InvalidTicket("not a ticket")
    try:
        data = base45_decode(text.removeprefix(PREFIX))
    except ValueError as mistake:
        raise InvalidTicket("not a ticket") from mistake
    if data[0] != VERSION:
        raise InvalidTicket("not a version of the ticket that is known here")
    return data


def base45_encode(data: bytes) -> str:
    """Base45 of RFC 9285: two bytes are three characters, a last single byte is two, least significant first."""
    characters: list[str] = []
    for start in range(0, len(data), 2):
        pair = data[start : start + 2]
        value = int.from_bytes(pair)
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, 45)
            characters.append(BASE45_ALPHABET[digit])
    return "".join(characters)


def base45_decode(text: str) -> bytes:
    """The bytes of a Base45 text, which has one spelling only. Raises ValueError for anything else."""
    decoded = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        value = 0
        for character in reversed(group):
            if character not in _BASE45_VALUES:
                raise ValueError("a character outside Base45")
            value = value * 45 + _BASE45_VALUES[character]
        size = len(group) - 1
        if size == 0 or value >= 1 << 8 * size:
            raise ValueError("a group outside Base45")
        decoded += value.to_bytes(size)
    return bytes(decoded)
