"""The directory told of a unit, an assignment or a sign-out: kept in our own copy, so that nobody need be asked."""

from __future__ import annotations

from shared.storage import staff_events
from shared.storage.staff_events import StaffEvent
from shared.storage.unit_of_work import UnitOfWork


def when_the_directory_speaks_remember_it(event: StaffEvent, uow: UnitOfWork) -> None:
    """Take it into the copy; repeats and disorder change nothing."""
    staff_events.hear(uow, event)
