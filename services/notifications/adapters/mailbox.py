"""The demonstration's kept letters, in a table."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert

from services.notifications.adapters import unit_of_work
from services.notifications.adapters.tables import demo_mailbox
from shared.kernel.clock import Clock


class Mailbox:
    """Keeps letters; the same notice's letter once."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def keep(self, notice_id: UUID, address: str, raw: bytes) -> None:
        """Keep one letter, in a transaction of its own: from here on it counts as handed over."""
        with unit_of_work.of_service(self._engine, self._clock) as uow:
            row = {"notice_id": notice_id, "address": address, "raw": raw, "kept_at": self._clock.now()}
            uow.connection.execute(insert(demo_mailbox).values(row).on_conflict_do_nothing())
            uow.commit()
