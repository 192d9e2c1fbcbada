"""What a transaction that shows something has written, asked of PostgreSQL: more than its look is refused in tests.

In production ``reading`` refuses what would be told. What is written by a statement and told to nobody it cannot see
without another question to the database for each page; so every test that runs a service in its own process pays it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection

from shared.storage.driver import ask
from shared.storage.unit_of_work import ChangedWhileReading, Work

OF_A_LOOK = frozenset({"outbox", "looks", "look_kinds", "id_sets", "pending_entries", "opening_keys", "subject_keys"})
"""The tables in which a look is kept, told, and put before the log with the keys that its name lies under."""

_WRITTEN = """
    SELECT relname, n FROM pg_class, LATERAL (
        SELECT pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
            + pg_stat_get_xact_tuples_deleted(oid) AS n) AS written
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND n > 0
"""

Reading = Callable[[Work], AbstractContextManager[Work]]


def written(connection: Connection) -> dict[str, int]:
    """How many rows of each table this session has changed since PostgreSQL last took its count."""
    return dict(ask(connection, _WRITTEN))


def held_to_looking(reading: Reading[Work]) -> Reading[Work]:
    """``reading``, which also raises ChangedWhileReading with the tables that were changed besides a look's."""

    @contextmanager
    def held(work: Work) -> Iterator[Work]:
        with reading(work) as uow:
            # the count may begin in an earlier transaction of the same connection
            before = written(uow.connection)
            yield uow
            after = written(uow.connection)
            changed = sorted(table for table, rows in after.items() if rows != before.get(table, 0))
            if not OF_A_LOOK.issuperset(changed):
                raise ChangedWhileReading(", ".join(changed))

    return held
