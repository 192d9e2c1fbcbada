"""Keyed pseudonyms, by which the keys of openings are found: whoever reads the table learns nobody's name.

What they are made with is a key like those of the months (a row of ``opening_keys``), wrapped by audit's master key.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection, Engine

from shared.observability.logs import logger
from shared.storage.encryption import DataKey, Unreadable
from shared.storage.master_keys import MasterKeys

_log = logger("audit.pseudonyms")

AT_MOST = 9
"""So many keys a subject may have, and so many pseudonyms may be made with: one that cannot be unwrapped has a next."""
_PERIOD = "pseudonyms"
_FIND = "select key_id, wrapped from opening_keys where period = %s"
_IS_THERE = "select from opening_keys where key_id = %s"
_MAKE = "insert into opening_keys (key_id, period, wrapped) values (%s, %s, %s) on conflict (period) do nothing"


class Pseudonyms:
    """Makes them. Shared by all units of work of a process."""

    def __init__(self, engine: Engine, master: MasterKeys) -> None:
        self._engine = engine
        self._master = master
        self._key: DataKey | None = None

    def begin(self) -> None:
        """Have what they are made with, before a transaction: making it needs a connection of its own."""
        if self._key is None:
            with self._engine.begin() as connection:
                self._key = self._find_or_make(connection)

    def of(self, name: str, number: int = 1) -> bytes:
        """The first pseudonym of a name, or a further one: 32 bytes that tell nothing without audit's master key."""
        self.begin()
        if self._key is None:
            raise Unreadable("there is nothing to make pseudonyms with")
        said = name if number == 1 else f"{name}|{number}"
        return hmac.new(self._key.secret, said.encode(), hashlib.sha256).digest()

    def all_of(self, name: str) -> list[bytes]:
        """All that a name may have."""
        return [self.of(name, number) for number in range(1, AT_MOST + 1)]

    def are_of(self, connection: Connection) -> bool:
        """Whether what they are made with is this database's."""
        # a process outlives a database that is put back, or begun anew, under it
        return self._key is not None and connection.exec_driver_sql(_IS_THERE, (self._key.id,)).first() is not None

    def renew(self, connection: Connection, *, make: bool) -> bool:
        """Whether what they were made with was another database's, which this one has taken the place of.

        What this one has is taken up then, or made.
        """
        if self.are_of(connection):
            return False
        if make or connection.exec_driver_sql(_FIND, (_PERIOD,)).first() is not None:
            self._key = self._find_or_make(connection)
            return True
        return False

    def _find_or_make(self, connection: Connection) -> DataKey:
        """The key, or the next one: one that cannot be unwrapped must not stop the log."""
        for number in range(1, AT_MOST + 1):
            try:
                return self._of_period(connection, _PERIOD if number == 1 else f"{_PERIOD}.{number}")
            except Unreadable:
                _log.error("unreadable", table="opening_keys", period=_PERIOD, number=number)
        raise Unreadable(f"none of the {AT_MOST} keys of this period can be unwrapped")

    def _of_period(self, connection: Connection, period: str) -> DataKey:
        found = connection.exec_driver_sql(_FIND, (period,)).first()
        if found is None:
            key, wrapped = self._master.new_data_key()
            connection.exec_driver_sql(_MAKE, (key.id, period, wrapped))
            # another process may have got there first
            found = connection.exec_driver_sql(_FIND, (period,)).one()
        return self._master.unwrap(found.key_id, found.wrapped)
