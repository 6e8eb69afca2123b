"""Short codes: what their check finds, and how people type them."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.registrations import codes, tickets

some_codes = st.text(codes.ALPHABET, min_size=7, max_size=7).map(
    lambda start: next(start + check for check in codes.ALPHABET if codes.is_well_formed(start + check))
)


def test_the_alphabet_is_prime_and_has_no_look_alikes():
    assert len(set(codes.ALPHABET)) == len(codes.ALPHABET) == 23
    assert not set(codes.ALPHABET) & set("0O1IL2Z5S8BUV")


@pytest.mark.parametrize("code", ["33333333", "3333334X", "3333336T", "ACDEFGH4"])
def test_fixed_codes_stay_good(code):
    """Printed badges hold them: the check may never change."""
    assert codes.is_well_formed(code)


@pytest.mark.parametrize("code", ["3333334Y", "ACDEFGH3", "CADEFGH4"])
def test_a_wrong_check_is_found(code):
    assert not codes.is_well_formed(code)
    assert codes.looks_like_code(code)


def test_new_codes_are_well_formed_and_differ():
    made = {codes.new_code() for _ in range(1000)}
    assert len(made) > 995
    assert all(len(code) == 8 and codes.is_well_formed(code) and codes.normalise(code) == code for code in made)


@given(some_codes)
def test_every_single_substitution_is_found(code):
    for place in range(8):
        for character in codes.ALPHABET.replace(code[place], ""):
            assert not codes.is_well_formed(code[:place] + character + code[place + 1 :])


@given(some_codes)
def test_every_exchange_of_two_different_characters_is_found(code):
    for first, second in combinations(range(8), 2):
        exchanged = list(code)
        exchanged[first], exchanged[second] = code[second], code[first]
        assert codes.is_well_formed("".join(exchanged)) == (code[first] == code[second])


@given(st.text(codes.ALPHABET, min_size=7, max_size=7))
def test_exactly_one_check_fits(start):
    assert sum(codes.is_well_formed(start + check) for check in codes.ALPHABET) == 1


@given(
    some_codes,
    st.lists(st.sampled_from(" -\t\n\u00a0\u2009\u202f\u2010\u2011\u2013\u2014\u2212"), max_size=12),
    st.data(),
)
def test_case_spaces_and_dashes_do_not_matter(code, signs, data):
    typed = list(code.lower())
    for sign in signs:
        typed.insert(data.draw(st.integers(0, len(typed))), sign)
    assert codes.normalise("".join(typed)) == code
    assert codes.is_well_formed("".join(typed))
    assert codes.looks_like_code("".join(typed))


@pytest.mark.parametrize(
    "text", ["", "3333333", "333333333", "3333333O", "0OIL5S8B", "éééééééé", "３３３３３３３３", "3333_3333"]
)
def test_what_is_not_a_code_is_not_well_formed(text):
    assert not codes.is_well_formed(text)


@given(st.text())
def test_any_text_is_judged_without_an_error(text):
    assert codes.is_well_formed(text) <= codes.looks_like_code(text)


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        ("acde fgh4", True),
        ("ACDE-FGH8", True),
        ("0O1IL2Z5", True),
        ("", False),
        ("ACDEFGH", False),
        ("F1:ABCDE", False),
        ("F1:" + "A" * 119, False),
        ("éééééééé", False),
        ("３３３３３３３３", False),
    ],
)
def test_a_typed_code_is_told_from_a_qr_text(text, is_code):
    assert codes.looks_like_code(text) is is_code


@given(st.text(tickets.BASE45_ALPHABET).map(tickets.PREFIX.__add__))
def test_a_qr_text_never_looks_like_a_code(text):
    assert not codes.looks_like_code(text)


@given(some_codes)
def test_a_grouped_code_is_the_same_code(code):
    assert codes.group(code) == f"{code[:4]}-{code[4:]}"
    assert codes.normalise(codes.group(code)) == code
