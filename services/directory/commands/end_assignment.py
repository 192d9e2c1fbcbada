"""End an assignment: access under it ends in every service when they hear of it."""

from __future__ import annotations

from services.directory.commands.authorise import authorise
from services.directory.commands.register_unit import relation_to_unit
from services.directory.domain.assignment import Assignment
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import (
    AssignmentIsYourOwn,
    LastAdministrator,
    ListingIsNotYours,
    RoleMayNotEditThis,
)
from services.directory.domain.unit import Unit
from shared.kernel.actor import Role
from shared.kernel.identity import AssignmentId


def end_assignment(work: DirectoryWork, editor: Editor, assignment_id: AssignmentId) -> Assignment:
    """End it now.

    Raises ListingIsNotYours, RoleMayNotEditThis (an auditor's: for operators), AssignmentHasEnded, AssignmentIsYourOwn
    or LastAdministrator.
    """
    assignment = work.assignments.find(assignment_id)
    unit = work.units.find(assignment.unit_id) if assignment else None
    relation = relation_to_unit(editor, unit)
    authorise(work, editor, Act.EDIT_ASSIGNMENT, relation, about="assignment", subject=assignment_id)
    if assignment is None or unit is None:
        raise ListingIsNotYours
    if not editor.may_hand_out(assignment.role):
        # whoever is reviewed does not choose the reviewer
        refusal = RoleMayNotEditThis()
        work.record_attempt(editor.actor, refusal, Act.EDIT_ASSIGNMENT.value, "assignment", assignment_id)
        raise refusal
    require_dispensable(work, editor, assignment, unit)
    ended, event = assignment.ended(work.clock.now())
    work.assignments.end(ended)
    work.happened(event)
    return ended


def require_dispensable(work: DirectoryWork, editor: Editor, assignment: Assignment, unit: Unit) -> None:
    """Whether the place can go on without it. Raises AssignmentIsYourOwn or LastAdministrator; an ended one passes."""
    now = work.clock.now()
    if not assignment.holds(now):
        return
    if assignment.id == editor.actor.assignment_id:
        raise AssignmentIsYourOwn
    if assignment.role is Role.MUNICIPALITY_ADMINISTRATOR and not work.assignments.has_other_administrators(
        unit.organization_id, assignment.id, now
    ):
        raise LastAdministrator
