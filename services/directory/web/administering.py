"""What an administrator's pages and API do alike: find a unit, change it, grant and end assignments, say who did."""

from __future__ import annotations

from uuid import UUID

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.authorise import authorise
from services.directory.commands.change_unit import ChangeUnit, change_unit
from services.directory.commands.end_assignment import end_assignment
from services.directory.commands.grant_assignment import GrantAssignment, grant_assignment
from services.directory.commands.register_unit import relation_to_unit
from services.directory.domain.assignment import ROLES_IN, Assignment
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.refusals import AssignmentHasEnded, ListingIsNotYours
from services.directory.domain.unit import Unit
from services.directory.web.parts import parts
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId


def administered(work: DirectoryUnitOfWork, editor: Editor, unit_id: UUID) -> Unit:
    """A unit that the person may change. Raises ListingIsNotYours, with the attempt recorded."""
    unit = work.units.find(UnitId(unit_id))
    authorise(work, editor, Act.EDIT_UNIT, relation_to_unit(editor, unit), about="unit", subject=unit_id)
    if unit is None:
        raise ListingIsNotYours
    return unit


def running(work: DirectoryUnitOfWork, editor: Editor, assignment_id: UUID) -> tuple[Assignment, Unit]:
    """An assignment that the person may end, and its unit. Raises ListingIsNotYours, AssignmentHasEnded."""
    assignment = work.assignments.find(AssignmentId(assignment_id))
    unit = work.units.find(assignment.unit_id) if assignment else None
    relation = relation_to_unit(editor, unit)
    authorise(work, editor, Act.EDIT_ASSIGNMENT, relation, about="assignment", subject=assignment_id)
    if assignment is None or unit is None:
        raise ListingIsNotYours
    if assignment.ended_at is not None:
        raise AssignmentHasEnded
    return assignment, unit


def change(work: DirectoryUnitOfWork, editor: Editor, unit: Unit, version: int, **new: object) -> Unit:
    """Change some of a unit; the rest stays. Raises what ``change_unit`` raises."""
    kept = {
        name: getattr(unit, name)
        for name in ("name", "area", "function_address", "phone", "stand_in_unit_id", "active", "address_withheld")
    }
    asked = ChangeUnit(unit_id=unit.id, version=version, **{**kept, **new})
    changed = change_unit(work, editor, asked, parts().areas)
    work.record_access(editor.actor, "change", rule_of(editor, unit), "unit", unit.id)
    return changed


def grant(work: DirectoryUnitOfWork, editor: Editor, asked: GrantAssignment) -> Assignment:
    """Grant an assignment. Raises what ``grant_assignment`` raises."""
    assignment = grant_assignment(work, editor, asked)
    rule = rule_of(editor, work.units.find(asked.unit_id))
    work.record_access(editor.actor, "change", rule, "assignment", assignment.id)
    return assignment


def end(work: DirectoryUnitOfWork, editor: Editor, assignment_id: UUID) -> Assignment:
    """End an assignment. Raises what ``end_assignment`` raises."""
    ended = end_assignment(work, editor, AssignmentId(assignment_id))
    rule = rule_of(editor, work.units.find(ended.unit_id))
    work.record_access(editor.actor, "change", rule, "assignment", ended.id)
    return ended


def roles_for(unit: Unit) -> list[Role]:
    """The roles that an administrator may grant in a unit. Operators come from operators alone."""
    return sorted(ROLES_IN[unit.kind] - {Role.OPERATOR})


def user(subject: str) -> UserRef:
    """Somebody whom this installation's identity provider knows by that name."""
    settings = parts().settings
    return UserRef(settings.oidc_issuer or settings.token_issuer, subject)


def rule_of(editor: Editor, unit: Unit | None) -> str:
    """Why somebody may see and change a unit and who works there, as it stands in every access record."""
    return relation_to_unit(editor, unit).value
