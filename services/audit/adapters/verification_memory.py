"""Where the verification keeps how far it has come: one row, sealed, which one process at a time may hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.storage.driver import ask, run
from shared.storage.encryption import DataKey, Unreadable
from shared.storage.master_keys import MasterKeys

# the key is derived from the service's master key for this alone; its id, and the row's, are only ever these
KEY_ID = UUID("6f1d2d3e-8f0a-4c52-9d3b-0d1f5b1c7a01")
ROW = UUID(int=1)

_LOCK = "select sealed, asked_at from verification for update skip locked"
_KEEP = "update verification set sealed = $1"


class VerificationMemory:
    """In one transaction."""

    def __init__(self, connection: Connection, key: DataKey) -> None:
        self._connection = connection
        self._key = key
        self._row: tuple[bytes | None, datetime | None] = (None, None)

    def lock(self) -> bool:
        """Be the one who verifies until the transaction ends; False when another is."""
        rows = ask(self._connection, _LOCK)
        if rows:
            self._row = rows[0][0], rows[0][1]
        return bool(rows)

    def read(self) -> dict[str, Any] | None:
        """How far it had come; None at the first time, or when nobody of ours has written what is there."""
        return opened(self._key, self._row[0])

    def asked_at(self) -> datetime | None:
        """When a reviewer last asked for a whole round."""
        return self._row[1]

    def keep(self, state: Mapping[str, Any]) -> None:
        """Keep how far it has come."""
        sealed = self._key.seal("verification", "sealed", ROW, json.dumps(state))
        run(self._connection, (_KEEP, (sealed,)))


def sealing_key(masters: MasterKeys) -> DataKey:
    """The key that what it remembers is sealed under: of the oldest master key, which a new one leaves as it is."""
    return DataKey(KEY_ID, masters.derive("verification")[-1])


def opened(key: DataKey, sealed: bytes | None) -> dict[str, Any] | None:
    """What was kept; None when nothing was, or it was not written with this key."""
    if sealed is None:
        return None
    try:
        found: dict[str, Any] = json.loads(key.open("verification", "sealed", ROW, sealed))
    except Unreadable:
        return None
    return found
