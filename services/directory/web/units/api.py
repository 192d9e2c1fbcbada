"""What staff's systems may ask about units and assignments: register, change, give, end, and the caller's own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.grant_assignment import GrantAssignment
from services.directory.domain.assignment import Assignment
from services.directory.domain.refusals import AssignmentIsNotYours, UnitIsNotYours
from services.directory.domain.unit import Unit
from services.directory.web.administration import (
    change,
    described,
    end,
    grant,
    opened,
    register,
    sign_out,
    to_a_unit,
    user,
)
from services.directory.web.page import ADMINISTRATORS, changing, current_editor, parts
from services.directory.web.units import schemas as schemas_staff
from services.directory.web.units.routes_to_unit import leading_here
from shared.kernel.clock import swedish_day
from shared.kernel.identity import AssignmentId, UnitId, uuid7
from shared.web.api.answers import created, dumped, etag, no_content, ok, once, require_if_match
from shared.web.api.idempotency import Answer, answered_before, remember_answer
from shared.web.api.openapi import Operations
from shared.web.api.paging import page_as_before
from shared.web.who import Tried, current_actor

# of the user, not of the assignment
CAME = ("never_signed_in", "refused_sign_in_at", "refused_sign_in_reason")
GRANTED = schemas_staff.AssignmentGranted(exclude=CAME)


api = Operations()
_UNIT: dict[str, Any] = {"roles": ADMINISTRATORS, "answers": {200: schemas_staff.UnitWhole}, "etag": True}


@api.get("/assignments", answers={200: schemas_staff.AssignmentsOut})
def list_own_assignments() -> Response:
    """The caller's own assignments that hold now."""
    held = parts().staff.assignments_of(current_actor().user, parts().clock.now())
    return ok(dumped(schemas_staff.AssignmentsOut, page_as_before("assignments", held, None)))


@api.post(
    "/units",
    roles=ADMINISTRATORS,
    body=schemas_staff.NewUnitIn,
    answers={201: schemas_staff.UnitWhole},
    keyed=True,
    etag=True,
)
def post_unit(body: dict[str, Any]) -> Response:
    """Register a unit of the caller's organisation, or of one that their municipality answers for."""
    editor, request = current_editor(), once()
    with changing(editor) as uow:
        before = answered_before(uow.connection, request)
        if before and before.resource_id:
            unit = uow.units.find(UnitId(before.resource_id))
        else:
            unit = register(uow, editor, described(editor, {**body, "id": uuid7()}))
            answer = Answer(201, url_for("directory_api.get_read_unit", unit_id=unit.id), etag(unit.version), unit.id)
            remember_answer(uow.connection, request, answer, uow.clock.now())
        shown = _unit_out(uow, unit) if unit else None
    if unit is None:
        raise UnitIsNotYours
    return created(url_for("directory_api.get_read_unit", unit_id=unit.id), shown, etag(unit.version))


@api.get("/units/<uuid:unit_id>", **_UNIT, tries=Tried("read", "unit"))
def read_unit(unit_id: UUID) -> Response:
    """A unit of the caller's municipality or organisation, with its version."""
    with opened(unit_id) as found:
        unit, shown = found.unit, _unit_out(found.uow, found.unit)
    return ok(shown, etag=etag(unit.version))


@api.put(
    "/units/<uuid:unit_id>",
    body=schemas_staff.UnitIn,
    versioned=True,
    admits=to_a_unit,
    **_UNIT,
    tries=Tried("change", "unit"),
)
def put_unit(unit_id: UUID, body: dict[str, Any]) -> Response:
    """Change what a unit is called, how it is reached, who stands in, and whether it is open.

    A former name is kept, with the moment until which the unit was called so. ``leading_here`` says what is passed over
    while it is closed.
    """
    version = require_if_match()
    with opened(unit_id, to_change=True) as found:
        reached = {name: body[name] or None for name in ("function_address", "phone")}
        unit = change(found, version, **{**body, **reached})
        shown = _unit_out(found.uow, unit)
    return ok(shown, etag=etag(unit.version))


@api.post(
    "/assignments",
    roles=ADMINISTRATORS,
    body=schemas_staff.AssignmentIn,
    answers={201: schemas_staff.AssignmentGranted},
    keyed=True,
)
def post_assignment(body: dict[str, Any]) -> Response:
    """Give somebody a role in a unit of the caller's municipality or organisation."""
    editor, request = current_editor(), once()
    with changing(editor) as uow:
        before = answered_before(uow.connection, request)
        if before and before.resource_id:
            assignment = uow.assignments.find(AssignmentId(before.resource_id))
        else:
            asked = GrantAssignment(
                assignment_id=AssignmentId(uuid7()),
                user=user(body["subject"]),
                unit_id=UnitId(body["unit_id"]),
                role=body["role"],
                valid_from=body["valid_from"],
                valid_to=body["valid_to"],
            )
            assignment = grant(uow, editor, asked)
            answer = Answer(201, _assignment_at(assignment.id), None, assignment.id)
            remember_answer(uow.connection, request, answer, uow.clock.now())
        came = _came(uow, assignment) if assignment else {}
    if assignment is None:
        raise AssignmentIsNotYours
    told = GRANTED.dump(assignment)
    return created(_assignment_at(assignment.id), told | came)


def _came(uow: DirectoryUnitOfWork, assignment: Assignment) -> dict[str, Any]:
    """Whether the user has been here, as the administrator's lists say it."""
    at, reason = uow.sign_ins.refused(assignment.user) or (None, None)
    return {
        "never_signed_in": not uow.sign_ins.has(assignment.user),
        "refused_sign_in_at": at.isoformat() if at else None,
        "refused_sign_in_reason": reason,
    }


@api.delete(
    "/assignments/<uuid:assignment_id>", roles=ADMINISTRATORS, answers={204: None}, tries=Tried("change", "assignment")
)
def delete_assignment(assignment_id: UUID) -> Response:
    """End an assignment of somebody in the caller's municipality or organisation.

    Access under it ends here at once, and in the other services when they hear of it.
    """
    editor = current_editor()
    with changing(editor) as uow:
        end(uow, editor, assignment_id)
    return no_content()


@api.delete(
    "/assignments/<uuid:assignment_id>/sessions",
    roles=ADMINISTRATORS,
    answers={200: schemas_staff.SessionsEnded},
    tries=Tried("change", "assignment"),
)
def delete_sessions(assignment_id: UUID) -> Response:
    """Sign somebody out everywhere: end all sessions of whoever an assignment is for.

    They can sign in again, and their systems' tokens hold: end the assignment to take access away. Here it is so at
    once, and in the other services when they hear of it.
    """
    editor = current_editor()
    with changing(editor) as uow:
        _, ended = sign_out(uow, editor, assignment_id)
    return ok(dumped(schemas_staff.SessionsEnded, {"ended": ended}))


def _unit_out(uow: DirectoryUnitOfWork, unit: Unit) -> Any:
    leading = leading_here(uow, unit.id, swedish_day(parts().clock.now()))
    more = {"former_names": uow.units.former_names(unit.id), "leading_here": leading.told()}
    return dumped(schemas_staff.UnitWhole, {**unit.__dict__, **more})


def _assignment_at(assignment_id: UUID) -> str:
    return url_for("directory_api.delete_delete_assignment", assignment_id=assignment_id)
