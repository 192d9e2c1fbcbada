"""Whether a service's database is of the version that this code knows: an update while it runs, or one half done.

The steps that this code knows are the files in the service's ``migrations/versions``; the last one that a database has
taken stands in its ``alembic_version``, which ``migrating.run`` lets the application's role read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

ASK_EVERY = 5.0
_SERVICES = Path(__file__).resolve().parents[2] / "services"
_MIGRATED = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_MAY_READ = text("SELECT has_table_privilege('alembic_version', 'SELECT')")
_TAKEN = text("SELECT version_num FROM alembic_version")


class DatabaseIsOfAnotherVersion(RuntimeError):
    """Whoever goes on reads and writes what the other version understands otherwise. The message says what to do."""


class DatabaseIsOlder(DatabaseIsOfAnotherVersion):
    """It has not taken all steps yet: `lotsa migrate`."""


class DatabaseIsNewer(DatabaseIsOfAnotherVersion):
    """It has taken steps that this code does not know: start the code that made them."""


@cache
def known_steps(service: str) -> tuple[str, ...]:
    """The steps that this code knows, in order."""
    return tuple(sorted(file.name[:4] for file in (_SERVICES / service / "migrations" / "versions").glob("[0-9]*.py")))


def check_version(service: str, connection: Connection) -> None:
    """Raises DatabaseIsOlder or DatabaseIsNewer. One that no migration has made is nobody's to judge."""
    if not connection.execute(_MIGRATED).scalar_one():
        return
    steps = known_steps(service)
    # before the application's role was let read it, it was older than any code that asks
    taken = connection.execute(_TAKEN).scalar() if connection.execute(_MAY_READ).scalar_one() else None
    if taken == steps[-1]:
        return
    if taken is None or taken in steps:
        raise DatabaseIsOlder(f"{service}'s database is of step {taken}, this code of {steps[-1]}: lotsa migrate")
    raise DatabaseIsNewer(f"{service}'s database is of step {taken}, this code of {steps[-1]}: start the newer code")


class OneVersion:
    """Whether a process that runs and its database are still of one version; asked now and then, by all its threads."""

    def __init__(self, service: str, engine: Engine, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._engine = engine
        self._seconds = seconds
        self._ask_from = 0.0
        self._found: DatabaseIsOfAnotherVersion | None = None

    def look(self) -> None:
        """Ask the database. Raises DatabaseIsOlder or DatabaseIsNewer, or what a database that is away says."""
        # first: while one asks, the others go by what was found before
        self._ask_from = self._seconds() + ASK_EVERY
        try:
            with self._engine.connect() as connection:
                check_version(self._service, connection)
        except DatabaseIsOfAnotherVersion as found:
            self._found = found
            raise
        self._found = None

    def check(self) -> None:
        """As when it last answered; one that is away is nobody's to judge. Raises DatabaseIsOfAnotherVersion."""
        if self._seconds() >= self._ask_from:
            with suppress(DBAPIError, PoolTimeout):
                self.look()
                return
        if self._found is not None:
            raise type(self._found)(*self._found.args)
