"""Give a user a role in a unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.directory.commands.authorise import authorise
from services.directory.commands.register_unit import relation_to_unit
from services.directory.domain.assignment import Assignment
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import AlreadyRegistered, ListingIsNotYours, RoleMayNotEditThis
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


def grant_assignment(work: DirectoryWork, editor: Editor, asked: GrantAssignment) -> Assignment:
    """Grant it.

    Raises ListingIsNotYours, RoleMayNotEditThis (the operator's and the auditor's role come from operators alone, and
    an administrator gives themselves none), AlreadyRegistered, RoleDoesNotFitTheUnit, PeriodEndsBeforeItBegins or
    PeriodHasPassed.
    """
    unit = work.units.find(asked.unit_id)
    relation = relation_to_unit(editor, unit)
    authorise(work, editor, Act.EDIT_ASSIGNMENT, relation, about="unit", subject=asked.unit_id)
    if unit is None:
        raise ListingIsNotYours
    for_oneself = asked.user == editor.actor.user and editor.actor.role is not Role.OPERATOR
    if for_oneself or not editor.may_hand_out(asked.role):
        # else whoever may only say who works where could read what they read, and choose who reviews it
        refusal = RoleMayNotEditThis()
        work.record_attempt(editor.actor, refusal, Act.EDIT_ASSIGNMENT.value, "unit", asked.unit_id)
        raise refusal
    if work.assignments.find(asked.assignment_id) is not None:
        raise AlreadyRegistered
    now = work.clock.now()
    assignment, event = Assignment.granted(
        asked.assignment_id,
        asked.user,
        asked.unit_id,
        unit.kind,
        asked.role,
        valid_from=asked.valid_from or now,
        valid_to=asked.valid_to,
        at=now,
    )
    work.assignments.add(assignment)
    work.happened(event)
    return assignment
