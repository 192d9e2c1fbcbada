"""Sweeps: what nobody needs any more is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.audit.adapters.unit_of_work import AuditUnitOfWork
from shared.storage import heartbeat as hearing
from shared.storage import held_forms
from shared.storage.staff import forget_old_sessions


class Sweep:
    """Everything that this service sweeps, in one transaction."""

    def __init__(self, begin: Callable[[], AbstractContextManager[AuditUnitOfWork]], service: str) -> None:
        self._begin = begin
        self._service = service

    def run(self) -> None:
        """Forget ended sessions, held forms, hours that nobody compares."""
        with self._begin() as uow:
            now = uow.clock.now()
            forget_old_sessions(uow.connection, now)
            hearing.show(uow.connection, self._service)
            held_forms.sweep(uow.connection, now)
            uow.tallies.sweep(now)
