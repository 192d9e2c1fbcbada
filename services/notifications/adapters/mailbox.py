"""The demonstration's kept letters, in a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Engine

from services.notifications.adapters import unit_of_work
from shared.kernel.clock import Clock
from shared.storage.driver import run

_KEEP = """
    INSERT INTO demo_mailbox (notice_id, address, raw, kept_at)
    SELECT notice_id, address, raw, $1
    FROM jsonb_to_recordset($2::jsonb) AS letter (notice_id uuid, address text, raw bytea) ON CONFLICT DO NOTHING
"""


class Mailbox:
    """Keeps letters; the same notice's letter once."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def keep(self, letters: Sequence[tuple[UUID, str, bytes]]) -> None:
        """Keep letters, in a transaction of their own: from here on they count as handed over."""
        rows = [
            {"notice_id": str(notice_id), "address": address, "raw": "\\x" + raw.hex()}
            for notice_id, address, raw in letters
        ]
        with unit_of_work.of_service(self._engine, self._clock) as uow:
            run(uow.connection, (_KEEP, (self._clock.now(), json.dumps(rows))))
            uow.commit()
