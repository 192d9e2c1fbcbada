"""A bell at a queue in the database: whoever writes rings it where somebody sleeps beside it, and only there.

Who waits for rows may look often, which costs a quiet night what it costs a busy day; or have PostgreSQL tell
(``NOTIFY``), for which a commit holds a lock over the whole cluster: done by each of them, that halves the write rate.
So it is told when somebody sleeps, and nobody sleeps while much is written (decision 0024).

Whoever lies down takes an advisory lock. Whoever writes takes the same lock, shared, in the statement that writes, and
PostgreSQL gives it back when the commit is there to be seen. Where it is not to be had somebody sleeps, and is told.
Nothing falls between: once the lock to lie down is had, all who wrote without it can be seen, so one more look, taken
lying down, finds whatever nobody rings for.
"""

from __future__ import annotations

import select
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
from sqlalchemy import Connection

from shared.storage.driver import driver_of

LIVELY_FOR = 1.0
LOOK_AT_LEAST_EVERY = 0.5
"""Seconds between two looks of one who sleeps: for what was written by a hand that does not ring."""


@dataclass(frozen=True)
class Bell:
    """One queue's bell, by the queue's name. Each database has its own."""

    queue: str

    @property
    def channel(self) -> str:
        """What PostgreSQL tells on."""
        return f"lotsa_{self.queue}"

    @property
    def lock(self) -> int:
        """The advisory lock's number."""
        return zlib.crc32(f"lotsa bell {self.queue}".encode())

    def rung_by(self, insert: str) -> str:
        """The INSERT (without RETURNING) with the ringing in it: one statement, one round trip."""
        return (
            f"WITH written AS ({insert} RETURNING 1) "
            f"SELECT pg_notify('{self.channel}', '') WHERE NOT pg_try_advisory_xact_lock_shared({self.lock})"
        )

    @property
    def ring(self) -> str:
        """A statement that rings whether anybody sleeps or not: for what is done seldom."""
        return f"NOTIFY {self.channel}"


class Sleeper:
    """One who may sleep beside a bell, on a connection that is in no transaction (autocommit).

    Written with ``select``, so that it waits by the hub in a bus process and by the system elsewhere. Raises psycopg's
    errors. What was slept for may have been seen already: being rung for says that looking is worth it, no more.
    """

    def __init__(self, connection: Connection, bell: Bell) -> None:
        self.connection = connection
        self._bell = bell
        self._driver = driver_of(connection)
        self._rung = False
        self.asleep = False
        # what comes while the connection is asked something else is told to this
        self._driver.add_notify_handler(self._note)
        self._driver.execute(f"LISTEN {bell.channel}".encode())

    def lie_down(self) -> bool:
        """Be rung for from now on, if nobody is just writing and nobody else sleeps here. Look once more then."""
        self.asleep = self._ask("SELECT pg_try_advisory_lock(%s)")
        return self.asleep

    def get_up(self) -> None:
        """Nobody need ring any more."""
        self._rung = False
        if self.asleep:
            self._ask("SELECT pg_advisory_unlock(%s)")
            self.asleep = False

    def sleep(self, seconds: float, *others: int) -> bool:
        """Until the bell is rung (then True), ``others`` (descriptors) have something to read, or that long."""
        # what came together with the answer to a question past the driver (``Look``) is in no socket any more
        self._heed()
        if not self._rung:
            libpq = self._driver.pgconn
            select.select([libpq.socket, *others], [], [], seconds)
            libpq.consume_input()
            self._heed()
        return self._rung

    def _heed(self) -> None:
        while (told := self._driver.pgconn.notifies()) is not None:
            self._note(told)

    def _note(self, _told: object) -> None:
        self._rung = True

    def _ask(self, statement: str) -> bool:
        with psycopg.ClientCursor(self._driver) as cursor:
            row = cursor.execute(statement, (self._bell.lock,)).fetchone()
        return bool(row and row[0])


class Rest:
    """How one who looks at a queue rests between two looks: shortly for a second after something was found, and then
    asleep beside the bell.

    ``every``: seconds between looks while awake. ``lively``: the same for a second after something was found.
    """

    def __init__(self, every: float, *, lively: float, seconds: Callable[[], float] = time.monotonic) -> None:
        self._every = every
        self._pause_when_lively = min(lively, every)
        self._seconds = seconds
        self._lively_until = 0.0

    @property
    def lively(self) -> bool:
        """Whether something was found within the last second: then more will come soon."""
        return self._seconds() < self._lively_until

    def found(self) -> None:
        """Something was there."""
        self._lively_until = self._seconds() + LIVELY_FOR

    def between(
        self,
        sleeper: Sleeper | None,
        pause: Callable[[float], object],
        *others: int,
        at_most: float = LOOK_AT_LEAST_EVERY,
    ) -> None:
        """Rest until the next look. ``pause``: waits that long while awake, as it does without a ``sleeper``.

        ``at_most``: seconds to sleep, where there is something to be done by then; never less than ``every``. Raises
        psycopg's errors.
        """
        if sleeper is None:
            pause(self._pause_when_lively if self.lively else self._every)
        elif self.lively:
            sleeper.get_up()
            pause(self._pause_when_lively)
        elif not sleeper.asleep:
            # when it has lain down it looks at once: what was written just before is rung for by nobody
            if not sleeper.lie_down():
                pause(self._every)
        elif sleeper.sleep(max(self._every, min(at_most, LOOK_AT_LEAST_EVERY)), *others):
            sleeper.get_up()
