"""Sessions end while faults happen; and no service has heard the directory beyond an end that it has not carried out.

That is asked of each service again and again: what it holds to be the directory's last word, and which ends it has, in
one look. An end that had been committed before that word must be among them.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from shared.messaging.publish.outbox import append
from shared.storage.unit_of_work import Told
from tests.chaos.world import World
from tests.support.builders.events import session_ended

HEARERS = ("referral", "notifications", "audit")
EVERY = 0.2
HEARD_AGAIN_WITHIN = 40.0
_LOOK = text("SELECT (SELECT heard_at FROM directory_heard), ARRAY(SELECT session_id FROM ended_sessions)")


class Ends:
    """Ends sessions, and looks, until told to stop. ``beyond``: sentences about words that vouched for too much."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ends", daemon=True)
        self.committed: dict[UUID, datetime] = {}
        self.looks = 0
        self.beyond: list[str] = []

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                self._end_one()
                for service in HEARERS:
                    self._look(service)
            except SQLAlchemyError:
                # the database is being restarted; what was not known to be committed is asked of nobody
                continue

    def _end_one(self) -> None:
        now = datetime.now(UTC)
        ended = session_ended(expires_at=now + timedelta(hours=12), occurred_at=now)
        with self._world.engine("directory").begin() as connection:
            append(connection, [Told(ended, uuid4())], occurred_at=now)
        self.committed[ended.session_id] = datetime.now(UTC)

    def _look(self, service: str) -> None:
        with self._world.engine(service).connect() as connection:
            heard_at, known = connection.execute(_LOOK).one()
        if heard_at is None:
            return
        self.looks += 1
        early = {each for each, at in self.committed.items() if at < heard_at} - set(known)
        if early:
            self.beyond.append(
                f"{service} had heard the directory beyond {len(early)} ends that it had not carried out"
            )

    def unknown(self) -> int:
        """How many ends a service has not carried out in the end."""
        missing = 0
        for service in HEARERS:
            with self._world.engine(service).connect() as connection:
                missing += len(set(self.committed) - set(connection.execute(_LOOK).one()[1]))
        return missing

    def slowest_word(self) -> float:
        """Seconds until each service has heard the directory anew, from now; infinite where one has not in time."""
        since = datetime.now(UTC)
        began = time.monotonic()
        left = set(HEARERS)
        while left and time.monotonic() - began < HEARD_AGAIN_WITHIN:
            for service in sorted(left):
                with self._world.engine(service).connect() as connection:
                    heard_at = connection.execute(_LOOK).one()[0]
                if heard_at is not None and heard_at > since:
                    left.discard(service)
            time.sleep(EVERY)
        return float("inf") if left else time.monotonic() - began
