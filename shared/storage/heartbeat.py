"""Whether this service has heard the directory: only then does it know whose right has ended.

The directory says every ten seconds that it is there (``DirectoryIsThere``), after all that it had committed before. It
comes by the queue that brings ended sessions and assignments, so it never overtakes them in the broker. A service that
has not heard it for ``within`` closes what others may see, and opens it again with the next one (decision 0015).

Judged is the earlier of two clocks: what the envelope says, and when it came. A directory whose clock is ahead cannot
make itself heard beyond its last word; one whose clock is behind is believed to be as old as it says.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, Engine

from shared.observability import metrics
from shared.storage.driver import ask, ask_alone, run

# how far the clocks of a service's own processes may lie apart
CLOCKS_APART = timedelta(seconds=5)
# by so much longer one clock may go than the other, while somebody is asked
ASKING = timedelta(seconds=0.5)
TABLE = "directory_heard"

# many small changes of one row: with room on its page no index is touched, and what is old goes at once
_CREATE = f"""
    CREATE TABLE {TABLE} (
        single_row boolean PRIMARY KEY DEFAULT true CHECK (single_row),
        heard_at timestamptz NOT NULL
    ) WITH (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500)
"""
# nobody waits for the disk: a crash that forgets it closes sooner, and that is all. What lies ahead of the clock is
# from before the clock was put right
_NOTE = f"""
    WITH in_no_hurry AS (SELECT set_config('synchronous_commit', 'off', true))
    INSERT INTO {TABLE} AS heard (heard_at) SELECT least($1::timestamptz, $2::timestamptz) FROM in_no_hurry
    ON CONFLICT (single_row) DO UPDATE SET heard_at = CASE
        WHEN heard.heard_at > $2 THEN excluded.heard_at ELSE greatest(heard.heard_at, excluded.heard_at) END
"""  # noqa: S608 - only this module's own names are put in
_HEARD = f"SELECT heard_at FROM {TABLE}"  # noqa: S608 - as above


def create_hearing(op: Any, app_role: str) -> None:
    """Make the table in an alembic migration (``op``: ``alembic.op``). Frozen: version 1."""
    op.execute(_CREATE)
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {app_role}")


def note(connection: Connection, said_at: datetime, now: datetime) -> None:
    """The directory has said at a moment that it is there; it is heard now. Repeats and old ones change nothing."""
    run(connection, (_NOTE, (said_at, now)))


def heard(connection: Connection) -> datetime | None:
    """When this service last heard the directory; None where it never did."""
    rows = ask(connection, _HEARD)
    return rows[0][0] if rows else None


def show(connection: Connection, service: str) -> None:
    """Measure it, whether anybody asks for contents or not; from the database, so that a start is no word."""
    at = heard(connection)
    metrics.directory_heard.labels(service).set(at.timestamp() if at else 0)


class Hearing(Protocol):
    """What a door asks."""

    def goes_on(self, now: datetime) -> bool:
        """Whether the directory has been heard lately."""
        ...


class HeardDirectory:
    """Answers from the service's own database, and seldom: what was heard once holds for as long as it is fresh."""

    def __init__(self, engine: Engine, within: timedelta) -> None:
        self._engine = engine
        self._within = within
        self._heard_at: datetime | None = None
        self._holds_until = 0.0

    def goes_on(self, now: datetime) -> bool:
        """Whether the directory has been heard lately. What is remembered is older than the truth, never newer."""
        if not self._fresh(now):
            heard_at = self.heard_at()
            if heard_at is not None and heard_at != self._heard_at:
                # by the other clock, which nobody sets: what is known already gets no fresher when the time is put back
                self._holds_until = time.monotonic() + (self._within + ASKING - (now - heard_at)).total_seconds()
            self._heard_at = heard_at
        return self._fresh(now)

    def heard_at(self) -> datetime | None:
        """When the directory was last heard; None where it never was."""
        rows = ask_alone(self._engine, _HEARD)
        return rows[0][0] if rows else None

    def _fresh(self, now: datetime) -> bool:
        if self._heard_at is None or time.monotonic() > self._holds_until:
            return False
        return -CLOCKS_APART <= now - self._heard_at <= self._within
