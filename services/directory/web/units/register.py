"""An administrator's page for registering a unit."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.domain.permissions import Editor
from services.directory.domain.refusals import AlreadyRegistered, NameIsTaken
from services.directory.domain.unit import Unit, UnitKind
from services.directory.views.administration import organizations_of
from services.directory.web import words
from services.directory.web.administration import areas_for, described, receivers, register
from services.directory.web.forms import as_written, said
from services.directory.web.page import changing, current_editor, reading
from services.directory.web.units.forms import NewUnitForm, told_of_unit
from services.directory.web.units.pages import pages as pages
from shared.kernel.actor import Role
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Invalid
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.forms.sent_twice import carry_out_once
from shared.web.i18n.other_language import with_lang
from shared.web.who import needs


@pages.get("/units/new")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
def new_unit() -> Any:
    """An empty form. Its id comes along, so that sending it twice registers once."""
    return form_page(_page, {}, {})


@pages.post("/units/new")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
@takes_form
def add_unit() -> Response:
    """Register a unit, and go on to its page."""
    editor = current_editor()
    written = as_written(request.form)
    try:
        form = NewUnitForm().load(request.form)
        form.pop("version")
        unit = described(editor, form)
        with changing(editor) as uow:
            carry_out_once(
                uow.connection,
                uow.clock.now(),
                lambda: _registered(uow, editor, unit),
                standing=lambda: None,
            )
    except AlreadyRegistered as refusal:
        # the same form was sent before with other words: what was written now may be another unit, or a change
        return shown_again(_page, {**written, "id": uuid7()}, said(refusal))
    except (ValidationError, Invalid, NameIsTaken) as problem:
        return shown_again(_page, written, told_of_unit(problem, written.get("kind", ""), written))
    flash(_("The unit is registered. The other services usually hear of it within moments."), "success")
    return redirect(url_for("units.unit_form", unit_id=unit.id), 303)


def _registered(uow: DirectoryUnitOfWork, editor: Editor, unit: Unit) -> None:
    """It stays registered, whatever is changed of it afterwards: there is no version to go by."""
    register(uow, editor, unit)


def _page(written: dict[str, Any], errors: dict[str, str]) -> str:
    editor = current_editor()
    with reading(editor) as uow:
        organizations = organizations_of(uow.connection, editor.organization_id, editor.municipality_code)
        stand_ins = [(str(unit.id), with_lang(unit.name)) for unit in receivers(uow, editor) if unit.receives]
    areas = areas_for(editor)
    own = str(editor.organization_id or "")
    empty = {**dict.fromkeys(NewUnitForm().fields, ""), "id": uuid7(), "organization_id": own, "area": areas[0][0]}
    return render_template(
        "units/new.html",
        values={**empty, **written},
        errors=errors,
        kinds=[(kind.value, words.unit_kind_name(kind)) for kind in UnitKind],
        organizations=[(str(organization_id), with_lang(name)) for organization_id, name in organizations],
        areas=areas,
        stand_ins=stand_ins,
    )
