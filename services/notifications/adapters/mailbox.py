"""The demonstration's kept letters, in a table."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Engine

from services.notifications.adapters import unit_of_work
from shared.kernel.clock import Clock

_KEEP = """
    INSERT INTO demo_mailbox (notice_id, address, raw, kept_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


class Mailbox:
    """Keeps letters; the same notice's letter once."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def keep(self, notice_id: UUID, address: str, raw: bytes) -> None:
        """Keep one letter, in a transaction of its own: from here on it counts as handed over."""
        with unit_of_work.of_service(self._engine, self._clock) as uow:
            uow.connection.exec_driver_sql(_KEEP, (notice_id, address, raw, self._clock.now()))
            uow.commit()
