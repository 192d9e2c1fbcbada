"""What an administrator's pages and API do alike: find a unit, register or change it, grant and end, say who did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.authorise import authorise
from services.directory.commands.change_unit import ChangeUnit, change_unit
from services.directory.commands.end_assignment import EndAssignment, end_assignment
from services.directory.commands.end_sessions import EndSessions, end_sessions
from services.directory.commands.grant_assignment import GrantAssignment, grant_assignment
from services.directory.commands.register_unit import RegisterUnit, register_unit, relation_to_unit
from services.directory.domain.access import look
from services.directory.domain.assignment import ROLES_IN, Assignment
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.refusals import AssignmentHasEnded, AssignmentIsNotYours, UnitIsNotYours
from services.directory.domain.unit import Unit
from services.directory.web.forms import require_offered
from services.directory.web.page import changing, current_editor, parts, reading
from shared.access.record import record_access
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.kernel.swedish_order import swedish_order
from shared.web.i18n.other_language import with_lang


@dataclass(frozen=True)
class Opened:
    """A unit that the person who asks may change, and the transaction in which it was found."""

    uow: DirectoryUnitOfWork
    editor: Editor
    unit: Unit


@contextmanager
def opened(unit_id: UUID, *, to_change: bool = False) -> Iterator[Opened]:
    """A unit for whoever asks, to be shown or ``to_change``. Raises UnitIsNotYours, with the attempt recorded."""
    editor = current_editor()
    with (changing if to_change else reading)(editor) as uow:
        yield Opened(uow, editor, administered(uow, editor, unit_id))


def to_a_unit(unit_id: UUID) -> None:
    """Asked before a form, a body or a version is judged. Raises UnitIsNotYours, with the attempt recorded."""
    with opened(unit_id):
        pass


def administered(uow: DirectoryUnitOfWork, editor: Editor, unit_id: UUID) -> Unit:
    """A unit that the person may change. Raises UnitIsNotYours, with the attempt recorded."""
    unit = uow.units.find(UnitId(unit_id))
    authorise(Act.EDIT_UNIT, relation_to_unit(editor, unit), editor, uow, about="unit", subject=unit_id)
    if unit is None:
        raise UnitIsNotYours
    return unit


def running(uow: DirectoryUnitOfWork, editor: Editor, assignment_id: UUID) -> tuple[Assignment, Unit]:
    """An assignment that the person may end, and its unit. Raises AssignmentIsNotYours, AssignmentHasEnded."""
    assignment = uow.assignments.find(AssignmentId(assignment_id))
    unit = uow.units.find(assignment.unit_id) if assignment else None
    relation = relation_to_unit(editor, unit)
    authorise(Act.EDIT_ASSIGNMENT, relation, editor, uow, about="assignment", subject=assignment_id)
    if assignment is None or unit is None:
        raise AssignmentIsNotYours
    if assignment.ended_at is not None:
        raise AssignmentHasEnded
    return assignment, unit


def change(found: Opened, version: int, **new: object) -> Unit:
    """Change some of a unit; the rest stays. Raises what ``change_unit`` raises."""
    kept = {
        name: getattr(found.unit, name)
        for name in ("name", "area", "function_address", "phone", "stand_in_unit_id", "active", "address_withheld")
    }
    asked = ChangeUnit(unit_id=found.unit.id, version=version, **{**kept, **new})
    changed = change_unit(asked, found.editor, found.uow)
    record_access(look("change", rule_of(found.editor, changed), "unit", changed.id), found.editor, found.uow)
    return changed


def areas_for(editor: Editor) -> list[tuple[str, str]]:
    """Where somebody's new unit may work, code and name: in their municipality or one of its districts; for another
    authority, in every municipality of the region that it sits in; for an operator, everywhere.
    """
    known = parts().areas
    if editor.role is Role.OPERATOR:
        codes = list(known.municipalities)
    elif editor.municipality_code:
        codes = [editor.municipality_code]
    else:
        own = parts().staff.unit(editor.unit_id)
        region = (own.area or "")[:2] if own else ""
        codes = [code for code in known.municipalities if code.startswith(region)]
    codes.sort(key=lambda code: swedish_order(known.name(code)))
    places = [place for code in codes for place in (code, *known.districts_of(code))]
    return [(place, with_lang(known.name(place))) for place in places]


def described(editor: Editor, values: dict[str, Any]) -> Unit:
    """A new unit, of what was written of it. Raises what a unit's own rules refuse, and ValidationError of an area that
    is not the person's.
    """
    require_offered(values, area={code for code, _ in areas_for(editor)})
    reached = {name: values[name] or None for name in ("function_address", "phone")}
    return Unit(**{**values, **reached})


def register(uow: DirectoryUnitOfWork, editor: Editor, unit: Unit) -> Unit:
    """Register a unit. Raises what ``register_unit`` raises."""
    registered = register_unit(RegisterUnit(unit=unit), editor, uow)
    record_access(look("change", rule_of(editor, unit), "unit", unit.id), editor, uow)
    return registered


def grant(uow: DirectoryUnitOfWork, editor: Editor, asked: GrantAssignment) -> Assignment:
    """Grant an assignment. Raises what ``grant_assignment`` raises."""
    assignment = grant_assignment(asked, editor, uow)
    rule = rule_of(editor, uow.units.find(asked.unit_id))
    record_access(look("change", rule, "assignment", assignment.id), editor, uow)
    return assignment


def end(uow: DirectoryUnitOfWork, editor: Editor, assignment_id: UUID) -> Assignment:
    """End an assignment. Raises what ``end_assignment`` raises."""
    ended = end_assignment(EndAssignment(assignment_id=AssignmentId(assignment_id)), editor, uow)
    rule = rule_of(editor, uow.units.find(ended.unit_id))
    record_access(look("change", rule, "assignment", ended.id), editor, uow)
    return ended


def sign_out(uow: DirectoryUnitOfWork, editor: Editor, assignment_id: UUID) -> tuple[Assignment, int]:
    """End all sessions of whoever an assignment is for; how many there were. Raises what ``end_sessions`` raises."""
    assignment, ended = end_sessions(EndSessions(assignment_id=AssignmentId(assignment_id)), editor, uow)
    rule = rule_of(editor, uow.units.find(assignment.unit_id))
    record_access(look("change", rule, "sessions", assignment.id, *ended), editor, uow)
    return assignment, len(ended)


def receivers(uow: DirectoryUnitOfWork, editor: Editor) -> list[Unit]:
    """The receiving units that the person answers for, by name; closed ones too."""
    return uow.units.receiving_for(editor.organization_id, editor.municipality_code)


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
