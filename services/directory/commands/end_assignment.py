"""End an assignment: access under it ends in every service when they hear of it."""

from __future__ import annotations

from services.directory.commands.authorise import authorise
from services.directory.commands.register_unit import relation_to_unit
from services.directory.domain.assignment import Assignment
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import ListingIsNotYours, RoleMayNotEditThis
from shared.kernel.identity import AssignmentId


def end_assignment(work: DirectoryWork, editor: Editor, assignment_id: AssignmentId) -> Assignment:
    """End it now. Raises ListingIsNotYours, RoleMayNotEditThis (an auditor's: for operators) or AssignmentHasEnded."""
    assignment = work.assignments.find(assignment_id)
    unit = work.units.find(assignment.unit_id) if assignment else None
    relation = relation_to_unit(editor, unit)
    authorise(work, editor, Act.EDIT_ASSIGNMENT, relation, about="assignment", subject=assignment_id)
    if assignment is None:
        raise ListingIsNotYours
    if not editor.may_hand_out(assignment.role):
        # whoever is reviewed does not choose the reviewer
        refusal = RoleMayNotEditThis()
        work.record_attempt(editor.actor, refusal, Act.EDIT_ASSIGNMENT.value, "assignment", assignment_id)
        raise refusal
    ended, event = assignment.ended(work.clock.now())
    work.assignments.end(ended)
    work.happened(event)
    return ended
