"""Seals what opens a commitment, for its row and no other, and opens it again.

Two forms, told apart by their first byte. ``0x01``: salt and value sealed under a key (``DataKey.seal``). ``0x02`` and
the key's id: the value is the one that the subject's key was made for, and the salt follows from that key
(``salt_for``) so that nothing more need be kept for each entry.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Connection

from shared.storage.encryption import DataKey, Unreadable

_TABLE, _COLUMN = "log_openings", "sealed"
REFERS = b"\x02"
REFERENCE_BYTES = 17


class Unseal(Protocol):
    """Opens what stands beside an entry."""

    def __call__(self, connection: Connection, event_id: UUID, name: str, sealed: bytes) -> tuple[bytes, Any] | None:
        """Salt and value, or None when the key was destroyed. Raises OpeningIsWrong."""
        ...

    def knows(self, connection: Connection, sealed: bytes) -> bool:
        """Whether the key is there, or a row that says that it was destroyed."""
        ...

    def is_found(self, connection: Connection, sealed: bytes) -> bool:
        """Whether the key of what opens would be found by whom it tells of, where it tells of somebody."""
        ...

    def prepare(self, connection: Connection, sealed: Iterable[bytes]) -> None:
        """Fetch the keys of these in one go."""
        ...

    def learn(self, connection: Connection, keys: Iterable[Sequence[Any]]) -> None:
        """Take rows of ``subject_keys`` that have been fetched: key_id, wrapped, told, pseudonym."""
        ...


def seal(key: DataKey, event_id: UUID, name: str, salt: bytes, value: Any) -> bytes:
    """Salt and value as one sealed text."""
    opening = {"name": name, "salt": base64.b64encode(salt).decode(), "value": value}
    return key.seal(_TABLE, _COLUMN, event_id, json.dumps(opening, ensure_ascii=False))


def reference(key_id: UUID) -> bytes:
    """Says that the value is the one that a subject's key was made for."""
    return REFERS + key_id.bytes


def is_reference(sealed: bytes) -> bool:
    """Whether it is one of those."""
    return sealed[:1] == REFERS and len(sealed) == REFERENCE_BYTES


class OpeningIsWrong(Exception):
    """The key is there, and what is sealed does not open with it: it was changed, or belongs to another row."""


def unseal(key: DataKey, event_id: UUID, name: str, sealed: bytes) -> tuple[bytes, Any]:
    """Salt and value again. Raises OpeningIsWrong, also when the row holds another name's opening."""
    try:
        opening = json.loads(key.open(_TABLE, _COLUMN, event_id, sealed))
    except Unreadable:
        raise OpeningIsWrong(name) from None
    if opening["name"] != name:
        raise OpeningIsWrong(name)
    return base64.b64decode(opening["salt"]), opening["value"]
