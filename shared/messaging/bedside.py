"""A bed beside a bell for who has no connection of its own: one that is made when needed, and anew when it is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from shared.storage.bell import Bell, Rest, Sleeper

AGAIN_AFTER = 1.0


class Bedside:
    """Rests between two looks at a queue. Without its connection it rests as shortly as awake, so nothing is late.

    ``engine``: where that connection is made; its pool is used for nothing else. ``every``: seconds between looks while
    awake.
    """

    def __init__(self, engine: Engine, bell: Bell, every: float) -> None:
        self._engine = engine
        self._bell = bell
        self._every = every
        self._rest = Rest(every, lively=every)
        self._sleeper: Sleeper | None = None
        self._not_before = 0.0

    def rest(self, pause: Callable[[float], object], *, found: bool) -> None:
        """Until the next look. ``found``: whether the last one found something. Raises nothing that a database may."""
        if found:
            self._rest.found()
        try:
            self._rest.between(self._beside(), pause)
        except (psycopg.Error, SQLAlchemyError, OSError):
            # told by whoever looks at the queue
            self.leave()
            pause(self._every)

    def leave(self) -> None:
        """Give the connection up, and with it the lock, if there is any."""
        sleeper, self._sleeper = self._sleeper, None
        if sleeper is not None:
            self._not_before = time.monotonic() + AGAIN_AFTER
            _give_up(sleeper.connection)

    def _beside(self) -> Sleeper | None:
        if self._sleeper is None and time.monotonic() >= self._not_before:
            self._not_before = time.monotonic() + AGAIN_AFTER
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                self._sleeper = Sleeper(connection, self._bell)
            except BaseException:
                _give_up(connection)
                raise
        return self._sleeper


def _give_up(connection: Connection) -> None:
    # not back into the pool: the lock is the session's
    connection.invalidate()
    connection.close()
