"""What every subject's pages need: notifications' parts, and a transaction of the reader's unit."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from flask import current_app

from services.notifications.adapters.unit_of_work import NotificationsUnitOfWork
from services.notifications.bootstrap import Parts
from shared.kernel.actor import Actor
from shared.storage import unit_of_work

EXTENSION = "notifications_parts"


def parts() -> Parts:
    """The parts of the app that is serving this request."""
    return cast(Parts, current_app.extensions[EXTENSION])


def reading(actor: Actor) -> AbstractContextManager[NotificationsUnitOfWork]:
    """A transaction that shows the actor something; see ``shared.storage.unit_of_work.reading``."""
    return unit_of_work.reading(parts().as_unit(actor))
