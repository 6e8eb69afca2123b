"""The text of tickets: format, signature, and every kind of text that is not one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from events.registrations import tickets
from events.registrations.tickets import InvalidTicket, TicketPayload, base45_decode, base45_encode

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
PAYLOAD = TicketPayload(fair_number=1, number=0x0123456789AB, not_after_on=date(2026, 11, 28))
TEXT = (
    "F1:W50000W50TK404D0SL*UR$10Y2JY0TMP3M4LKJE$NEAEFY:0UYSBIE1YBJ5J:KA*RLQ2JDIVZ+CZKO419TM9AA2/HBI2NV9B*WO$*OL:R9-7R:"
    "BLFF8$1B0"
)
LARGEST = TicketPayload((1 << 24) - 1, (1 << 48) - 1, date(2199, 6, 6), (1 << 16) - 1)
LARGEST_TEXT = (
    "F1:X50FGWFGWFGWFGWFGWFGW2CWT949*H/SG1*M2 39SSABPNYLY7TQ21+LOK1NXUMID1:0C:M8ZJRK02XD6QEVU*H4-T/C3S%3APTVEG5MA6QU.$"
    "5O$1%IP00"
)

payloads = st.builds(
    TicketPayload,
    fair_number=st.integers(0, (1 << 24) - 1),
    number=st.integers(0, (1 << 48) - 1),
    not_after_on=st.integers(0, (1 << 16) - 1).map(lambda days: date(2020, 1, 1) + timedelta(days=days)),
    flags=st.integers(0, (1 << 16) - 1),
)
# The fixture below is the same for every example.
many = hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture(autouse=True)
def keys(settings):
    settings.SIGNING_KEYS = {1: ONE, 2: TWO}


class TestBase45:
    @pytest.mark.parametrize(
        ("data", "text"),
        [
            (b"", ""),
            (b"AB", "BB8"),
            (b"Hello!!", "%69 VD92EX0"),
            (b"base-45", "UJCLQE7W581"),
            (b"ietf!", "QED8WEX0"),
            (b"\xff\xff", "FGW"),
            (b"\xff", "U5"),
        ],
    )
    def test_vectors_of_rfc_9285(self, data, text):
        assert base45_encode(data) == text
        assert base45_decode(text) == data

    @pytest.mark.parametrize("text", ["A", "ABCD", "GGW", ":::", "V5", "::", "ab8", "AÉ0", "A\n0", "²²²"])
    def test_what_is_not_base45_is_refused(self, text):
        with pytest.raises(ValueError, match="outside Base45"):
            base45_decode(text)

    @given(st.binary(max_size=200))
    def test_all_bytes_come_back(self, data):
        assert base45_decode(base45_encode(data)) == data

    @given(st.text(tickets.BASE45_ALPHABET, max_size=30))
    def test_a_text_has_one_spelling(self, text):
        try:
            data = base45_decode(text)
        except ValueError:
            return
        assert base45_encode(data) == text


class TestFormat:
    @pytest.mark.parametrize(
        ("payload", "key_id", "signed", "text"),
        [
            (PAYLOAD, 1, "01010000010123456789ab09db0000", TEXT),
            (LARGEST, 2, "0102ffffffffffffffffffffffffff", LARGEST_TEXT),
        ],
    )
    def test_vectors_of_the_documentation(self, payload, key_id, signed, text):
        assert payload.to_bytes(key_id=key_id).hex() == signed
        assert tickets.encode(payload, key_id=key_id) == text
        assert tickets.decode(text) == payload

    @many
    @given(payloads)
    def test_every_payload_comes_back_and_fills_a_version_5_symbol(self, payload):
        text = tickets.encode(payload)
        assert len(text) == tickets.TEXT_LENGTH == 122
        assert set(text) <= set(tickets.BASE45_ALPHABET)
        assert tickets.decode(text) == payload

    def test_the_newest_key_signs_unless_another_is_named(self):
        assert tickets.encode(PAYLOAD) == tickets.encode(PAYLOAD, key_id=2)
        assert tickets.encode(PAYLOAD, key_id=1) == TEXT

    def test_an_old_ticket_is_good_after_a_new_key_came(self, settings):
        settings.SIGNING_KEYS = {1: ONE}
        text = tickets.encode(PAYLOAD)
        settings.SIGNING_KEYS = {1: ONE, 2: TWO}
        assert tickets.decode(text) == PAYLOAD
        assert tickets.encode(PAYLOAD, key_id=1) == text

    def test_an_unknown_key_cannot_sign(self):
        with pytest.raises(ValueError, match="no key 9"):
            tickets.encode(PAYLOAD, key_id=9)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("fair_number", 1 << 24),
            ("fair_number", -1),
            ("number", 1 << 48),
            ("number", -1),
            ("flags", 1 << 16),
            ("flags", -1),
            ("not_after_on", date(2019, 12, 31)),
            ("not_after_on", date(2199, 6, 7)),
        ],
    )
    def test_a_value_too_large_for_its_bytes_is_refused(self, field, value):
        with pytest.raises(ValueError, match=f"{field} does not fit"):
            replace(PAYLOAD, **{field: value})

    def test_numbers_are_random_and_fit(self):
        numbers = {tickets.new_number() for _ in range(1000)}
        assert len(numbers) == 1000
        assert all(0 <= number < 1 << 48 for number in numbers)
        assert max(numbers) > 1 << 40


class TestTolerance:
    @pytest.mark.parametrize("around", ["{}\r\n", "\t{} ", "\N{NO-BREAK SPACE}{}"])
    def test_whitespace_around_and_lower_case_are_what_scanners_do(self, around):
        assert tickets.decode(around.format(TEXT)) == PAYLOAD
        assert tickets.decode(around.format(TEXT.lower())) == PAYLOAD
        assert tickets.normalise(around.format(TEXT.lower())) == TEXT

    @many
    @given(payloads)
    def test_stripping_never_takes_a_character_of_the_ticket(self, payload):
        text = tickets.encode(payload)
        assert tickets.normalise(f" {text} ") == text

    def test_nothing_else_is_forgiven(self):
        # ſ (long s) would become S as a capital, one of the characters of TEXT.
        for wrong in (TEXT.replace("S", "\N{LATIN SMALL LETTER LONG S}", 1), TEXT[:3] + " " + TEXT[3:], TEXT[3:]):
            with pytest.raises(InvalidTicket):
                tickets.decode(wrong)


class TestHostile:
    @many
    @given(payloads, st.integers(0, 121), st.sampled_from(tickets.BASE45_ALPHABET))
    def test_a_ticket_with_another_character_is_invalid(self, payload, place, character):
        text = tickets.encode(payload)
        forged = text[:place] + character + text[place + 1 :]
        if forged != text:
            with pytest.raises(InvalidTicket):
                tickets.decode(forged)

    def test_a_payload_with_the_signature_of_another_is_invalid(self):
        signature = base45_decode(TEXT.removeprefix("F1:"))[15:]
        forged = "F1:" + base45_encode(replace(PAYLOAD, number=7).to_bytes(key_id=1) + signature)
        with pytest.raises(InvalidTicket, match="signature"):
            tickets.decode(forged)

    @pytest.mark.parametrize("key_id", [0, 3, 255])
    def test_an_unknown_key_is_invalid(self, key_id):
        forged = "F1:" + base45_encode(PAYLOAD.to_bytes(key_id=key_id) + bytes(64))
        with pytest.raises(InvalidTicket, match="signature"):
            tickets.decode(forged)

    def test_a_ticket_of_another_house_is_invalid(self, settings):
        settings.SIGNING_KEYS = {1: TWO}
        with pytest.raises(InvalidTicket, match="signature"):
            tickets.decode(TEXT)

    def test_another_version_is_invalid(self):
        data = bytes([2]) + base45_decode(TEXT.removeprefix("F1:"))[1:]
        with pytest.raises(InvalidTicket, match="version"):
            tickets.decode("F1:" + base45_encode(data))

    @many
    @given(st.one_of(st.text(), st.text(st.characters()).map("F1:".__add__)))
    def test_any_text_is_at_most_invalid(self, text):
        with pytest.raises(InvalidTicket):
            tickets.decode(text)

    @many
    @given(st.one_of(st.text(min_size=119, max_size=119), st.text(tickets.BASE45_ALPHABET, min_size=119, max_size=119)))
    def test_a_text_of_the_right_length_is_at_most_invalid(self, text):
        with pytest.raises(InvalidTicket):
            tickets.decode("F1:" + text)

    @many
    @given(st.binary(min_size=78, max_size=78))
    def test_any_bytes_behind_the_right_version_are_at_most_invalid(self, data):
        text = "F1:" + base45_encode(b"\x01" + data)
        with pytest.raises(InvalidTicket):
            tickets.decode(text)
