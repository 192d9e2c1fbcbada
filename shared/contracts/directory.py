"""What the directory tells: units, people's assignments, routing rules, sign-ins, listings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class UnitChanged(Contract):
    """A unit was registered or changed. ``function_address`` is the unit's function e-mail, never a person's.

    ``kind``: referring | receiving | partner | audit | administration. ``area``: municipality code, or municipality
    code and district ("0180" or "0180-sodermalm").
    """

    event_type: ClassVar[str] = "unit.changed.v1"
    publisher: ClassVar[str] = "directory"

    unit_id: UUID
    version: int
    organization_id: UUID
    name: str
    kind: str
    area: str | None = None
    function_address: str | None = None
    phone: str | None = None
    stand_in_unit_id: UUID | None = None
    active: bool = True
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class AssignmentGranted(Contract):
    """A user got an assignment: a unit and a role, from a moment, perhaps until another."""

    event_type: ClassVar[str] = "assignment.granted.v1"
    publisher: ClassVar[str] = "directory"

    assignment_id: UUID
    issuer: str
    subject: str
    unit_id: UUID
    role: str
    valid_from: datetime
    valid_to: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AssignmentEnded(Contract):
    """An assignment ended; access under it ends when this is heard."""

    event_type: ClassVar[str] = "assignment.ended.v1"
    publisher: ClassVar[str] = "directory"

    assignment_id: UUID
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class DirectoryIsThereV1(Contract):
    """As ``DirectoryIsThere``, and did not say what it rests on; nobody says it any more."""

    event_type: ClassVar[str] = "directory.is-there.v1"
    publisher: ClassVar[str] = "directory"
    superseded: ClassVar[bool] = True
    numbered: ClassVar[bool] = False
    remembered: ClassVar[bool] = False
    vouches_for: ClassVar[tuple[str, ...]] = (
        UnitChanged.event_type,
        AssignmentGranted.event_type,
        AssignmentEnded.event_type,
        "session.ended.v1",
    )


@dataclass(frozen=True, kw_only=True)
class RoutingRulesChanged(Contract):
    """One municipality's routing rules, whole. Each rule is a row of codes, joined in ``RoutingRow.fields``' order.

    ``rules``: JSON text of a list of objects: rule_id, area, target_groups (codes, empty = all), age_of
    (carer | person-cared-for | any), age_from, age_to, unit_id, stand_in_unit_id, valid_from, valid_to, reason_sv.
    ``default_unit_id`` receives whatever no rule takes.
    """

    event_type: ClassVar[str] = "routing-rules.changed.v1"
    publisher: ClassVar[str] = "directory"

    municipality_code: str
    version: int
    default_unit_id: UUID
    rules: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class UnitToldAgain(Contract):
    """How a unit stands, told to whoever has lost it: nothing has happened. Fields as in ``UnitChanged``.

    A copy with the same version takes it; one with a newer version does not.
    """

    event_type: ClassVar[str] = "unit.told-again.v1"
    publisher: ClassVar[str] = "directory"

    unit_id: UUID
    version: int
    organization_id: UUID
    name: str
    kind: str
    area: str | None = None
    function_address: str | None = None
    phone: str | None = None
    stand_in_unit_id: UUID | None = None
    active: bool = True
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class AssignmentToldAgain(Contract):
    """How an assignment stands, its end too if it has ended: nothing has happened. An end once heard is kept."""

    event_type: ClassVar[str] = "assignment.told-again.v1"
    publisher: ClassVar[str] = "directory"

    assignment_id: UUID
    issuer: str
    subject: str
    unit_id: UUID
    role: str
    valid_from: datetime
    valid_to: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RoutingRulesToldAgain(Contract):
    """How one municipality's routing rules stand: nothing has happened. Fields as in ``RoutingRulesChanged``."""

    event_type: ClassVar[str] = "routing-rules.told-again.v1"
    publisher: ClassVar[str] = "directory"

    municipality_code: str
    version: int
    default_unit_id: UUID
    rules: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class EndedSessionToldAgain(Contract):
    """A session that ended before, and whose cookie would not have expired yet: nothing has happened now."""

    event_type: ClassVar[str] = "session.end-told-again.v1"
    publisher: ClassVar[str] = "directory"

    session_id: UUID
    expires_at: datetime
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignedIn(Contract):
    """Somebody signed in."""

    event_type: ClassVar[str] = "session.signed-in.v1"
    publisher: ClassVar[str] = "directory"

    session_id: UUID
    issuer: str
    subject: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignInRefused(Contract):
    """A sign-in failed. ``reason`` is a code: state, token, provider, no-assignment …"""

    event_type: ClassVar[str] = "session.refused.v1"
    publisher: ClassVar[str] = "directory"

    reason: str
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Contract):
    """A session ended by sign-out; every service refuses its cookie from now on. ``expires_at``: when to forget it."""

    event_type: ClassVar[str] = "session.ended.v1"
    publisher: ClassVar[str] = "directory"

    session_id: UUID
    expires_at: datetime
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class DirectoryIsThere(Contract):
    """The directory's relay says, every ten seconds, that it is there; what tells is the envelope's ``time``.

    It has no sequence, and nobody remembers it. Whatever it vouches for and was committed before that time has been
    published before it. ``after``: which of that was told lately, by its ids; it counts only where all of it has been
    carried out.
    """

    event_type: ClassVar[str] = "directory.is-there.v2"
    publisher: ClassVar[str] = "directory"
    numbered: ClassVar[bool] = False
    remembered: ClassVar[bool] = False
    vouches_for: ClassVar[tuple[str, ...]] = (
        UnitChanged.event_type,
        UnitToldAgain.event_type,
        AssignmentGranted.event_type,
        AssignmentToldAgain.event_type,
        AssignmentEnded.event_type,
        SessionEnded.event_type,
        EndedSessionToldAgain.event_type,
    )

    after: tuple[UUID, ...]

    @property
    def rests_on(self) -> tuple[UUID, ...]:
        """What was told lately."""
        return self.after


@dataclass(frozen=True, kw_only=True)
class ListingChanged(Contract):
    """An organisation's support service was added, changed or taken down."""

    event_type: ClassVar[str] = "listing.changed.v1"
    publisher: ClassVar[str] = "directory"

    organization_id: UUID
    service_id: UUID
    version: int
    status: str
    issuer: str
    subject: str
    assignment_id: UUID
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class ActivityChanged(Contract):
    """A dated activity was added, changed or cancelled."""

    event_type: ClassVar[str] = "activity.changed.v1"
    publisher: ClassVar[str] = "directory"

    organization_id: UUID
    service_id: UUID
    activity_id: UUID
    version: int
    status: str
    issuer: str
    subject: str
    assignment_id: UUID
    occurred_at: datetime
