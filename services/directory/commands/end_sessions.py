"""End all sessions of somebody: whoever sits at any of their browsers has to sign in again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.directory.commands.authorise import authorise
from services.directory.commands.register_unit import relation_to_unit
from services.directory.domain.access import attempt
from services.directory.domain.assignment import Assignment
from services.directory.domain.events import SessionEnded
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import AssignmentIsNotYours, RoleMayNotEditThis
from shared.access.record import refuse
from shared.kernel.identity import AssignmentId


@dataclass(frozen=True, kw_only=True)
class EndSessions:
    """Whose: of whoever holds, or held, this assignment."""

    assignment_id: AssignmentId


def end_sessions(command: EndSessions, actor: Editor, uow: DirectoryWork) -> tuple[Assignment, list[UUID]]:
    """End the sessions of whoever holds, or held, an assignment; the assignment, and which ended.

    Whoever may end the assignment may do this. Raises AssignmentIsNotYours or RoleMayNotEditThis.
    """
    assignment = uow.assignments.find(command.assignment_id)
    unit = uow.units.find(assignment.unit_id) if assignment else None
    relation = relation_to_unit(actor, unit)
    authorise(Act.EDIT_ASSIGNMENT, relation, actor, uow, about="assignment", subject=command.assignment_id)
    if assignment is None:
        raise AssignmentIsNotYours
    if not actor.may_hand_out(assignment.role):
        # whoever is reviewed does not keep the reviewer out
        refused = attempt(Act.EDIT_ASSIGNMENT.value, "assignment", command.assignment_id, RoleMayNotEditThis())
        refuse(refused, actor, uow)
    ended = uow.living_sessions.end_all(assignment.user)
    now = uow.clock.now()
    for session_id, expires_at in ended:
        uow.record(SessionEnded(occurred_at=now, session_id=session_id, expires_at=expires_at))
    return assignment, [session_id for session_id, _ in ended]
