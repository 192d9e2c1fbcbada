"""Assignments: one user's role in one unit, from a moment, perhaps until another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.directory.domain.events import AssignmentEnded, AssignmentGranted, AssignmentToldAgain
from services.directory.domain.refusals import (
    AssignmentHasEnded,
    PeriodEndsBeforeItBegins,
    PeriodHasPassed,
    RoleDoesNotFitTheUnit,
)
from services.directory.domain.unit import UnitKind
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId

ROLES_IN: dict[UnitKind, frozenset[Role]] = {
    UnitKind.REFERRING: frozenset({Role.REFERRER}),
    # the municipality's own front desk and needs assessors may sit in a unit that receives as well
    UnitKind.RECEIVING: frozenset({Role.ADVISER, Role.REFERRER}),
    UnitKind.PARTNER: frozenset({Role.PARTNER_EDITOR}),
    UnitKind.AUDIT: frozenset({Role.AUDITOR}),
    UnitKind.ADMINISTRATION: frozenset({Role.MUNICIPALITY_ADMINISTRATOR, Role.OPERATOR}),
}
"""Which roles exist in a unit of each kind."""


@dataclass(frozen=True)
class Assignment:
    """A user is known by issuer and subject alone: the directory keeps no names of staff."""

    id: AssignmentId
    user: UserRef
    unit_id: UnitId
    role: Role
    valid_from: datetime
    valid_to: datetime | None = None
    ended_at: datetime | None = None

    @classmethod
    def granted(
        cls,
        assignment_id: AssignmentId,
        user: UserRef,
        unit_id: UnitId,
        kind: UnitKind,
        role: Role,
        *,
        valid_from: datetime,
        valid_to: datetime | None,
        at: datetime,
    ) -> tuple[Assignment, AssignmentGranted]:
        """A new assignment. Raises RoleDoesNotFitTheUnit, PeriodEndsBeforeItBegins or PeriodHasPassed."""
        if role not in ROLES_IN[kind]:
            raise RoleDoesNotFitTheUnit(fields={"/role": RoleDoesNotFitTheUnit.title})
        if valid_to is not None and valid_to <= valid_from:
            raise PeriodEndsBeforeItBegins(fields={"/valid_to": PeriodEndsBeforeItBegins.title})
        if valid_to is not None and valid_to <= at:
            raise PeriodHasPassed(fields={"/valid_to": PeriodHasPassed.title})
        assignment = cls(assignment_id, user, unit_id, role, valid_from, valid_to)
        granted = AssignmentGranted(
            occurred_at=at,
            assignment_id=assignment_id,
            user=user,
            unit_id=unit_id,
            role=role,
            valid_from=valid_from,
            valid_to=valid_to,
        )
        return assignment, granted

    def ended(self, at: datetime) -> tuple[Assignment, AssignmentEnded]:
        """The assignment, ended now. Raises AssignmentHasEnded the second time."""
        if self.ended_at is not None:
            raise AssignmentHasEnded
        ended = AssignmentEnded(occurred_at=at, assignment_id=self.id, ended_at=at)
        return replace(self, ended_at=at), ended

    def told_again(self, at: datetime) -> AssignmentToldAgain:
        """How it stands, its end too."""
        return AssignmentToldAgain(
            occurred_at=at,
            assignment_id=self.id,
            user=self.user,
            unit_id=self.unit_id,
            role=self.role,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            ended_at=self.ended_at,
        )

    def holds(self, at: datetime) -> bool:
        """Whether it gives its user anything at that moment."""
        running = self.valid_from <= at and (self.valid_to is None or at < self.valid_to)
        return running and (self.ended_at is None or at < self.ended_at)
