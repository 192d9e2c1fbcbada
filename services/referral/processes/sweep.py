"""Sweeps: what nobody needs any more is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from shared.storage import heartbeat as hearing
from shared.storage import held_forms
from shared.storage.staff import forget_old_sessions
from shared.web.api import idempotency


class Sweep:
    """Everything that this service sweeps, in one transaction."""

    def __init__(self, begin: Callable[[], AbstractContextManager[ReferralUnitOfWork]], service: str) -> None:
        self._begin = begin
        self._service = service

    def run(self) -> None:
        """Forget expired drafts, with their keys, and held forms; old answers and sessions."""
        with self._begin() as uow:
            now = uow.clock.now()
            uow.drafts.discard_expired(now)
            held_forms.sweep(uow.connection, now)
            idempotency.sweep(uow.connection, now)
            forget_old_sessions(uow.connection, now)
            hearing.show(uow.connection, self._service)
