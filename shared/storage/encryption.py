"""Encryption of personal fields: AES-256-GCM under one data key per referral, subject and scope.

Data keys are wrapped by the service's master key, which comes from a file outside the database. Losing the master
key loses every personal field for ever; that is also how a backup's contents end.

Sealed value, frozen: ``0x01 | 16 bytes key id | 12 bytes nonce | ciphertext and tag``; associated data
``lotsa/1|<table>|<column>|<row id>``. Wrapped key, frozen, two formats. ``0x01 | 12 bytes nonce | ciphertext and tag``
with associated data ``lotsa/1|key|<key id>`` does not say which master key wrapped it: each that is known is tried, and
the tag tells. ``0x02 | 1 byte n | n bytes master key id | 12 bytes nonce | ciphertext and tag`` with associated data
``lotsa/2|key|<master key id>|<key id>`` does; it is the one that is written.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = b"\x01"
NAMED_FORMAT = b"\x02"
NONCE_BYTES = 12
KEY_BYTES = 32
# what a master key may be called: it stands in front of every data key, and in sentences
MASTER_KEY_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,31}")


class Unreadable(Exception):
    """A sealed value cannot be opened: another key, another place, or changed bytes."""


class KeyTrouble(ValueError):
    """A key is not as it should be. The message is a whole sentence, names files and keys' names, and quotes no key.

    KeyTrouble ← KeyIsMissing, KeyIsWrong ← MasterKeyIsWrong
    """


class KeyIsMissing(KeyTrouble):
    """A key that must be there is not."""


class KeyIsWrong(KeyTrouble):
    """A key is there, and is another than it should be."""


class MasterKeyIsWrong(KeyIsWrong):
    """A master key's file does not hold ``<key id>:<base64url of 32 bytes>``, one a line."""


@dataclass(frozen=True)
class DataKey:
    """The key of one referral's one subject and scope."""

    id: UUID
    secret: bytes = field(repr=False)

    def seal(self, table: str, column: str, row: UUID, value: str) -> bytes:
        """Encrypt a text for one place (table, column, row); it opens nowhere else."""
        return self.seal_bytes(table, column, row, value.encode())

    def seal_bytes(self, table: str, column: str, row: UUID, value: bytes) -> bytes:
        """The same for bytes."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.secret).encrypt(nonce, value, _place(table, column, row))
        return FORMAT + self.id.bytes + nonce + sealed

    def open(self, table: str, column: str, row: UUID, sealed: bytes) -> str:
        """Decrypt a text sealed for this place. Raises Unreadable."""
        try:
            return self.open_bytes(table, column, row, sealed).decode()
        except UnicodeDecodeError:
            raise Unreadable("what was sealed is no text") from None

    def open_bytes(self, table: str, column: str, row: UUID, sealed: bytes) -> bytes:
        """The same for bytes. Raises Unreadable."""
        sealed = bytes(sealed)
        start = 17 + NONCE_BYTES
        if sealed[:1] != FORMAT or sealed[1:17] != self.id.bytes:
            raise Unreadable("sealed in another format or under another key")
        try:
            return AESGCM(self.secret).decrypt(sealed[17:start], sealed[start:], _place(table, column, row))
        except (InvalidTag, ValueError):
            raise Unreadable("sealed for another place, or changed") from None


def key_id_of(sealed: bytes) -> UUID:
    """The id of the data key that a value was sealed under."""
    return UUID(bytes=bytes(sealed[1:17]))


@dataclass(frozen=True)
class MasterKey:
    """A service's master key: wraps data keys, and yields keyed fingerprints for look-up."""

    id: str
    secret: bytes = field(repr=False)

    @classmethod
    def from_line(cls, line: str) -> MasterKey:
        """Read ``<key id>:<base64url of 32 bytes>``. Raises MasterKeyIsWrong, which quotes nothing of it."""
        key_id, colon, encoded = line.strip().partition(":")
        try:
            secret = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except ValueError:
            secret = b""
        if not colon or not MASTER_KEY_ID.fullmatch(key_id) or len(secret) != KEY_BYTES:
            raise MasterKeyIsWrong("a line is not <key id>:<32 bytes in base64url>")
        return cls(key_id, secret)

    @classmethod
    def generate(cls, key_id: str) -> MasterKey:
        """A new key under this name."""
        return cls(key_id, os.urandom(KEY_BYTES))

    def line(self) -> str:
        """The key as its file holds it: a secret."""
        return f"{self.id}:{base64.urlsafe_b64encode(self.secret).decode()}"

    def new_data_key(self) -> tuple[DataKey, bytes]:
        """A new data key and its wrapped form for the database."""
        key = DataKey(uuid4(), os.urandom(KEY_BYTES))
        return key, self.wrap(key)

    def wrap(self, key: DataKey) -> bytes:
        """A data key's wrapped form, which names this master key."""
        nonce = os.urandom(NONCE_BYTES)
        name = self.id.encode()
        sealed = AESGCM(self.secret).encrypt(nonce, key.secret, _named_key_place(self.id, key.id))
        return NAMED_FORMAT + bytes([len(name)]) + name + nonce + sealed

    def unwrap(self, key_id: UUID, wrapped: bytes) -> DataKey:
        """The data key again. Raises Unreadable."""
        wrapped = bytes(wrapped)
        name = master_key_id_of(wrapped)
        if name is not None and name != self.id:
            raise Unreadable("the data key was wrapped by another master key")
        start, place = (1, _key_place(key_id)) if name is None else (2 + len(name), _named_key_place(name, key_id))
        if name is None and wrapped[:1] != FORMAT:
            raise Unreadable("the data key was wrapped in another format")
        nonce, sealed = wrapped[start : start + NONCE_BYTES], wrapped[start + NONCE_BYTES :]
        try:
            return DataKey(key_id, AESGCM(self.secret).decrypt(nonce, sealed, place))
        except (InvalidTag, ValueError):
            # a ValueError: what is left of it is too short to be a nonce
            raise Unreadable("the data key was wrapped by another master key, or changed") from None

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HKDF-SHA-256, RFC 5869)."""
        return _derived(self.secret, purpose)

    def fingerprint(self, purpose: str, value: str) -> bytes:
        """A keyed fingerprint (HMAC-SHA-256) of a value, for look-up without storing it: a blind index."""
        return hmac.new(self.derive(purpose), value.encode(), hashlib.sha256).digest()


def master_key_id_of(wrapped: bytes) -> str | None:
    """The id of the master key that a data key was wrapped by; None in the older format, which does not say."""
    if wrapped[:1] != NAMED_FORMAT or len(wrapped) < 2:
        return None
    return bytes(wrapped[2 : 2 + wrapped[1]]).decode("ascii", "replace")


@lru_cache(maxsize=32)
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"lotsa/1|{purpose}".encode()).derive(secret)


def _place(table: str, column: str, row: UUID) -> bytes:
    return f"lotsa/1|{table}|{column}|{row}".encode()


def _key_place(key_id: UUID) -> bytes:
    return f"lotsa/1|key|{key_id}".encode()


def _named_key_place(master_key_id: str, key_id: UUID) -> bytes:
    return f"lotsa/2|key|{master_key_id}|{key_id}".encode()
