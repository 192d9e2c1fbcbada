"""What relays announced, what has been heard of them, and the alarms about it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.ranges import as_runs
from services.audit.domain.ports import Alarm, Announcement
from shared.kernel.identity import uuid7

_ANNOUNCE = """
    insert into announcements as known (source, highest, heard_at) values (%s, %s, %s)
    on conflict (source) do update set highest = greatest(known.highest, excluded.highest),
        heard_at = greatest(known.heard_at, excluded.heard_at)
"""
# what waits in the queue has been heard, even while the sequencer is stopped
_ANNOUNCEMENTS = """
    select source, highest, heard_at,
        (coalesce(heard, '{}') + coalesce((select range_agg(int8range(sequence, sequence + 1)) from pending_entries
            where pending_entries.source = announcements.source and sequence is not null), '{}'))::text as heard
    from announcements left join heard_sequences using (source) order by source
"""
_OPEN = "select kind, source, first, last from alarms where closed_at is null and kind = any(%s::text[])"
_RAISE = """
    insert into alarms (alarm_id, kind, source, first, last, noticed_at, explained) values (%s, %s, %s, %s, %s, %s, %s)
    on conflict (kind, source, first, last) where closed_at is null do update set explained = excluded.explained
"""
_CLOSE = """
    update alarms set closed_at = %s
    where closed_at is null and kind = %s and source = %s and first = %s and last = %s
"""
_CLOSE_ONE = """
    update alarms set closed_at = coalesce(closed_at, %s) where alarm_id = %s and kind = any(%s::text[])
"""
# by the database's own clock, which wrote the time; the queue is in order, so its first is the oldest
_OLDEST = "select clock_timestamp() - received_at from pending_entries order by position limit 1"
# doubled events are facts, and stay open until a person has looked (commands/close_alarm.py); these come and go by
# themselves
_RECONCILED = ["events-missing", "publisher-silent", "log-stands-still"]


class Sequences:
    """Announcements and alarms, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def announce(self, source: str, highest: int, at: datetime) -> None:
        """Note a relay's announcement; a late one changes nothing."""
        self._connection.exec_driver_sql(_ANNOUNCE, (source, highest, at))

    def announcements(self) -> list[Announcement]:
        """Every publisher's last announcement with what has been heard, queued entries included."""
        rows = self._connection.exec_driver_sql(_ANNOUNCEMENTS).all()
        return [Announcement(row.source, row.highest, row.heard_at, as_runs(row.heard)) for row in rows]

    def oldest_waiting(self) -> timedelta | None:
        """For how long the oldest entry has waited to enter the log; None when none waits."""
        waited: timedelta | None = self._connection.exec_driver_sql(_OLDEST).scalar()
        return waited

    def set_alarms(self, alarms: Collection[Alarm], at: datetime) -> None:
        """Open those that are new, close those that no longer hold, keep the rest."""
        run = self._connection.exec_driver_sql
        still = {(each.kind, each.source, each.first, each.last) for each in alarms}
        for row in run(_OPEN, (_RECONCILED,)).all():
            if tuple(row) not in still:
                run(_CLOSE, (at, *row))
        for each in alarms:
            run(_RAISE, (uuid7(), each.kind, each.source, each.first, each.last, at, each.explained))

    def close(self, alarm_id: UUID, kinds: Collection[str], at: datetime) -> bool:
        """Close one, if it is of these kinds; a closed one stays as it was. Whether there is such an alarm."""
        return self._connection.exec_driver_sql(_CLOSE_ONE, (at, alarm_id, list(kinds))).rowcount > 0
