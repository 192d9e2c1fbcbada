"""The directory tells of units, assignments and ended sessions; audit keeps a copy, to know who may review."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import Connection

from shared.storage import staff
from shared.storage.staff import StaffEvent


class Keeping(Protocol):
    """The unit of work that this needs."""

    @property
    def connection(self) -> Connection: ...


def keep(event: StaffEvent, uow: Keeping) -> None:
    """Take the event into the copy."""
    staff.remember(uow.connection, event)
