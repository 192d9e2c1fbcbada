"""When each referral's effects were there: audited in a checkpoint, and its notice queued.

A watcher looks into the databases forty times a second, from a process of its own, and notes when it first saw each
effect: so a time is at most one look too late, never too early.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import create_engine, make_url, text

from services.audit.adapters.beside_entries import ABOUT

LOOK_EVERY_S = 0.025
# what is committed late was written earlier: looked for behind the newest, a little each time and far back each second
OVERLAP_S = 0.5
FAR_BACK_S = 10.0
FAR_BACK_EVERY_S = 1.0

# so that looking costs the measured servers next to nothing
INDEX = text("create index if not exists looked_at_by_the_bench on notices (created_at)")

NOTICES = text("select referral_id from notices where template = :template and created_at > to_timestamp(:since)")
HEIGHT = text("select coalesce(max(size), 0) from log_checkpoints")
ENTRIES = text(
    f"select subject_id, index from log_entries join {ABOUT} on entry_index = index"
    " where type = 'referral.sent.v1' and subject_id = any(:ids)"
)


@dataclass
class Effects:
    """Watches one installation's databases with an administrator's rights. Use as a context manager."""

    admin_url: str
    prefix: str
    template: str
    _noticed: dict[UUID, float] = field(default_factory=dict)
    _heights: list[tuple[int, float]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _watching: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Effects:
        self._stop.clear()
        self._watching = [threading.Thread(target=watch) for watch in (self._watch_notices, self._watch_log)]
        for thread in self._watching:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._watching:
            thread.join()

    def noticed(self) -> int:
        """How many referrals have their notice."""
        return len(self._noticed)

    def seen_at(self, ids: list[UUID]) -> dict[UUID, tuple[float | None, float | None]]:
        """For each referral: when its notice and when its checkpoint were first seen (Unix seconds), or None."""
        engine = self._engine("audit")
        with engine.connect() as connection:
            indices = dict(connection.execute(ENTRIES, {"ids": ids}).tuples().all())
        engine.dispose()
        sizes = [size for size, _ in self._heights]
        found = {}
        for each in ids:
            checkpointed = None
            if each in indices:
                place = bisect_left(sizes, indices[each] + 1)
                checkpointed = self._heights[place][1] if place < len(sizes) else None
            found[each] = (self._noticed.get(each), checkpointed)
        return found

    def wait_for(self, ids: list[UUID], within: float) -> bool:
        """Wait until every referral has both effects; False when time is up."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if all(each in self._noticed for each in ids) and all(all(seen) for seen in self.seen_at(ids).values()):
                return True
            self._stop.wait(0.2)
        return False

    def _engine(self, service: str):  # type: ignore[no-untyped-def]  # SQLAlchemy's Engine, made and dropped here
        return create_engine(make_url(self.admin_url).set(database=f"{self.prefix}_{service}"), pool_size=1)

    def _watch_notices(self) -> None:
        engine = self._engine("notifications")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(INDEX)
            far_back_at = 0.0
            while not self._stop.is_set():
                looked = time.time()
                far_back = looked >= far_back_at
                if far_back:
                    far_back_at = looked + FAR_BACK_EVERY_S
                since = looked - (FAR_BACK_S if far_back else OVERLAP_S)
                for (referral,) in connection.execute(NOTICES, {"template": self.template, "since": since}):
                    self._noticed.setdefault(referral, time.time())
                self._stop.wait(LOOK_EVERY_S)
        engine.dispose()

    def _watch_log(self) -> None:
        engine = self._engine("audit")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not self._stop.is_set():
                height = connection.execute(HEIGHT).scalar_one()
                if not self._heights or height > self._heights[-1][0]:
                    self._heights.append((height, time.time()))
                self._stop.wait(LOOK_EVERY_S)
        engine.dispose()
