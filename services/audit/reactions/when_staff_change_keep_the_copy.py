"""The directory tells of units, assignments and ended sessions; audit keeps a copy, to know who may review."""

from __future__ import annotations

from shared.storage import staff_events
from shared.storage.staff_events import Keeping, StaffEvent


def keep(event: StaffEvent, uow: Keeping) -> None:
    """Take the event into the copy."""
    staff_events.hear(uow, event)
