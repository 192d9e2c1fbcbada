"""Signs that the bus is alive, as this service's own database shows them, and when somebody was last told of none."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from services.notifications.domain.alarms import OPERATORS
from services.notifications.domain.notice import Template
from services.notifications.domain.silence import Signs
from shared.storage.driver import ask
from shared.storage.heartbeat import heard

# any number will do, as long as it is this one for ever
_LOCK = "SELECT pg_try_advisory_xact_lock(4207849484193285124)"
# what a restore holds back is not to go out. Each half is the first of an index
_WAITING = """
    SELECT least(
        (SELECT id FROM outbox WHERE sequence IS NULL ORDER BY id LIMIT 1),
        (SELECT id FROM outbox WHERE sequence IS NOT NULL AND sent_at IS NULL ORDER BY sequence LIMIT 1))
    WHERE EXISTS (SELECT FROM publisher WHERE held_at IS NULL)
"""
_TOLD_AT = "SELECT max(created_at) FROM notices WHERE unit_id = $1 AND template = $2"


class SqlSigns:
    """Implements the `LifeSigns` port."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def now(self) -> Signs:
        """What can be seen at this moment."""
        rows = ask(self._connection, _WAITING)
        return Signs(heard(self._connection), rows[0][0] if rows else None)

    def take(self) -> bool:
        """Whether this transaction is the one that tells, of all processes'; it stays so until it ends."""
        return bool(ask(self._connection, _LOCK)[0][0])

    def told_at(self) -> datetime | None:
        """When those who run the system were last written of a silence; None when they never were."""
        told: datetime | None = ask(self._connection, _TOLD_AT, (OPERATORS, Template.NOTHING_IS_HEARD.value))[0][0]
        return told
