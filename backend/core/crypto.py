"""Keys and what is made with them: signatures, encrypted columns, hashes of secrets.

Two key rings come from the settings, each a dict from key id (1 to 255) to 32 bytes: `SIGNING_KEYS` (Ed25519 seeds) and
`COLUMN_KEYS` (AES-256). The highest id makes new things, all ids read old ones: a key is replaced by adding one.
The settings module imports `parse_keys` from here: nothing in this module may read a setting while it is imported.
"""

import base64
import binascii
import hashlib
import os
import secrets
from functools import lru_cache
from typing import Any, Final, NoReturn

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.crypto import salted_hmac

KEY_BYTES: Final = 32
HIGHEST_KEY_ID: Final = 255
NONCE_BYTES: Final = 12


# Key rings -----------------------------------------------------------------------------------------------------------


def parse_keys(text: str, *, name: str) -> dict[int, bytes]:
    """Read a key ring in its environment form `1:BASE64,2:BASE64`.

    `name` is the setting's, for the message. Raises ValueError that names the setting and shows the form, and never
    repeats a key: the message ends up in logs.
    """
    keys: dict[int, bytes] = {}
    for item in text.split(","):
        written_id, _, encoded = item.strip().partition(":")
        if not (written_id.isascii() and written_id.isdigit() and 1 <= int(written_id[:4]) <= HIGHEST_KEY_ID):
            _refuse(name, f"each key begins with its id and a colon, a number from 1 to {HIGHEST_KEY_ID}")
        key_id = int(written_id)
        if key_id in keys:
            _refuse(name, f"key {key_id} is given twice")
        try:
            keys[key_id] = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            _refuse(name, f"key {key_id} is not base64")
        if len(keys[key_id]) != KEY_BYTES:
            _refuse(name, f"key {key_id} has {len(keys[key_id])} bytes instead of {KEY_BYTES}")
    return keys


def _refuse(name: str, what: str) -> NoReturn:
    raise ValueError(
        f"{name}: {what}. It should look like 1:BASE64 or 1:BASE64,2:BASE64, "
        f"where BASE64 is {KEY_BYTES} random bytes as `openssl rand -base64 {KEY_BYTES}` prints them."
    )


def format_keys(keys: dict[int, bytes]) -> str:
    """Write a key ring in the environment form that `parse_keys` reads."""
    return ",".join(f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in sorted(keys.items()))


def make_keys() -> str:
    """Make a new ring with one random key, in the environment form."""
    return format_keys({1: secrets.token_bytes(KEY_BYTES)})


# Signatures (Ed25519, RFC 8032) --------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _private_key(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


@lru_cache(maxsize=64)
def _public_key(seed: bytes) -> Ed25519PublicKey:
    return _private_key(seed).public_key()


def signing_key_id() -> int:
    """The id of the key that signs new things."""
    return max(settings.SIGNING_KEYS)


def sign(data: bytes) -> tuple[int, bytes]:
    """Sign with the newest key; answer its id and the 64 bytes of the signature.

    The first byte of whatever is signed says what it is (1: ticket, docs/tickets.md), so that a signature over one
    kind of thing is never taken for another.
    """
    key_id = signing_key_id()
    return key_id, sign_with(key_id, data)


def sign_with(key_id: int, data: bytes) -> bytes:
    """Sign with one key, also an old one: the same key and data always give the same 64 bytes.

    Raises ValueError for a key id that is not in SIGNING_KEYS.
    """
    seed = settings.SIGNING_KEYS.get(key_id)
    if seed is None:
        raise ValueError(f"SIGNING_KEYS has no key {key_id}")
    return _private_key(seed).sign(data)


def verify(key_id: int, data: bytes, signature: bytes) -> bool:
    """Whether `signature` was made over `data` by that key; False too for an unknown key and a wrong length."""
    seed = settings.SIGNING_KEYS.get(key_id)
    if seed is None:
        return False
    try:
        _public_key(seed).verify(signature, data)
    except InvalidSignature:
        return False
    return True


def public_keys() -> dict[int, bytes]:
    """The 32 raw bytes of every public key by id, as devices need them to verify without a network."""
    return {key_id: _public_key(seed).public_bytes_raw() for key_id, seed in sorted(settings.SIGNING_KEYS.items())}


# Encrypted columns (AES-256-GCM) -------------------------------------------------------------------------------------


class DecryptionError(Exception):
    """A stored value cannot be read: its key is not in COLUMN_KEYS, or it was changed or moved to another column."""


@lru_cache(maxsize=64)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def encrypt(text: str, *, context: str) -> str:
    """Encrypt with the newest column key: `key id:base64(nonce + ciphertext + tag)`.

    `context` is authenticated and not stored: the same one is needed to decrypt.
    """
    key_id = max(settings.COLUMN_KEYS)
    nonce = os.urandom(NONCE_BYTES)
    sealed = _cipher(settings.COLUMN_KEYS[key_id]).encrypt(nonce, text.encode(), context.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, context: str) -> str:
    """Read what `encrypt` made with any key of the ring. Raises DecryptionError."""
    written_id, _, encoded = stored.partition(":")
    try:
        key = settings.COLUMN_KEYS[int(written_id)]
        sealed = base64.b64decode(encoded, validate=True)
        return _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode()).decode()
    except KeyError:
        raise DecryptionError(f"{context}: COLUMN_KEYS has no key {written_id}") from None
    except (InvalidTag, ValueError):
        raise DecryptionError(f"{context}: the stored value was not made here with key {written_id[:3]}") from None


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Text that is encrypted in the database and plain in Python; None stays NULL.

    It cannot be searched, since equal texts are stored differently: only `__isnull` works. The column name is part of
    what is authenticated, so a renamed column needs a data migration that reads with the old name and writes anew.
    """

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        text = super().get_db_prep_value(value, connection, prepared)
        return None if text is None else encrypt(text, context=str(self.column))

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return None if value is None else decrypt(value, context=str(self.column))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it can be tested with __isnull, not with __{lookup_name}.")
        return super().get_lookup(lookup_name)


# Secrets that people and programs bring back -------------------------------------------------------------------------


def new_token(prefix: str) -> str:
    """A new secret of 256 random bits, safe in addresses and headers: `prefix_…`; store only its `hash_secret`."""
    return f"{prefix}_{secrets.token_urlsafe(32)}"


def hash_secret(text: str) -> str:
    """SHA-256 in hex of a secret that nobody can guess (a token, a ticket's text): a plain hash is enough for it.

    Takes any text that somebody may send, lone surrogates too.
    """
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def hash_code(code: str, *, salt: str) -> str:
    """HMAC-SHA-256 in hex, keyed with SECRET_KEY, of a code that can be guessed.

    Six digits are a million tries: without the key a stolen table would give them all away. `salt` says what the code
    is for and whose it is, so that equal codes have different hashes.
    """
    return salted_hmac(salt, code.encode(errors="surrogatepass"), algorithm="sha256").hexdigest()
