"""An administrator's pages for giving somebody an assignment, and for ending one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.end_assignment import require_dispensable
from services.directory.commands.grant_assignment import GrantAssignment
from services.directory.domain.access import look
from services.directory.domain.permissions import Editor
from services.directory.domain.refusals import (
    AlreadyRegistered,
    AssignmentHasEnded,
    AssignmentIsYourOwn,
    LastAdministrator,
    UserHasNeverSignedIn,
)
from services.directory.web.administration import (
    Opened,
    end,
    grant,
    opened,
    roles_for,
    rule_of,
    running,
    sign_out,
    to_a_unit,
    user,
)
from services.directory.web.assignments.forms import AssignmentForm
from services.directory.web.forms import as_written, said
from services.directory.web.page import changing, current_editor, reading
from shared.access.record import record_access
from shared.kernel.actor import Role
from shared.kernel.clock import SWEDEN
from shared.kernel.identity import AssignmentId, uuid7
from shared.kernel.refusals import Invalid
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.forms.sent_twice import carry_out_once
from shared.web.navigation import ROLE_NAMES
from shared.web.who import Tried, needs

pages = Blueprint("assignments", __name__, url_prefix="/directory/admin")


@pages.get("/units/<uuid:unit_id>/assignments/new")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("read", "unit"))
def new_assignment(unit_id: UUID) -> Any:
    """An empty form. Its id comes along, so that sending it twice grants once."""
    return form_page(partial(_page, unit_id), {"id": uuid7()}, {})


@pages.post("/units/<uuid:unit_id>/assignments/new")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("change", "unit"))
@takes_form
def add_assignment(unit_id: UUID) -> Response:
    """Give somebody a role in the unit from now on."""
    to_a_unit(unit_id)
    page = partial(_page, unit_id)
    written = as_written(request.form)
    try:
        form = AssignmentForm().load(request.form)
        with opened(unit_id, to_change=True) as found:
            whom = user(form["subject"])
            asked = GrantAssignment(
                assignment_id=AssignmentId(form["id"]),
                user=whom,
                unit_id=found.unit.id,
                role=form["role"],
                valid_to=_end_of(form["last_day"]),
            )
            carry_out_once(
                found.uow.connection,
                found.uow.clock.now(),
                lambda: _granted(found, asked, form["confirmed"]),
                standing=lambda: None,
            )
    except AlreadyRegistered as refusal:
        # the same form was sent before with other words: what was written now may be for somebody else
        return shown_again(page, {**written, "id": uuid7()}, said(refusal))
    except UserHasNeverSignedIn as question:
        return shown_again(page, written, said(question), asks=True)
    except (ValidationError, Invalid) as problem:
        errors = said(problem)
        wrong = {"last_day" if name == "valid_to" else name: errors[name] for name in errors}
        return shown_again(page, written, wrong)
    # promise: an-assignment-holds-from-now
    flash(_("The assignment is given. It holds from now on."), "success")
    return redirect(url_for("units.unit_form", unit_id=unit_id), 303)


@pages.get("/assignments/<uuid:assignment_id>/end")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("read", "assignment"))
def ask_before_ending(assignment_id: UUID) -> Response | str:
    """Who loses which access; nothing has happened yet."""
    editor = current_editor()
    with reading(editor) as uow:
        try:
            assignment, unit = running(uow, editor, assignment_id)
            require_dispensable(assignment, unit, editor, uow)
        except (AssignmentIsYourOwn, LastAdministrator) as needed:
            flash(_(needed.title), "warning")
            return redirect(url_for("units.unit_form", unit_id=unit.id), 303)
        except AssignmentHasEnded:
            flash(_("The assignment had already ended."), "warning")
            return redirect(url_for("units.units"), 303)
        record_access(look("read", rule_of(editor, unit), "assignment", assignment.id), editor, uow)
    return render_template("assignments/end.html", assignment=assignment, unit=unit)


@pages.post("/assignments/<uuid:assignment_id>/end")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("change", "assignment"))
def end_it(assignment_id: UUID) -> Response:
    """End it now."""
    editor = current_editor()
    try:
        with changing(editor) as uow:
            carry_out_once(
                uow.connection,
                uow.clock.now(),
                lambda: _ended(uow, editor, assignment_id),
                standing=lambda: None,
            )
            ended = uow.assignments.find(AssignmentId(assignment_id))
    except (AssignmentIsYourOwn, LastAdministrator):
        # where it is said
        return redirect(url_for("assignments.ask_before_ending", assignment_id=assignment_id), 303)
    except AssignmentHasEnded:
        flash(_("The assignment had already ended."), "warning")
        return redirect(url_for("units.units"), 303)
    # promise: an-ended-assignment-opens-nothing
    flash(
        _("The assignment is ended. It opens nothing here any more, nor in the other parts once they have heard."),
        "success",
    )
    return redirect(url_for("units.unit_form", unit_id=ended.unit_id) if ended else url_for("units.units"), 303)


@pages.get("/assignments/<uuid:assignment_id>/sign-out")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("read", "assignment"))
def ask_before_signing_out(assignment_id: UUID) -> Response | str:
    """Who is signed out, and what that means; nothing has happened yet."""
    editor = current_editor()
    with reading(editor) as uow:
        try:
            assignment, unit = running(uow, editor, assignment_id)
        except AssignmentHasEnded:
            flash(_("The assignment had already ended."), "warning")
            return redirect(url_for("units.units"), 303)
        record_access(look("read", rule_of(editor, unit), "assignment", assignment.id), editor, uow)
    return render_template("assignments/sign_out.html", assignment=assignment, unit=unit)


@pages.post("/assignments/<uuid:assignment_id>/sign-out")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("change", "assignment"))
def sign_out_everywhere(assignment_id: UUID) -> Response:
    """End all sessions of whoever holds it. A second click finds none left."""
    editor = current_editor()
    with changing(editor) as uow:
        assignment, ended = sign_out(uow, editor, assignment_id)
    if ended:
        # promise: signed-out-everywhere-by-an-administrator
        words = _(
            "%(user)s is signed out here, and in the other services usually within moments.",
            user=assignment.user.subject,
        )
        flash(words, "success")
    else:
        flash(_("%(user)s was not signed in anywhere.", user=assignment.user.subject))
    return redirect(url_for("units.unit_form", unit_id=assignment.unit_id), 303)


def _granted(found: Opened, asked: GrantAssignment, confirmed: str) -> None:
    grant(found.uow, found.editor, asked)
    # last, when nothing else is wrong; unless it is confirmed nothing of it is kept
    # who was refused is somebody: the id is not mistyped
    came = found.uow.sign_ins.has(asked.user) or found.uow.sign_ins.refused(asked.user)
    if confirmed != asked.user.subject and not came:
        raise UserHasNeverSignedIn


def _ended(uow: DirectoryUnitOfWork, editor: Editor, assignment_id: UUID) -> None:
    end(uow, editor, assignment_id)


def _end_of(last_day: date | None) -> datetime | None:
    return datetime.combine(last_day + timedelta(days=1), time.min, SWEDEN) if last_day else None


def _page(unit_id: UUID, values: dict[str, Any], errors: dict[str, str], *, asks: bool = False) -> str:
    with opened(unit_id) as found:
        unit = found.unit
    roles = [(role.value, str(ROLE_NAMES[role]).capitalize()) for role in roles_for(unit)]
    role = roles[0][0] if len(roles) == 1 else ""
    empty = {"id": uuid7(), "subject": "", "last_day": "", "confirmed": "", "role": role}
    return render_template(
        "assignments/new.html",
        unit=unit,
        roles=roles,
        values={**empty, **values},
        errors=errors,
        asks=asks or bool(values.get("confirmed")),
    )
