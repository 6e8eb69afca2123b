"""Text as it is stored, searched and compared: one spelling for what people mean to be the same."""

import re
import unicodedata
from contextlib import suppress

import idna
import phonenumbers
from django.utils.text import slugify
from django.utils.translation import gettext as _

# Letters that Unicode does not take apart but that people type without their stroke or as two letters.
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "þ": "th",
        "ı": "i",
        "ŋ": "n",
        "ĸ": "k",
        "ſ": "s",
        "ə": "e",
        "ƒ": "f",
        "ɓ": "b",
        "ɗ": "d",
        "ƙ": "k",
        "ɛ": "e",
        "ɔ": "o",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "ʹ": "'",
        "‐": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "ـ": None,
    }
)
# Embeddings, overrides and isolates of bidirectional text; every script reads right without them.
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Combining classes of accents and of the points of Hebrew, Arabic and Syriac. Not among them: the signs of Indic
# scripts, Thai and kana, without which a word is another word.
_ACCENT_CLASSES = frozenset({1, *range(10, 37), *range(200, 241)})

_LINK = re.compile(r"://|\bwww\.|\.[a-z]{2,}[/:?#]", re.IGNORECASE)
# French numbering is one plan of ten digits, dialled alike in the mainland and overseas, with several country codes.
_FRENCH_REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT")


def clean_text(value: str) -> str:
    """The text in NFC with Unix line ends, without the signs that turn around what is printed after it. ValueError if
    it holds a NUL, a lone surrogate, U+FFFE, U+FFFF or another control character than line feed and tab: no database,
    spreadsheet or PDF can keep them."""
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).translate(_TURNING)
    for character in text:
        category = unicodedata.category(character)
        is_control = category == "Cc" and character not in "\n\t"
        if category == "Cs" or is_control or character in "\ufffe\uffff":
            raise ValueError(_("The text contains a character that cannot be stored (U+%04X).") % ord(character))
    return text


def fold(text: str) -> str:
    """What to store beside a text to search and sort it by: no case, no diacritics, ligatures as two letters, straight
    apostrophes and hyphens, single spaces. Works for every script, and `fold(fold(x)) == fold(x)`.

    SQLite folds ASCII only in LOWER and LIKE, so both databases compare this instead.
    """
    # Twice, as in Unicode's compatibility caseless match (D146): folding case can make what decomposes further.
    for _round in range(2):
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
        text = "".join(
            character
            for character in text
            if unicodedata.combining(character) not in _ACCENT_CLASSES and unicodedata.category(character) != "Cf"
        )
    return " ".join(unicodedata.normalize("NFC", text).split())


def email_key(text: str) -> str:
    """The address under which two spellings of one mailbox meet: trimmed, lower case, the domain in IDNA's ASCII form
    where it has one. Does not judge whether the address is valid."""
    local, at, domain = unicodedata.normalize("NFC", text.strip()).lower().rpartition("@")
    with suppress(idna.IDNAError, UnicodeError):
        domain = idna.encode(domain, uts46=True).decode("ascii")
    return local + at + domain


def mask_email(address: str) -> str:
    """The address as it may stand on a page that somebody else could see: `m…@example.org`."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}"


def without_links(text: str) -> str:
    """The text with an ellipsis in place of each word that a mail program would make a link of; a name with a dot in it
    (`Booking.com`) stays."""
    return re.sub(r"\S+", lambda word: "…" if _LINK.search(word[0]) else word[0], text)


def phone_e164(text: str, region: str = "FR") -> str:
    """The number as `+33612345678`. Without a country code it is read as of `region`; of France, also as of the
    overseas territory whose number it is. ValueError if there is no such number."""
    for candidate in _FRENCH_REGIONS if region == "FR" else (region,):
        try:
            number = phonenumbers.parse(text, candidate)
        except phonenumbers.NumberParseException:
            break
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValueError(_("This is not a phone number. Example: 06 12 34 56 78, or +32 470 12 34 56 from abroad."))


def slugify_name(text: str) -> str:
    """An ASCII slug of at most 60 characters, "" for a name without Latin letters: the caller then finds its own."""
    slug = slugify(fold(text).replace("'", " "))[:60].strip("-_")
    return slug if re.search(r"[a-z]", slug) else ""


def natural_key(text: str) -> list[tuple[bool, int, str]]:
    """What to sort by so that A2 comes before A10: numbers in the text compare as numbers."""
    parts = re.split(r"([0-9]+)", text)
    return [(True, int(part), "") if part.isdecimal() else (False, 0, part) for part in parts]
