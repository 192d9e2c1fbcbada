"""End an assignment: access under it ends in every service when they hear of it."""

from __future__ import annotations

from dataclasses import dataclass

from services.directory.commands.authorise import authorise
from services.directory.commands.register_unit import relation_to_unit
from services.directory.domain.access import attempt
from services.directory.domain.assignment import Assignment
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import (
    AssignmentIsNotYours,
    AssignmentIsYourOwn,
    LastAdministrator,
    RoleMayNotEditThis,
)
from services.directory.domain.unit import Unit
from shared.access.record import refuse
from shared.kernel.actor import Role
from shared.kernel.identity import AssignmentId


@dataclass(frozen=True, kw_only=True)
class EndAssignment:
    """Which one ends now."""

    assignment_id: AssignmentId


def end_assignment(command: EndAssignment, actor: Editor, uow: DirectoryWork) -> Assignment:
    """End it now.

    Raises AssignmentIsNotYours, RoleMayNotEditThis (an auditor's: for operators), AssignmentHasEnded,
    AssignmentIsYourOwn or LastAdministrator.
    """
    assignment = uow.assignments.find(command.assignment_id)
    unit = uow.units.find(assignment.unit_id) if assignment else None
    relation = relation_to_unit(actor, unit)
    authorise(Act.EDIT_ASSIGNMENT, relation, actor, uow, about="assignment", subject=command.assignment_id)
    if assignment is None or unit is None:
        raise AssignmentIsNotYours
    if not actor.may_hand_out(assignment.role):
        # whoever is reviewed does not choose the reviewer
        refused = attempt(Act.EDIT_ASSIGNMENT.value, "assignment", command.assignment_id, RoleMayNotEditThis())
        refuse(refused, actor, uow)
    require_dispensable(assignment, unit, actor, uow)
    ended, event = assignment.ended(uow.clock.now())
    uow.assignments.end(ended)
    uow.record(event)
    return ended


def require_dispensable(assignment: Assignment, unit: Unit, actor: Editor, uow: DirectoryWork) -> None:
    """Whether the place can go on without it. Raises AssignmentIsYourOwn or LastAdministrator; an ended one passes."""
    now = uow.clock.now()
    if not assignment.holds(now):
        return
    if assignment.id == actor.assignment_id:
        raise AssignmentIsYourOwn
    if assignment.role is Role.MUNICIPALITY_ADMINISTRATOR and not uow.assignments.has_other_administrators(
        unit.organization_id, assignment.id, now
    ):
        raise LastAdministrator
