"""What the commands need from the world: one unit of work with its repositories. Implemented in ``adapters``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.directory.domain.activity import Activity
from services.directory.domain.areas import Areas
from services.directory.domain.assignment import Assignment
from services.directory.domain.organization import Organization
from services.directory.domain.routing import RoutingRules
from services.directory.domain.sign_in_ports import LivingSessions, SignIns
from services.directory.domain.support_service import SupportService
from services.directory.domain.taxonomy import Taxonomies
from services.directory.domain.unit import FormerName, Unit
from shared.access.access import Access
from shared.kernel.clock import Clock
from shared.kernel.events import DomainEvent
from shared.kernel.identity import AssignmentId, OrganizationId, UnitId


class Organizations(Protocol):
    """The organisations."""

    def find(self, organization_id: OrganizationId) -> Organization | None:
        """One organisation, or None."""
        ...

    def add(self, organization: Organization) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        ...

    def save(self, organization: Organization) -> None:
        """Write a changed one over the version before it. Raises VersionHasMoved."""
        ...


class SupportServices(Protocol):
    """The support services."""

    def find(self, service_id: UUID) -> SupportService | None:
        """One support service, or None."""
        ...

    def add(self, service: SupportService) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        ...

    def save(self, service: SupportService) -> None:
        """Write a changed one over the version before it. Raises VersionHasMoved."""
        ...


class Activities(Protocol):
    """The activities."""

    def find(self, activity_id: UUID) -> Activity | None:
        """One activity, or None."""
        ...

    def add(self, activity: Activity) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        ...

    def save(self, activity: Activity) -> None:
        """Write a changed one over the version before it. Raises VersionHasMoved."""
        ...


class Units(Protocol):
    """The units."""

    def find(self, unit_id: UnitId) -> Unit | None:
        """One unit, or None."""
        ...

    def those(self, unit_ids: Sequence[UnitId]) -> list[Unit]:
        """The units that exist among these."""
        ...

    def named(self, name: str, organization_id: UUID, besides: UnitId | None = None) -> Unit | None:
        """An organisation's unit, ``besides`` one, whose name reads like this; an open one before a closed."""
        ...

    def hold_names(self, organization_id: UUID) -> None:
        """Wait for, and then keep out, whoever registers a unit of the organisation, until this transaction ends."""
        ...

    def every(self) -> list[Unit]:
        """All of them, in the order of their ids."""
        ...

    def add(self, unit: Unit) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        ...

    def save(self, unit: Unit) -> None:
        """Write a changed one over the version before it. Raises VersionHasMoved."""
        ...

    def remember_name(self, unit_id: UnitId, former: FormerName) -> None:
        """Keep what a unit was called until now."""
        ...

    def former_names(self, unit_id: UnitId) -> list[FormerName]:
        """What a unit was called before, the latest first."""
        ...


class Assignments(Protocol):
    """The assignments."""

    def find(self, assignment_id: AssignmentId) -> Assignment | None:
        """One assignment, or None."""
        ...

    def after(self, last: AssignmentId | None, at_most: int) -> list[Assignment]:
        """Those whose ids come after one, in the order of their ids: all of them, a part at a time."""
        ...

    def add(self, assignment: Assignment) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        ...

    def end(self, assignment: Assignment) -> None:
        """Write its end."""
        ...

    def has_other_administrators(self, organization_id: UUID, besides: AssignmentId, at: datetime) -> bool:
        """Whether somebody else administers the organisation at that moment, and its end is not set. Of several
        transactions that ask this about one organisation, each waits for the end of the one before.
        """
        ...


class Rules(Protocol):
    """The municipalities' routing rules."""

    def of(self, municipality_code: str) -> RoutingRules | None:
        """A municipality's rules in order, or None when it has set none."""
        ...

    def municipalities(self) -> list[str]:
        """The codes of the municipalities that have set rules."""
        ...

    def put(self, rules: RoutingRules) -> None:
        """Replace a municipality's rules as a whole. Raises VersionHasMoved."""
        ...

    def hold(self) -> None:
        """Wait for, and then keep out, whoever sets rules or closes a unit, until this transaction ends."""
        ...

    def have_as_default(self, unit_id: UnitId) -> bool:
        """Whether any municipality's rules leave to this unit whatever no rule takes."""
        ...


class DirectoryWork(Protocol):
    """One transaction with everything in it; nothing is kept, told or recorded unless it commits."""

    clock: Clock
    areas: Areas
    taxonomies: Taxonomies

    @property
    def organizations(self) -> Organizations:
        """The organisations."""
        ...

    @property
    def services(self) -> SupportServices:
        """The support services."""
        ...

    @property
    def activities(self) -> Activities:
        """The activities."""
        ...

    @property
    def units(self) -> Units:
        """The units."""
        ...

    @property
    def assignments(self) -> Assignments:
        """The assignments."""
        ...

    @property
    def rules(self) -> Rules:
        """The municipalities' routing rules."""
        ...

    @property
    def sign_ins(self) -> SignIns:
        """Who has ever signed in, and who was refused when they last tried."""
        ...

    @property
    def living_sessions(self) -> LivingSessions:
        """The sessions that have begun and not ended."""
        ...

    def ended_sessions(self) -> list[tuple[UUID, datetime]]:
        """Sessions that were signed out, with the moment until which that must be remembered."""
        ...

    def record(self, *events: DomainEvent) -> None:
        """Have this told to whoever may hear of it, if it commits."""
        ...

    def commit(self) -> None:
        """Keep everything at once."""
        ...

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        ...

    def keep_access(self, access: Access) -> None:
        """Have it told who looked, or tried to, if it commits. Raises TooOften."""
        ...
