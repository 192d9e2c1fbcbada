"""Everything that happens in the directory, on one page. Private; ``published.py`` says what the others hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from shared.kernel.actor import Actor, UserRef
from shared.kernel.events import DomainEvent

if TYPE_CHECKING:
    from services.directory.domain.activity import Activity
    from services.directory.domain.assignment import Assignment
    from services.directory.domain.organization import Organization
    from services.directory.domain.routing import RoutingRules
    from services.directory.domain.support_service import SupportService
    from services.directory.domain.unit import Unit


@dataclass(frozen=True, kw_only=True)
class UnitWasRegistered(DomainEvent):
    """A unit came into being."""

    unit: Unit


@dataclass(frozen=True, kw_only=True)
class UnitWasChanged(DomainEvent):
    """A unit got another name, address, stand-in …"""

    unit: Unit


@dataclass(frozen=True, kw_only=True)
class AssignmentWasGranted(DomainEvent):
    """A user got a role in a unit."""

    assignment: Assignment


@dataclass(frozen=True, kw_only=True)
class AssignmentWasEnded(DomainEvent):
    """A user lost a role in a unit."""

    assignment: Assignment


@dataclass(frozen=True, kw_only=True)
class RoutingRulesWereSet(DomainEvent):
    """A municipality's rules were replaced as a whole."""

    rules: RoutingRules


@dataclass(frozen=True, kw_only=True)
class UnitWasToldAgain(DomainEvent):
    """How a unit stands, for whoever has lost it. Nothing happened to it."""

    unit: Unit


@dataclass(frozen=True, kw_only=True)
class AssignmentWasToldAgain(DomainEvent):
    """How an assignment stands, its end too. Nothing happened to it."""

    assignment: Assignment


@dataclass(frozen=True, kw_only=True)
class RoutingRulesWereToldAgain(DomainEvent):
    """How a municipality's rules stand. Nothing happened to them."""

    rules: RoutingRules


@dataclass(frozen=True, kw_only=True)
class EndedSessionWasToldAgain(DomainEvent):
    """A session that ended before, and may not be forgotten yet. ``expires_at``: until when."""

    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrganizationWasSaved(DomainEvent):
    """An organisation was registered or changed its own page. Nobody else needs to hear of it."""

    organization: Organization


@dataclass(frozen=True, kw_only=True)
class SupportServiceWasSaved(DomainEvent):
    """A support service was added, changed or taken down."""

    service: SupportService
    by: Actor


@dataclass(frozen=True, kw_only=True)
class ListingWasConfirmed(DomainEvent):
    """Its owner assured that a support service's listing is still true."""

    service: SupportService
    by: Actor


@dataclass(frozen=True, kw_only=True)
class ActivityWasSaved(DomainEvent):
    """An activity was added or changed."""

    activity: Activity
    by: Actor


@dataclass(frozen=True, kw_only=True)
class ActivityWasCancelled(DomainEvent):
    """An activity will not take place."""

    activity: Activity
    by: Actor


@dataclass(frozen=True, kw_only=True)
class ActivityWasTakenUpAgain(DomainEvent):
    """A cancelled activity takes place after all."""

    activity: Activity
    by: Actor


@dataclass(frozen=True, kw_only=True)
class SomebodySignedIn(DomainEvent):
    """A session began."""

    session_id: UUID
    user: UserRef


@dataclass(frozen=True, kw_only=True)
class SignInWasRefused(DomainEvent):
    """A session did not begin. ``reason`` is a code."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class SessionWasEnded(DomainEvent):
    """A session ended by sign-out; its cookie would have expired at ``expires_at``."""

    session_id: UUID
    expires_at: datetime
