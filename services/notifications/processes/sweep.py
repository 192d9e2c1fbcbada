"""Sweeps: held notices go on, and what nobody needs any more is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.notifications.adapters.unit_of_work import NotificationsUnitOfWork
from shared.storage import heartbeat as hearing
from shared.storage.staff import forget_old_sessions


class Sweep:
    """Everything that this service sweeps, in one transaction."""

    def __init__(self, begin: Callable[[], AbstractContextManager[NotificationsUnitOfWork]], service: str) -> None:
        self._begin = begin
        self._service = service

    def run(self) -> None:
        """Let held notices go on, as far as the answers are known; forget sessions long ended."""
        with self._begin() as uow:
            now = uow.clock.now()
            uow.notices.release(now)
            forget_old_sessions(uow.connection, now)
            hearing.show(uow.connection, self._service)
