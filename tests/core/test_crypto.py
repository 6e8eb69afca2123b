"""Key rings, signatures, encrypted columns, hashes of secrets."""

import base64
import re
import subprocess
import sys

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps

from backend.core import crypto

ONE, TWO = bytes(range(32)), bytes(range(32, 64))


@pytest.fixture(autouse=True)
def keys(settings):
    settings.SIGNING_KEYS = {1: ONE}
    settings.COLUMN_KEYS = {1: ONE}
    settings.SECRET_KEY = "a secret of the tests, long enough to be one"


class TestKeyRings:
    def test_what_is_written_is_read_back(self):
        assert crypto.parse_keys(crypto.format_keys({2: TWO, 1: ONE}), name="K") == {1: ONE, 2: TWO}
        assert crypto.format_keys({2: TWO, 1: ONE}).startswith("1:AAECAwQF")

    def test_spaces_around_a_key_do_not_matter(self):
        assert crypto.parse_keys(f" {crypto.format_keys({1: ONE})} , {crypto.format_keys({255: TWO})}\n", name="K") == {
            1: ONE,
            255: TWO,
        }

    def test_made_keys_are_new_each_time(self):
        made = [crypto.parse_keys(crypto.make_keys(), name="K") for _ in range(2)]
        assert [list(keys) for keys in made] == [[1], [1]]
        assert made[0] != made[1]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "id and a colon"),
            ("  ", "id and a colon"),
            (base64.b64encode(ONE).decode(), "id and a colon"),
            (f"0:{base64.b64encode(ONE).decode()}", "from 1 to 255"),
            (f"256:{base64.b64encode(ONE).decode()}", "from 1 to 255"),
            (f"-1:{base64.b64encode(ONE).decode()}", "from 1 to 255"),
            (f"²:{base64.b64encode(ONE).decode()}", "from 1 to 255"),
            (f"{'9' * 5000}:{base64.b64encode(ONE).decode()}", "from 1 to 255"),
            (f"{'0' * 5000}1:{base64.b64encode(ONE).decode()}", "from 1 to 255"),
            (f"1:{base64.b64encode(ONE).decode()},", "id and a colon"),
            (f"1:{base64.b64encode(ONE).decode()},1:{base64.b64encode(TWO).decode()}", "key 1 is given twice"),
            ("7:not*base64", "key 7 is not base64"),
            ("7:é", "key 7 is not base64"),
            ("7:", "key 7 has 0 bytes instead of 32"),
            (f"7:{base64.b64encode(ONE[:31]).decode()}", "key 7 has 31 bytes instead of 32"),
        ],
    )
    def test_a_malformed_ring_is_refused_with_its_name_and_form(self, text, reason):
        with pytest.raises(ValueError, match=re.escape(reason)) as refused:
            crypto.parse_keys(text, name="SIGNING_KEYS")
        assert str(refused.value).startswith("SIGNING_KEYS: ")
        assert "1:BASE64" in str(refused.value)

    def test_the_message_does_not_repeat_the_key(self):
        secret = base64.b64encode(ONE[:31]).decode()
        with pytest.raises(ValueError, match="COLUMN_KEYS") as refused:
            crypto.parse_keys(f"1:{secret}", name="COLUMN_KEYS")
        assert secret not in str(refused.value)

    def test_the_settings_module_can_import_it(self):
        """No setting is read while the module is imported, or the settings could not use it."""
        program = "import backend.core.crypto as c; print(len(c.parse_keys(c.make_keys(), name='K')[1]))"
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": ":".join(sys.path), "DJANGO_SETTINGS_MODULE": "there.is.no.such.module"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.stdout, done.stderr) == ("32\n", "")


class TestSignatures:
    def test_vector_of_rfc_8032(self, settings):
        settings.SIGNING_KEYS = {3: bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")}
        assert crypto.public_keys() == {
            3: bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        }
        assert crypto.sign(b"") == (
            3,
            bytes.fromhex(
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
                "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
        )

    def test_the_newest_key_signs_and_all_verify(self, settings):
        old_id, old = crypto.sign(b"x")
        settings.SIGNING_KEYS = {1: ONE, 2: TWO}
        new_id, new = crypto.sign(b"x")
        assert (old_id, new_id, crypto.signing_key_id()) == (1, 2, 2)
        assert crypto.verify(1, b"x", old)
        assert crypto.verify(2, b"x", new)
        assert crypto.sign_with(1, b"x") == old
        assert list(crypto.public_keys()) == [1, 2]

    def test_what_does_not_fit_is_not_verified(self, settings):
        settings.SIGNING_KEYS = {1: ONE, 2: TWO}
        signature = crypto.sign_with(1, b"x")
        assert not crypto.verify(1, b"y", signature)
        assert not crypto.verify(2, b"x", signature)
        assert not crypto.verify(3, b"x", signature)
        assert not crypto.verify(1, b"x", signature[:-1])
        assert not crypto.verify(1, b"x", b"")

    def test_a_key_that_is_not_there_cannot_sign(self):
        with pytest.raises(ValueError, match="SIGNING_KEYS has no key 9"):
            crypto.sign_with(9, b"x")

    def test_another_key_under_the_same_id_takes_effect(self, settings):
        first = crypto.sign_with(1, b"x")
        settings.SIGNING_KEYS = {1: TWO}
        assert crypto.sign_with(1, b"x") != first
        assert not crypto.verify(1, b"x", first)


class TestEncryption:
    @pytest.mark.parametrize("text", ["", "RSA", "travailleur handicapé", "漢字 \N{GRINNING FACE}", "x" * 10_000])
    def test_what_is_sealed_is_read_back(self, text):
        stored = crypto.encrypt(text, context="needs")
        assert re.fullmatch(r"1:[A-Za-z0-9+/]+=*", stored)
        assert crypto.decrypt(stored, context="needs") == text

    def test_equal_texts_are_stored_differently(self):
        assert crypto.encrypt("RSA", context="needs") != crypto.encrypt("RSA", context="needs")

    def test_the_newest_key_seals_and_all_read(self, settings):
        old = crypto.encrypt("RSA", context="needs")
        settings.COLUMN_KEYS = {1: ONE, 2: TWO}
        new = crypto.encrypt("RSA", context="needs")
        assert new.startswith("2:")
        assert [crypto.decrypt(stored, context="needs") for stored in (old, new)] == ["RSA", "RSA"]

    def test_a_missing_key_is_named(self, settings):
        stored = crypto.encrypt("RSA", context="needs")
        settings.COLUMN_KEYS = {2: TWO}
        with pytest.raises(crypto.DecryptionError, match="needs: COLUMN_KEYS has no key 1"):
            crypto.decrypt(stored, context="needs")

    def test_a_value_moved_to_another_column_is_refused(self):
        with pytest.raises(crypto.DecryptionError, match="needs"):
            crypto.decrypt(crypto.encrypt("RSA", context="district"), context="needs")

    def test_a_changed_value_is_refused(self):
        key_id, _, encoded = crypto.encrypt("RSA", context="needs").partition(":")
        sealed = bytearray(base64.b64decode(encoded))
        sealed[-1] ^= 1
        with pytest.raises(crypto.DecryptionError):
            crypto.decrypt(f"{key_id}:{base64.b64encode(sealed).decode()}", context="needs")

    @pytest.mark.parametrize("stored", ["", "RSA", "1:", "1:AAAA", "1:*", "x:AAAA", "1:é"])
    def test_what_was_never_encrypted_is_refused(self, stored):
        with pytest.raises(crypto.DecryptionError):
            crypto.decrypt(stored, context="needs")


@pytest.fixture
def note(db):
    """A model on a table of the test's own, gone with its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE crypto_note (id integer PRIMARY KEY, secret_text text NULL)")
    with isolate_apps():

        class Note(models.Model):
            id = models.IntegerField(primary_key=True)
            secret = crypto.EncryptedTextField(null=True, db_column="secret_text")

            class Meta:
                app_label = "crypto"
                db_table = "crypto_note"

            def __str__(self):
                return f"note {self.id}"

        yield Note


def stored(note_id: int) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret_text FROM crypto_note WHERE id = %s", [note_id])
        return cursor.fetchone()[0]


class TestEncryptedTextField:
    def test_the_row_is_sealed_and_python_reads_plain_text(self, note):
        note.objects.create(id=1, secret="en situation de handicap")
        assert "handicap" not in stored(1)
        assert crypto.decrypt(stored(1), context="secret_text") == "en situation de handicap"
        assert note.objects.get().secret == "en situation de handicap"
        assert note.objects.values_list("secret", flat=True)[0] == "en situation de handicap"

    def test_none_stays_null_and_the_empty_text_does_not(self, note):
        note.objects.bulk_create([note(id=1, secret=None), note(id=2, secret="")])
        assert stored(1) is None
        assert stored(2).startswith("1:")
        assert list(note.objects.filter(secret__isnull=True).values_list("id", "secret")) == [(1, None)]
        assert note.objects.get(id=2).secret == ""

    def test_every_way_of_writing_seals(self, note):
        for note_id in range(1, 4):
            note.objects.create(id=note_id, secret="before")
        note.objects.filter(id=1).update(secret="after")
        note.objects.bulk_update([note(id=2, secret="after")], ["secret"])
        third = note.objects.get(id=3)
        third.secret = "after"
        third.save(update_fields=["secret"])
        assert [n.secret for n in note.objects.order_by("id")] == ["after"] * 3
        assert all(stored(note_id).startswith("1:") for note_id in range(1, 4))

    @pytest.mark.parametrize("lookup", ["secret", "secret__in", "secret__icontains", "secret__gt"])
    def test_searching_says_why_it_cannot(self, note, lookup):
        with pytest.raises(FieldError, match="secret is encrypted"):
            note.objects.filter(**{lookup: "x"}).exists()

    def test_migrations_can_write_it_down(self):
        field = crypto.EncryptedTextField(null=True)
        field.set_attributes_from_name("secret")
        assert field.deconstruct() == ("secret", "backend.core.crypto.EncryptedTextField", [], {"null": True})


class TestSecrets:
    def test_tokens_are_new_safe_in_addresses_and_of_256_bits(self):
        tokens = {crypto.new_token("pat") for _ in range(100)}
        assert len(tokens) == 100
        assert all(re.fullmatch(r"pat_[A-Za-z0-9_-]{43}", token) for token in tokens)

    def test_a_secret_is_hashed_with_sha_256(self):
        assert crypto.hash_secret("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    def test_a_code_is_hashed_with_the_key_and_the_salt(self, settings):
        first = crypto.hash_code("123456", salt="sign-in:a@example.org")
        assert first == crypto.hash_code("123456", salt="sign-in:a@example.org")
        assert re.fullmatch("[0-9a-f]{64}", first)
        assert first != crypto.hash_code("123457", salt="sign-in:a@example.org")
        assert first != crypto.hash_code("123456", salt="sign-in:b@example.org")
        settings.SECRET_KEY = "another secret of the tests, long enough too"
        assert first != crypto.hash_code("123456", salt="sign-in:a@example.org")

    def test_whatever_is_sent_has_a_hash(self):
        assert crypto.hash_secret("\ud800") != crypto.hash_secret("?")
        assert crypto.hash_code("\ud800", salt="x") != crypto.hash_code("?", salt="x")
