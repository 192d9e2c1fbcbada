"""One transaction of notifications, seen with one unit's eyes or with the service's own."""

from __future__ import annotations

from typing import Self

from sqlalchemy import Engine

from services.notifications.adapters.notices import SqlNotices
from services.notifications.adapters.open_alarms import SqlAlarms
from services.notifications.adapters.signs import SqlSigns
from services.notifications.domain.events import NoticeEvent
from services.notifications.domain.ports import Alarms, LifeSigns, Notices
from services.notifications.published import published
from shared.contracts.envelope import Envelope
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.messaging.publish import outbox
from shared.storage.unit_of_work import UnitOfWork

# what the database's row policies read
AS_SERVICE = {"lotsa.service": "notifications"}
AS_DEMO_INBOX = {"lotsa.demo_inbox": "on"}


class NotificationsUnitOfWork(UnitOfWork):
    """A unit of work with the notices in it."""

    notices: Notices
    alarms: Alarms
    life_signs: LifeSigns

    def __enter__(self) -> Self:
        super().__enter__()
        self.notices = SqlNotices(self.connection)
        self.alarms = SqlAlarms(self.connection)
        self.life_signs = SqlSigns(self.connection)
        return self

    def record(self, *events: NoticeEvent) -> None:
        """Have domain events told, as far as ``published.py`` lets them out, if and when this commits."""
        self.publish(*map(published, events))


def of_service(engine: Engine, clock: Clock, cause: Envelope | None = None) -> NotificationsUnitOfWork:
    """For reactions and timers: every notice may be read and written."""
    return NotificationsUnitOfWork(
        engine, write_outbox=outbox.append, clock=clock, row_security=AS_SERVICE, cause=cause
    )


def of_unit(engine: Engine, clock: Clock, actor: Actor) -> NotificationsUnitOfWork:
    """For a person: the database shows the notices of their own unit, and no others."""
    rows = {"lotsa.unit_id": str(actor.unit_id)}
    return NotificationsUnitOfWork(engine, write_outbox=outbox.append, clock=clock, row_security=rows)


def of_demo_inbox(engine: Engine, clock: Clock) -> NotificationsUnitOfWork:
    """For the demonstration's inbox page: the kept letters."""
    return NotificationsUnitOfWork(engine, write_outbox=outbox.append, clock=clock, row_security=AS_DEMO_INBOX)
