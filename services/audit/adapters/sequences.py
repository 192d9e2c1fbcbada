"""What relays announced, and what has been heard of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.ranges import as_multirange, as_runs
from services.audit.domain.gaps import GRACE, Ranges
from services.audit.domain.ports import Announcement

# A height is held against the log when it was announced GRACE ago. The newest is not waited for alone: one who
# announces again and again would never be looked at. So one height at a time ripens (`candidate`), whatever is
# announced meanwhile, and is `settled` when the next takes its place. What lies ahead of the clock is from before the
# clock was put right: it would ripen when that time has come.
_ANNOUNCE = """
    insert into announcements as known (source, highest, heard_at, settled, candidate, candidate_at)
    values (%(source)s, %(highest)s, %(at)s, 0, %(highest)s, %(at)s)
    on conflict (source) do update set
        highest = greatest(known.highest, excluded.highest),
        heard_at = case when known.heard_at > %(ahead)s then excluded.heard_at
            else greatest(known.heard_at, excluded.heard_at) end,
        settled = case when known.candidate_at <= %(ripe)s then known.candidate else known.settled end,
        candidate = case when known.candidate_at <= %(ripe)s then greatest(known.highest, excluded.highest)
            else known.candidate end,
        candidate_at = case when known.candidate_at <= %(ripe)s or known.candidate_at > %(ahead)s
            then excluded.heard_at else known.candidate_at end
"""
# what waits in the queue has been heard, even while the sequencer is stopped
_ANNOUNCEMENTS = """
    select source, highest, heard_at,
        case when heard_at <= %(ripe)s then highest when candidate_at <= %(ripe)s then candidate else settled end
            as due,
        (coalesce(heard, '{}') + coalesce(given_up, '{}')
            + coalesce((select range_agg(int8range(sequence, sequence + 1)) from pending_entries
                where pending_entries.source = announcements.source and sequence is not null), '{}'))::text as heard
    from announcements left join heard_sequences using (source) left join given_up_sequences using (source)
    order by source
"""
_EXCUSE = """
    insert into restored_hours (restore_id, publisher, first, last)
    values (%s, %s, date_trunc('hour', %s::timestamptz, 'UTC'), %s) on conflict do nothing
"""
_GIVE_UP = """
    insert into given_up_sequences as known (source, given_up, restore_id, noted_at)
    values (%s, %s::int8multirange, %s, %s)
    on conflict (source) do update set given_up = known.given_up + excluded.given_up,
        restore_id = excluded.restore_id, noted_at = excluded.noted_at
"""
# by the database's own clock, which wrote the time; the queue is in order, so its first is the oldest
_OLDEST = "select clock_timestamp() - received_at from pending_entries order by position limit 1"


class Sequences:
    """Announcements, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def announce(self, source: str, highest: int, at: datetime) -> None:
        """Note a relay's announcement; a late one changes nothing."""
        values = {"source": source, "highest": highest, "at": at, "ripe": at - GRACE, "ahead": at + GRACE}
        self._connection.exec_driver_sql(_ANNOUNCE, values)

    def excuse_hours(self, publisher: str, first: datetime, last: datetime, restore_id: UUID) -> None:
        """Note that a publisher no longer holds what it told between two moments; again changes nothing."""
        self._connection.exec_driver_sql(_EXCUSE, (restore_id, publisher, first, last))

    def give_up(self, source: str, runs: Ranges, restore_id: UUID, at: datetime) -> None:
        """Note numbers that nobody holds any more, by which restore it was said; again changes nothing."""
        self._connection.exec_driver_sql(_GIVE_UP, (source, as_multirange(runs), restore_id, at))

    def announcements(self, now: datetime) -> list[Announcement]:
        """Every publisher's announcements with what has been heard, queued entries included."""
        rows = self._connection.exec_driver_sql(_ANNOUNCEMENTS, {"ripe": now - GRACE}).all()
        return [Announcement(row.source, row.highest, row.heard_at, row.due, as_runs(row.heard)) for row in rows]

    def waiting(self) -> int:
        """How much waits to enter the log."""
        return int(self._connection.exec_driver_sql("select count(*) from pending_entries").scalar_one())

    def oldest_waiting(self) -> timedelta | None:
        """For how long the oldest entry has waited to enter the log; None when none waits."""
        waited: timedelta | None = self._connection.exec_driver_sql(_OLDEST).scalar()
        return waited
