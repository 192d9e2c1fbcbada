"""Sweeps: what nobody needs any more is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.directory.adapters.living_sessions import forget_past_sessions
from services.directory.adapters.sign_ins import forget_old_refusals
from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from shared.storage import held_forms
from shared.storage.staff import forget_old_sessions
from shared.web.api import idempotency


class Sweep:
    """Everything that this service sweeps, in one transaction."""

    def __init__(self, begin: Callable[[], AbstractContextManager[DirectoryUnitOfWork]]) -> None:
        self._begin = begin

    def run(self) -> None:
        """Forget held forms, old answers, sessions and refusals."""
        with self._begin() as uow:
            now = uow.clock.now()
            forget_old_sessions(uow.connection, now)
            forget_past_sessions(uow.connection, now)
            forget_old_refusals(uow.connection, now)
            held_forms.sweep(uow.connection, now)
            idempotency.sweep(uow.connection, now)
