"""Everything that happens in the directory, on one page. Private; ``published.py`` says what the others hear.

An event says identifiers and values, as they were when it happened: never the thing itself, which goes on changing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.directory.domain.routing_rule import RoutingRule
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.events import DomainEvent
from shared.kernel.identity import AssignmentId, OrganizationId, UnitId


@dataclass(frozen=True, kw_only=True)
class UnitEvent(DomainEvent):
    """Something of a unit, and how it stands since. ``kind`` is a code; ``version`` counts its changes from 1."""

    unit_id: UnitId
    version: int
    organization_id: UUID
    name: str
    kind: str
    area: str | None
    function_address: str | None
    phone: str | None
    stand_in_unit_id: UnitId | None
    active: bool


@dataclass(frozen=True, kw_only=True)
class UnitRegistered(UnitEvent):
    """A unit came into being."""


@dataclass(frozen=True, kw_only=True)
class UnitChanged(UnitEvent):
    """A unit got another name, address, stand-in …"""


@dataclass(frozen=True, kw_only=True)
class UnitToldAgain(UnitEvent):
    """How a unit stands, for whoever has lost it. Nothing happened to it."""


@dataclass(frozen=True, kw_only=True)
class AssignmentGranted(DomainEvent):
    """A user got a role in a unit."""

    assignment_id: AssignmentId
    user: UserRef
    unit_id: UnitId
    role: Role
    valid_from: datetime
    valid_to: datetime | None


@dataclass(frozen=True, kw_only=True)
class AssignmentEnded(DomainEvent):
    """A user lost a role in a unit."""

    assignment_id: AssignmentId
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class AssignmentToldAgain(DomainEvent):
    """How an assignment stands, its end too. Nothing happened to it."""

    assignment_id: AssignmentId
    user: UserRef
    unit_id: UnitId
    role: Role
    valid_from: datetime
    valid_to: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RoutingRulesEvent(DomainEvent):
    """Something of a municipality's rules, and how they stand since: whole and in order."""

    municipality_code: str
    version: int
    default_unit_id: UnitId
    rules: tuple[RoutingRule, ...]


@dataclass(frozen=True, kw_only=True)
class RoutingRulesSet(RoutingRulesEvent):
    """A municipality's rules were replaced as a whole."""


@dataclass(frozen=True, kw_only=True)
class RoutingRulesToldAgain(RoutingRulesEvent):
    """How a municipality's rules stand. Nothing happened to them."""


@dataclass(frozen=True, kw_only=True)
class EndedSessionToldAgain(DomainEvent):
    """A session that ended before, and may not be forgotten yet. ``expires_at``: until when."""

    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrganizationSaved(DomainEvent):
    """An organisation was registered or changed its own page. Nobody else needs to hear of it."""

    organization_id: OrganizationId
    version: int


@dataclass(frozen=True, kw_only=True)
class ListingEvent(DomainEvent):
    """What an owner did with a support service's listing. ``status`` is a code."""

    organization_id: OrganizationId
    service_id: UUID
    version: int
    status: str
    by: Actor


@dataclass(frozen=True, kw_only=True)
class SupportServiceSaved(ListingEvent):
    """A support service was added, changed or taken down."""


@dataclass(frozen=True, kw_only=True)
class ListingConfirmed(ListingEvent):
    """Its owner assured that a support service's listing is still true."""


@dataclass(frozen=True, kw_only=True)
class ActivityEvent(DomainEvent):
    """What an owner did with an activity. ``status`` is a code."""

    organization_id: OrganizationId
    service_id: UUID
    activity_id: UUID
    version: int
    status: str
    by: Actor


@dataclass(frozen=True, kw_only=True)
class ActivitySaved(ActivityEvent):
    """An activity was added or changed."""


@dataclass(frozen=True, kw_only=True)
class ActivityCancelled(ActivityEvent):
    """An activity will not take place."""


@dataclass(frozen=True, kw_only=True)
class ActivityTakenUpAgain(ActivityEvent):
    """A cancelled activity takes place after all."""


@dataclass(frozen=True, kw_only=True)
class SignedIn(DomainEvent):
    """A session began."""

    session_id: UUID
    user: UserRef


@dataclass(frozen=True, kw_only=True)
class SignInRefused(DomainEvent):
    """A session did not begin. ``reason`` is a code."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SessionEnded(DomainEvent):
    """A session ended by sign-out; its cookie would have expired at ``expires_at``."""

    session_id: UUID
    expires_at: datetime
