"""Give a user a role in a unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.directory.commands.authorise import authorise
from services.directory.commands.register_unit import relation_to_unit
from services.directory.domain.access import attempt
from services.directory.domain.assignment import Assignment
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import AlreadyRegistered, AssignmentIsNotYours, RoleMayNotEditThis
from shared.access.record import refuse
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId


@dataclass(frozen=True, kw_only=True)
class GrantAssignment:
    """Who gets which role where. ``valid_from``: None is now; ``valid_to``: None is until further notice."""

    assignment_id: AssignmentId
    user: UserRef
    unit_id: UnitId
    role: Role
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def grant_assignment(command: GrantAssignment, actor: Editor, uow: DirectoryWork) -> Assignment:
    """Grant it.

    Raises AssignmentIsNotYours, RoleMayNotEditThis (the operator's and the auditor's role come from operators alone,
    and an administrator gives themselves none), AlreadyRegistered, RoleDoesNotFitTheUnit, PeriodEndsBeforeItBegins or
    PeriodHasPassed.
    """
    unit = uow.units.find(command.unit_id)
    relation = relation_to_unit(actor, unit)
    authorise(Act.EDIT_ASSIGNMENT, relation, actor, uow, about="unit", subject=command.unit_id)
    if unit is None:
        raise AssignmentIsNotYours
    for_oneself = command.user == actor.user and actor.role is not Role.OPERATOR
    if for_oneself or not actor.may_hand_out(command.role):
        # else whoever may only say who works where could read what they read, and choose who reviews it
        refuse(attempt(Act.EDIT_ASSIGNMENT.value, "unit", command.unit_id, RoleMayNotEditThis()), actor, uow)
    if uow.assignments.find(command.assignment_id) is not None:
        raise AlreadyRegistered
    now = uow.clock.now()
    assignment, event = Assignment.granted(
        command.assignment_id,
        command.user,
        command.unit_id,
        unit.kind,
        command.role,
        valid_from=command.valid_from or now,
        valid_to=command.valid_to,
        at=now,
    )
    uow.assignments.add(assignment)
    uow.record(event)
    return assignment
