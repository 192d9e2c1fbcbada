"""The directory's unit of work: repositories, and events told to the others and to the directory's own staff copy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from services.directory.adapters.activities import ActivityRows
from services.directory.adapters.assignments import AssignmentRows
from services.directory.adapters.living_sessions import LivingSessionRows
from services.directory.adapters.organizations import OrganizationRows
from services.directory.adapters.rules import RuleRows
from services.directory.adapters.sign_ins import SignInRows
from services.directory.adapters.support_services import SupportServiceRows
from services.directory.adapters.units import UnitRows
from services.directory.domain.areas import Areas
from services.directory.domain.taxonomy import Taxonomies
from services.directory.published import published
from shared.access.access import Access, Outcome
from shared.contracts.access import access_recorded
from shared.contracts.envelope import Envelope
from shared.kernel.clock import Clock
from shared.kernel.events import DomainEvent
from shared.storage import staff, staff_events
from shared.storage.attempts import Attempts
from shared.storage.unit_of_work import OutboxWriter, UnitOfWork


class DirectoryUnitOfWork(UnitOfWork):
    """``domain.ports.DirectoryWork`` in PostgreSQL."""

    def __init__(
        self,
        engine: Engine,
        *,
        write_outbox: OutboxWriter,
        areas: Areas,
        taxonomies: Taxonomies,
        clock: Clock | None = None,
        row_security: Mapping[str, str] | None = None,
        cause: Envelope | None = None,
        history: bool = False,
        attempts: Attempts | None = None,
    ) -> None:
        super().__init__(
            engine, write_outbox=write_outbox, clock=clock, row_security=row_security, cause=cause, history=history
        )
        self.areas, self.taxonomies = areas, taxonomies
        self._attempts = attempts or Attempts("directory")

    @property
    def organizations(self) -> OrganizationRows:
        """The organisations."""
        return OrganizationRows(self.connection)

    @property
    def services(self) -> SupportServiceRows:
        """The support services."""
        return SupportServiceRows(self.connection)

    @property
    def activities(self) -> ActivityRows:
        """The activities."""
        return ActivityRows(self.connection)

    @property
    def units(self) -> UnitRows:
        """The units."""
        return UnitRows(self.connection)

    @property
    def assignments(self) -> AssignmentRows:
        """The assignments."""
        return AssignmentRows(self.connection)

    @property
    def rules(self) -> RuleRows:
        """The municipalities' routing rules."""
        return RuleRows(self.connection)

    def ended_sessions(self) -> list[tuple[UUID, datetime]]:
        """Sessions that were signed out, with the moment until which that must be remembered."""
        return staff.ended_until(self.connection)

    @property
    def living_sessions(self) -> LivingSessionRows:
        """The sessions that have begun and not ended."""
        return LivingSessionRows(self.connection)

    @property
    def sign_ins(self) -> SignInRows:
        """Who has ever signed in, and who was refused when they last tried."""
        return SignInRows(self.connection)

    def record(self, *events: DomainEvent) -> None:
        """Have domain events told, as far as ``published.py`` lets them out, if and when this commits."""
        self.publish(*map(published, events))

    def before_commit(self) -> None:
        """Hear one's own news about staff, in the same transaction."""
        for contract in self.told:
            if isinstance(contract, staff_events.STAFF_EVENTS):
                staff_events.remember(self.connection, contract)

    def keep_access(self, access: Access) -> None:
        """Have it told who looked, or tried to (as far as ``Attempts`` says), when this commits. Raises TooOften."""
        tried = f"{access.action} {access.record_kind}"
        if access.outcome is Outcome.REFUSED and not self._attempts.is_recorded(access.user, tried, access.subjects):
            return
        self.publish(access_recorded(access))
