"""The audit log's open alarms, in PostgreSQL: ids and moments, since a letter says no more than that there is one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.notifications.domain.alarms import Standing
from shared.kernel.identity import UnitId

# any number will do, as long as it is this one for ever
_LOCK = "SELECT pg_try_advisory_xact_lock(4207849484193285123)"
_OPENED = """
    INSERT INTO open_alarms (alarm_id, noticed_at) VALUES (%s, %s)
    ON CONFLICT (alarm_id) DO UPDATE SET noticed_at = excluded.noticed_at
"""
_CLOSED = """
    INSERT INTO open_alarms (alarm_id, closed_at) VALUES (%s, %s)
    ON CONFLICT (alarm_id) DO UPDATE SET closed_at = excluded.closed_at
"""
_STANDING = """
    SELECT (array_agg(alarm_id ORDER BY noticed_at))[1], bool_or(told_at IS NULL),
        (SELECT max(told_at) FROM open_alarms)
    FROM open_alarms WHERE closed_at IS NULL
"""
_REVIEWING = """
    SELECT DISTINCT unit_id FROM known_assignments WHERE role = 'auditor' AND valid_from <= %(at)s
        AND (valid_to IS NULL OR valid_to > %(at)s) AND (ended_at IS NULL OR ended_at > %(at)s) ORDER BY unit_id
"""
_TOLD = "UPDATE open_alarms SET told_at = %s WHERE closed_at IS NULL"
# longer than an event can be sent again: an opening that came after that would be taken for a new one
_FORGET = "DELETE FROM open_alarms WHERE closed_at < %s::timestamptz - interval '31 days'"


class SqlAlarms:
    """Implements the `Alarms` port."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def opened(self, alarm_id: UUID, noticed_at: datetime) -> None:
        """Note one; one that has closed already stays closed."""
        self._connection.exec_driver_sql(_OPENED, (alarm_id, noticed_at))

    def closed(self, alarm_id: UUID, closed_at: datetime) -> None:
        """Note that it is no longer open, also when its opening comes later."""
        self._connection.exec_driver_sql(_CLOSED, (alarm_id, closed_at))

    def standing(self) -> Standing | None:
        """Those that are open, taken for this transaction; None when there are none, or another is at it."""
        if not self._connection.exec_driver_sql(_LOCK).scalar():
            return None
        about, untold, told_at = self._connection.exec_driver_sql(_STANDING).one()
        return None if about is None else Standing(about, untold, told_at)

    def reviewing_units(self, at: datetime) -> list[UnitId]:
        """The units in which somebody reviews the log at a moment."""
        return [UnitId(unit) for unit in self._connection.exec_driver_sql(_REVIEWING, {"at": at}).scalars()]

    def told(self, at: datetime) -> None:
        """Note that a letter about them went out, and forget what closed long ago."""
        self._connection.exec_driver_sql(_TOLD, (at,))
        self._connection.exec_driver_sql(_FORGET, (at,))
