"""The alarms' table: what stands open, what was closed and why, and what has been told of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.audit.domain.alarms import Alarm, Changes, Standing
from shared.kernel.identity import uuid7

# any number will do, as long as it is this one for ever
_LOCK = "select pg_try_advisory_xact_lock(4207849484193285122)"
_STANDING = """
    select alarm_id, kind, source, first, last, explained, place, noticed_at, closed_at from alarms
    where closed_at is null and kind = any(%s::text[]) order by noticed_at, first
"""
_ACCEPTED = """
    select alarm_id, kind, source, first, last, explained, place, noticed_at, closed_at from alarms
    where reason is not null and kind = any(%s::text[])
"""
_OPEN = """
    insert into alarms (alarm_id, kind, source, first, last, explained, place, noticed_at)
    values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
"""
_NARROW = "update alarms set first = %s, last = %s, explained = %s where alarm_id = %s and closed_at is null"
_END = "update alarms set closed_at = %s where alarm_id = any(%s::uuid[]) and closed_at is null"
_CLOSE = """
    update alarms set closed_at = coalesce(closed_at, %s), reason = coalesce(reason, %s)
    where alarm_id = %s and kind <> all(%s::text[]) and (closed_at is null or reason is not null)
"""
_WIDEN = """
    update alarms set first = %(first)s, last = %(last)s where alarm_id = %(id)s and closed_at is null
    and not exists (select 1 from alarms as other where other.alarm_id <> %(id)s and other.closed_at is null
        and (other.kind, other.source, other.place) = (alarms.kind, alarms.source, alarms.place)
        and (other.first, other.last) = (%(first)s, %(last)s))
"""
_UNTOLD = """
    select alarm_id, kind, source, first, last, explained, place, noticed_at, closed_at, reason,
        opening_told_at is not null from alarms
    where opening_told_at is null or (closed_at is not null and closing_told_at is null)
    order by noticed_at, first limit 100 for update skip locked
"""
_TOLD = """
    update alarms set opening_told_at = coalesce(opening_told_at, %(at)s),
        closing_told_at = case when %(closing)s then %(at)s else closing_told_at end
    where alarm_id = %(id)s
"""
_COUNTS = "select kind, count(*) from alarms where closed_at is null group by kind"


class Alarms:
    """The alarms, in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> bool:
        """Be the one who follows them until the transaction ends; False when another is."""
        return bool(self._connection.exec_driver_sql(_LOCK).scalar())

    def standing(self, kinds: Collection[str]) -> list[Standing]:
        """The open ones of these kinds, the oldest first."""
        return self._read(_STANDING, kinds)

    def accepted(self, kinds: Collection[str]) -> list[Standing]:
        """Those of these kinds that reviewers have closed."""
        return self._read(_ACCEPTED, kinds)

    def change(self, changes: Changes, at: datetime) -> None:
        """Write what became of them."""
        run = self._connection.exec_driver_sql
        if changes.ended:
            run(_END, (at, [str(each) for each in changes.ended]))
        for alarm_id, alarm in changes.narrowed:
            run(_NARROW, (alarm.first, alarm.last, alarm.explained, alarm_id))
        for alarm, noticed_at in changes.opened:
            self.open(alarm, noticed_at)

    def open(self, alarm: Alarm, at: datetime) -> None:
        """Open one, unless the same stands open."""
        values = (uuid7(), alarm.kind, alarm.source, alarm.first, alarm.last, alarm.explained, alarm.where, at)
        self._connection.exec_driver_sql(_OPEN, values)

    def untold(self) -> list[tuple[Standing, bool]]:
        """At most a hundred whose opening or closing has not been told; and whether the opening was."""
        rows = self._connection.exec_driver_sql(_UNTOLD).all()
        return [(Standing(row[0], Alarm(*row[1:7]), row[7], row[8], row[9]), row[10]) for row in rows]

    def told(self, alarm_id: UUID, at: datetime, *, closing: bool) -> None:
        """Note that its opening has been told, and its closing."""
        self._connection.exec_driver_sql(_TOLD, {"at": at, "closing": closing, "id": alarm_id})

    def widen(self, alarm_id: UUID, first: int, last: int) -> None:
        """Have an open one cover these too, unless another does."""
        self._connection.exec_driver_sql(_WIDEN, {"id": alarm_id, "first": first, "last": last})

    def close(self, alarm_id: UUID, not_of: Collection[str], reason: str, at: datetime) -> bool:
        """Close one for a reason, unless it is of these kinds or has ended by itself; again changes nothing.

        Whether there is such an alarm.
        """
        return self._connection.exec_driver_sql(_CLOSE, (at, reason, alarm_id, list(not_of))).rowcount > 0

    def counts(self) -> dict[str, int]:
        """How many stand open, by kind."""
        return {row[0]: row[1] for row in self._connection.exec_driver_sql(_COUNTS)}

    def _read(self, question: str, kinds: Iterable[str]) -> list[Standing]:
        rows = self._connection.exec_driver_sql(question, (list(kinds),)).all()
        return [Standing(row[0], Alarm(*row[1:7]), row[7], row[8]) for row in rows]
