"""The directory told of a unit, an assignment or an ended session: keep it, so that nobody is asked while one waits."""

from __future__ import annotations

from shared.storage import staff_events
from shared.storage.staff_events import StaffEvent
from shared.storage.unit_of_work import UnitOfWork


def when_the_directory_speaks_remember_it(event: StaffEvent, uow: UnitOfWork) -> None:
    """Take it into the service's own copy; an ended assignment or session ends access from the next request on."""
    staff_events.hear(uow, event)
