"""One transaction of the referral service, seen with one unit's eyes or with the service's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from sqlalchemy import Engine

from services.referral.adapters.drafts import SqlDrafts, author_text
from services.referral.adapters.holidays import swedish_calendar
from services.referral.adapters.looks import keep_looks
from services.referral.adapters.referrals import SqlReferrals
from services.referral.adapters.routing import RoutingMemory, SqlRouting
from services.referral.domain.clocks import WorkingCalendar
from services.referral.published import published
from shared.access.access import Access, Outcome
from shared.contracts.access import access_recorded
from shared.contracts.common import AccessRecorded
from shared.contracts.envelope import Envelope
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.events import DomainEvent
from shared.messaging.publish import outbox
from shared.storage.attempts import Attempts
from shared.storage.held_forms import HeldForms
from shared.storage.master_keys import MasterKeys
from shared.storage.unit_of_work import UnitOfWork

# what the database's row policies read
AS_SYSTEM = {"lotsa.actor": "system"}


@dataclass(frozen=True)
class Opening:
    """What every unit of work of this service is opened with."""

    engine: Engine
    master: MasterKeys
    clock: Clock
    routing_memory: RoutingMemory = field(default_factory=RoutingMemory)
    attempts: Attempts = field(default_factory=lambda: Attempts("referral"))

    def by(self, actor: Actor, *, correlation_id: UUID | None = None, history: bool = False) -> ReferralUnitOfWork:
        """For a person: the database shows what concerns their unit, and their own drafts."""
        rows = {"lotsa.unit_id": str(actor.unit_id), "lotsa.user": author_text(actor)}
        return ReferralUnitOfWork(self, rows, correlation_id=correlation_id, history=history)

    def by_system(self, cause: Envelope | None = None) -> ReferralUnitOfWork:
        """For reactions and timers."""
        return ReferralUnitOfWork(self, AS_SYSTEM, cause=cause)


class ReferralUnitOfWork(UnitOfWork):
    """A unit of work with the referrals, drafts, held forms and routing in it."""

    referrals: SqlReferrals
    drafts: SqlDrafts
    held_forms: HeldForms
    routing: SqlRouting

    def __init__(
        self,
        opening: Opening,
        row_security: Mapping[str, str],
        *,
        cause: Envelope | None = None,
        correlation_id: UUID | None = None,
        history: bool = False,
    ) -> None:
        super().__init__(
            opening.engine,
            write_outbox=outbox.append,
            clock=opening.clock,
            row_security=row_security,
            cause=cause,
            correlation_id=correlation_id,
            history=history,
        )
        self.calendar: WorkingCalendar = swedish_calendar()
        self._master = opening.master
        self._routing_memory = opening.routing_memory
        self._attempts = opening.attempts
        self._looks: list[AccessRecorded] = []

    def record(self, *events: DomainEvent) -> None:
        """Have domain events told, as far as ``published.py`` lets them out, if and when this commits."""
        self.publish(*map(published, events))

    def keep_access(self, access: Access) -> None:
        """Keep and tell who read, or tried to (as far as ``Attempts`` says), when this commits. Raises TooOften."""
        refused = access.outcome is Outcome.REFUSED
        if refused and not self._attempts.is_recorded(access.user, access.action, access.subjects):
            return
        told = access_recorded(access)
        self._looks.append(told)
        self.publish(told)

    def before_commit(self) -> None:
        """Write the access records."""
        if self._looks:
            keep_looks(self.connection, self._looks)
            self._looks = []

    def rollback(self) -> None:
        """Undo everything since the last commit, and forget what was to be told."""
        self._looks = []
        super().rollback()

    def __enter__(self) -> Self:
        super().__enter__()
        self._looks = []
        self.referrals = SqlReferrals(self.connection, self._master)
        self.drafts = SqlDrafts(self.connection, self._master, self.clock)
        self.held_forms = HeldForms(self.connection, self._master)
        self.routing = SqlRouting(self.connection, self._routing_memory)
        return self
