"""Identifiers of French working life: SIRET, NAF and ROME codes, checked as their publishers define them."""

import re
from datetime import date
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum import luhn
from stdnum.fr import siren, siret

_LA_POSTE = "356000000"
_NAF_2025_FROM = date(2027, 1, 1)


class Nomenclature(StrEnum):
    """The edition of the classification of activities that a NAF code belongs to."""

    NAF_REV2 = "naf_rev2"
    NAF_2025 = "naf_2025"


def clean_siret(text: str) -> str:
    """The 14 digits of a SIRET typed with or without spaces and dots; ValueError says what is wrong with it.

    SIREN (the first nine) and SIRET both pass Luhn. Only La Poste has more establishments than Luhn leaves room for:
    when Luhn fails there, the sum of the digits is a multiple of 5 (INSEE). stdnum asks that of La Poste always, and so
    refuses those of its establishments that do pass Luhn; hence the check here.
    """
    number = siret.compact(text)
    if re.fullmatch(r"\d+[.,]\d*e\+?\d+", number, re.IGNORECASE) or re.fullmatch(r"\d+e\+?\d+", number, re.IGNORECASE):
        raise ValueError(_("A spreadsheet has rounded this SIRET. Format the column as text and enter it again."))
    if not re.fullmatch(r"[0-9]*", number):
        raise ValueError(_("A SIRET has digits only."))
    if len(number) == 9 and siren.is_valid(number):
        raise ValueError(_("This is a SIREN (9 digits). The SIRET of the establishment has 14."))
    if len(number) == 13:
        raise ValueError(_("A SIRET has 14 digits, this one has 13. A spreadsheet may have dropped a zero in front."))
    if len(number) != 14:
        raise ValueError(_("A SIRET has 14 digits, this one has %(count)d.") % {"count": len(number)})
    if not number.strip("0"):
        raise ValueError(_("A SIRET of zeros does not exist."))
    if not luhn.is_valid(number[:9]):
        raise ValueError(_("The first nine digits of this SIRET are not a SIREN. Is a digit wrong?"))
    if not luhn.is_valid(number) and not (number.startswith(_LA_POSTE) and sum(map(int, number)) % 5 == 0):
        raise ValueError(_("The check digit of this SIRET does not fit. Is a digit wrong?"))
    return number


def format_siret(number: str) -> str:
    """`732 829 320 00074`, as on official letters; anything that is not 14 digits stays as it is."""
    return siret.format(number) if re.fullmatch(r"[0-9]{14}", number) else number


def clean_naf(text: str, *, on: date | None = None) -> tuple[str, Nomenclature]:
    """The code as `62.01Z` and the nomenclature in force `on` that day (today): NAF rév. 2 until 31 December 2026,
    NAF 2025 from then on. ValueError if it has not the form of a code."""
    code = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"[0-9]{2}\.?[0-9]{2}[A-Z]", code):
        raise ValueError(_("A NAF (APE) code is four digits and a letter, such as 62.01Z."))
    day = on or timezone.localdate()
    nomenclature = Nomenclature.NAF_2025 if day >= _NAF_2025_FROM else Nomenclature.NAF_REV2
    return f"{code[:2]}.{code[-3:]}", nomenclature


def clean_rome(text: str) -> str:
    """The code as `G1602`. ValueError if it has not the form of a ROME code: a letter A to N and four digits."""
    code = text.strip().upper()
    if not re.fullmatch(r"[A-N][0-9]{4}", code):
        raise ValueError(_("A ROME code is a letter from A to N and four digits, such as G1602."))
    return code
