"""The keys under which salts and erasable values are sealed: one for each month, wrapped by audit's master key.

More than one only for a month of which one could not be unwrapped.

A month's key destroyed means that nothing of that month can be opened any more, in old backups either.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from shared.observability.logs import logger
from shared.storage.encryption import DataKey, Unreadable
from shared.storage.master_keys import MasterKeys

_log = logger("audit.opening_keys")

AT_MOST = 9
_FIND = "select key_id, wrapped from opening_keys where period = %s"
_MAKE = "insert into opening_keys (key_id, period, wrapped) values (%s, %s, %s) on conflict (period) do nothing"
_BY_ID = "select wrapped from opening_keys where key_id = %s"


class KeyIsDestroyed(Unreadable):
    """There is no such key any more: what it sealed is erased."""


class OpeningKeys:
    """Makes and finds the months' keys. Shared by all units of work of a process."""

    def __init__(self, engine: Engine, master: MasterKeys) -> None:
        self._engine = engine
        self._master = master
        self._current: tuple[tuple[int, int], DataKey] | None = None
        # for as long as a transaction lasts: a key destroyed meanwhile opens nothing in the next one
        self._found: WeakKeyDictionary[Connection, dict[UUID, DataKey]] = WeakKeyDictionary()

    def current(self, now: datetime) -> DataKey:
        """This month's key, made when it is the first to be asked for."""
        month = now.year, now.month
        if self._current is None or self._current[0] != month:
            # committed before anything is sealed under it, whatever becomes of the caller's transaction
            with self._engine.begin() as connection:
                self._current = month, self._find_or_make(connection, f"{now:%Y-%m}")
        return self._current[1]

    def find(self, connection: Connection, key_id: UUID) -> DataKey:
        """The key with an id. Raises KeyIsDestroyed; Unreadable when it is there and was wrapped by no key of ours."""
        found = self._found.setdefault(connection, {})
        if key_id not in found:
            row = connection.exec_driver_sql(_BY_ID, (key_id,)).first()
            if row is None:
                raise KeyIsDestroyed("the key has been destroyed")
            found[key_id] = self._master.unwrap(key_id, row.wrapped)
        return found[key_id]

    def _find_or_make(self, connection: Connection, month: str) -> DataKey:
        """The month's key, or the next one of that month: one that cannot be unwrapped must not stop the log."""
        for number in range(1, AT_MOST + 1):
            try:
                return self._of_period(connection, month if number == 1 else f"{month}.{number}")
            except Unreadable:
                _log.error("unreadable", table="opening_keys", period=month, number=number)
        raise Unreadable(f"none of this month's {AT_MOST} keys can be unwrapped")

    def _of_period(self, connection: Connection, period: str) -> DataKey:
        found = connection.exec_driver_sql(_FIND, (period,)).first()
        if found is None:
            key, wrapped = self._master.new_data_key()
            connection.exec_driver_sql(_MAKE, (key.id, period, wrapped))
            # another process may have got there first
            found = connection.exec_driver_sql(_FIND, (period,)).one()
        return self._master.unwrap(found.key_id, found.wrapped)
