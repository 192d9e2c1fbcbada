"""End all sessions of somebody: whoever sits at any of their browsers has to sign in again."""

from __future__ import annotations

from uuid import UUID

from services.directory.commands.authorise import authorise
from services.directory.commands.register_unit import relation_to_unit
from services.directory.domain.assignment import Assignment
from services.directory.domain.events import SessionEnded
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import ListingIsNotYours, RoleMayNotEditThis
from shared.kernel.identity import AssignmentId


def end_sessions(work: DirectoryWork, editor: Editor, assignment_id: AssignmentId) -> tuple[Assignment, list[UUID]]:
    """End the sessions of whoever holds, or held, an assignment; the assignment, and which ended.

    Whoever may end the assignment may do this. Raises ListingIsNotYours or RoleMayNotEditThis.
    """
    assignment = work.assignments.find(assignment_id)
    unit = work.units.find(assignment.unit_id) if assignment else None
    relation = relation_to_unit(editor, unit)
    authorise(work, editor, Act.EDIT_ASSIGNMENT, relation, about="assignment", subject=assignment_id)
    if assignment is None:
        raise ListingIsNotYours
    if not editor.may_hand_out(assignment.role):
        # whoever is reviewed does not keep the reviewer out
        refusal = RoleMayNotEditThis()
        work.record_attempt(editor.actor, refusal, Act.EDIT_ASSIGNMENT.value, "assignment", assignment_id)
        raise refusal
    ended = work.living_sessions.end_all(assignment.user)
    now = work.clock.now()
    for session_id, expires_at in ended:
        work.happened(SessionEnded(occurred_at=now, session_id=session_id, expires_at=expires_at))
    return assignment, [session_id for session_id, _ in ended]
