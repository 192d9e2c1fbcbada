"""Encryption of personal fields: AES-256-GCM under one data key per referral, subject and scope.

Data keys are wrapped by the service's master key, which comes from a file outside the database. Losing the master
key loses every personal field for ever; that is also how a backup's contents end.

Sealed value, frozen: ``0x01 | 16 bytes key id | 12 bytes nonce | ciphertext and tag``; associated data
``lotsa/1|<table>|<column>|<row id>``. Wrapped key, frozen: ``0x01 | 12 bytes nonce | ciphertext and tag``; associated
data ``lotsa/1|key|<key id>``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class Unreadable(Exception):
    """A sealed value cannot be opened: another key, another place, or changed bytes."""


class MasterKeyIsWrong(ValueError):
    """The master key's file does not hold ``<key id>:<base64url of 32 bytes>``."""


@dataclass(frozen=True)
class DataKey:
    """The key of one referral's one subject and scope."""

    id: UUID
    secret: bytes = field(repr=False)

    def seal(self, table: str, column: str, row: UUID, value: str) -> bytes:
        """Encrypt a text for one place (table, column, row); it opens nowhere else."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.secret).encrypt(nonce, value.encode(), _place(table, column, row))
        return FORMAT + self.id.bytes + nonce + sealed

    def open(self, table: str, column: str, row: UUID, sealed: bytes) -> str:
        """Decrypt a text sealed for this place. Raises Unreadable."""
        sealed = bytes(sealed)
        start = 17 + NONCE_BYTES
        if sealed[:1] != FORMAT or sealed[1:17] != self.id.bytes:
            raise Unreadable("sealed in another format or under another key")
        try:
            return AESGCM(self.secret).decrypt(sealed[17:start], sealed[start:], _place(table, column, row)).decode()
        except InvalidTag:
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
    def from_file(cls, path: Path) -> MasterKey:
        """Read ``<key id>:<base64url of 32 bytes>``. Raises MasterKeyIsWrong, which names the file only."""
        try:
            key_id, encoded = path.read_text("ascii").strip().split(":")
            secret = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except (OSError, ValueError):
            raise MasterKeyIsWrong(f"cannot read a master key from {path}") from None
        if len(secret) != KEY_BYTES:
            raise MasterKeyIsWrong(f"the master key in {path} is not {KEY_BYTES} bytes")
        return cls(key_id, secret)

    def new_data_key(self) -> tuple[DataKey, bytes]:
        """A new data key and its wrapped form for the database."""
        key = DataKey(uuid4(), os.urandom(KEY_BYTES))
        nonce = os.urandom(NONCE_BYTES)
        return key, FORMAT + nonce + AESGCM(self.secret).encrypt(nonce, key.secret, _key_place(key.id))

    def unwrap(self, key_id: UUID, wrapped: bytes) -> DataKey:
        """The data key again. Raises Unreadable."""
        wrapped = bytes(wrapped)
        start = 1 + NONCE_BYTES
        try:
            return DataKey(
                key_id,
                AESGCM(self.secret).decrypt(wrapped[1:start], wrapped[start:], _key_place(key_id)),
            )
        except InvalidTag:
            raise Unreadable("the data key was wrapped by another master key, or changed") from None

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HKDF-SHA-256, RFC 5869)."""
        return _derived(self.secret, purpose)

    def fingerprint(self, purpose: str, value: str) -> bytes:
        """A keyed fingerprint (HMAC-SHA-256) of a value, for look-up without storing it: a blind index."""
        return hmac.new(self.derive(purpose), value.encode(), hashlib.sha256).digest()


@lru_cache(maxsize=32)
def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"lotsa/1|{purpose}".encode()).derive(secret)


def _place(table: str, column: str, row: UUID) -> bytes:
    return f"lotsa/1|{table}|{column}|{row}".encode()


def _key_place(key_id: UUID) -> bytes:
    return f"lotsa/1|key|{key_id}".encode()
