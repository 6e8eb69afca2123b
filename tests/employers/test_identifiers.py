"""SIRET, NAF and ROME codes."""

from datetime import date

import pytest
import time_machine
from django.utils import translation

from events.employers.identifiers import Nomenclature, clean_naf, clean_rome, clean_siret, format_siret


@pytest.mark.parametrize(
    "siret", ["73282932000074", "20003452800014", "35600000000048", "35600000009075", "35600000049837"]
)
def test_valid_sirets(siret):
    assert clean_siret(siret) == siret
    assert clean_siret(f" {siret[:3]} {siret[3:6]}.{siret[6:9]}\u00a0{siret[9:]}\n") == siret


@pytest.mark.parametrize(
    ("siret", "reason"),
    [
        ("20003452800041", "check digit"),
        ("12345678912345", "not a SIREN"),
        ("35600000009076", "check digit"),
        ("00000000000000", "zeros"),
        ("7328293200007", "has 13"),
        ("732829320", "This is a SIREN"),
        ("732829321", "has 9"),
        ("", "has 0"),
        ("7.3282932E+13", "spreadsheet"),
        ("7,3282932E+13", "spreadsheet"),
        ("7328293200007X", "digits only"),
        ("73282932000074\0", "digits only"),
        ("٧٣٢٨٢٩٣٢٠٠٠٠٧٤", "digits only"),
    ],
)
def test_invalid_sirets(siret, reason):
    with translation.override("en"), pytest.raises(ValueError, match=reason):
        clean_siret(siret)


def test_la_poste_passes_by_luhn_or_by_the_sum_of_its_digits():
    assert clean_siret("35600000000014") == "35600000000014"  # a sum of 19, but Luhn
    with pytest.raises(ValueError, match=r".+"):
        clean_siret("73282932000076")  # the sum is 51: the rule is La Poste's alone
    with pytest.raises(ValueError, match=r".+"):
        clean_siret("73282932000075")


def test_a_siret_is_shown_in_groups():
    assert format_siret("73282932000074") == "732 829 320 00074"
    assert format_siret("pending") == "pending"


@pytest.mark.parametrize("text", ["6201Z", "62.01Z", " 62.01 z "])
def test_naf_codes(text):
    assert clean_naf(text, on=date(2026, 12, 31)) == ("62.01Z", Nomenclature.NAF_REV2)
    assert clean_naf(text, on=date(2027, 1, 1)) == ("62.01Z", Nomenclature.NAF_2025)


def test_the_nomenclature_is_that_of_today_in_france():
    with time_machine.travel("2026-12-31T22:59:00Z", tick=False):
        assert clean_naf("6201Z")[1] == Nomenclature.NAF_REV2
    with time_machine.travel("2026-12-31T23:00:00Z", tick=False):
        assert clean_naf("6201Z")[1] == Nomenclature.NAF_2025


@pytest.mark.parametrize("text", ["", "62.01", "620.1Z", "6201ZZ", "62,01Z", "٦٢٠١Z"])
def test_wrong_naf_codes(text):
    with translation.override("en"), pytest.raises(ValueError, match=r"62\.01Z"):
        clean_naf(text)


def test_rome_codes():
    assert clean_rome(" g1602 ") == "G1602"
    assert clean_rome("N4105") == "N4105"


@pytest.mark.parametrize("text", ["", "O1602", "G160", "G16020", "G 1602", "1602G", "G١٦٠٢"])
def test_wrong_rome_codes(text):
    with translation.override("en"), pytest.raises(ValueError, match="G1602"):
        clean_rome(text)
