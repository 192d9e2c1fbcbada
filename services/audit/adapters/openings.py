"""Seals what opens a commitment, for its row and no other, and opens it again."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

from shared.storage.encryption import DataKey, Unreadable

_TABLE, _COLUMN = "log_openings", "sealed"


def seal(key: DataKey, event_id: UUID, name: str, salt: bytes, value: Any) -> bytes:
    """Salt and value as one sealed text."""
    opening = {"name": name, "salt": base64.b64encode(salt).decode(), "value": value}
    return key.seal(_TABLE, _COLUMN, event_id, json.dumps(opening, ensure_ascii=False))


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
