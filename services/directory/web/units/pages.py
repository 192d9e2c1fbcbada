"""An administrator's page for one unit: its name, how it is reached, who stands in, if it is open, who works there."""

from __future__ import annotations

from functools import cache, partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.domain.access import look
from services.directory.domain.refusals import NameIsTaken, UnitIsADefault, UnitIsYourOwn
from services.directory.domain.unit import Unit, UnitKind
from services.directory.views.administration import assignment_lines, sign_ins_noted_since
from services.directory.web.administration import administered, change, opened, receivers, rule_of, to_a_unit
from services.directory.web.form_changes import changed_in
from services.directory.web.form_marks import MARK, after_conflict, shown
from services.directory.web.forms import as_written, said
from services.directory.web.page import parts
from services.directory.web.units.forms import UnitForm, told_of_unit
from services.directory.web.units.routes_to_unit import leading_here
from services.directory.web.units.stand_ins import overruling
from services.directory.web.values_in_words import in_words
from shared.access.record import record_access
from shared.kernel.actor import Role
from shared.kernel.clock import swedish_day
from shared.kernel.refusals import Invalid, VersionHasMoved
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.forms.sent_twice import carry_out_once
from shared.web.i18n.other_language import with_lang
from shared.web.who import Tried, needs

pages = Blueprint("units", __name__, url_prefix="/directory/admin")


@pages.get("/units/<uuid:unit_id>")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("read", "unit"))
def unit_form(unit_id: UUID) -> Any:
    """A unit, to be changed."""
    return form_page(partial(_page, unit_id), None, {})


@pages.post("/units/<uuid:unit_id>")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("change", "unit"))
@takes_form
def save_unit(unit_id: UUID) -> Response:
    """Change a unit. Whoever comes second sees both what is saved and what they wrote themselves."""
    to_a_unit(unit_id)
    written, page = as_written(request.form), partial(_page, unit_id)
    try:
        form = UnitForm().load(request.form)
        with opened(unit_id, to_change=True) as found:
            new = _as_kept(form, changed_in(UnitForm(), _shown(found.unit), request.form))
            carry_out_once(
                found.uow.connection,
                found.uow.clock.now(),
                lambda: change(found, form["version"], **new).version,
                standing=lambda: administered(found.uow, found.editor, unit_id).version,
            )
    except VersionHasMoved:
        return shown_again(page, written, {}, moved=True)
    except (UnitIsADefault, UnitIsYourOwn) as refusal:
        return shown_again(page, written, said(Invalid(fields={"/closed": refusal.title})))
    except (ValidationError, Invalid, NameIsTaken) as problem:
        with opened(unit_id) as found:
            kind = found.unit.kind
        return shown_again(page, written, told_of_unit(problem, kind, written))
    flash(_("Saved. The other services usually hear of it within moments."), "success")
    return redirect(url_for("units.unit_form", unit_id=unit_id), 303)


def _page(unit_id: UUID, written: dict[str, Any] | None, errors: dict[str, str], *, moved: bool = False) -> str:
    now = parts().clock.now()
    with opened(unit_id) as found:
        unit, former_names = found.unit, found.uow.units.former_names(found.unit.id)
        people = assignment_lines(found.uow.connection, [unit.id], now)
        noted_since = sign_ins_noted_since(found.uow.connection)
        receiving = receivers(found.uow, found.editor)
        if unit.stand_in_unit_id and unit.stand_in_unit_id not in {each.id for each in receiving}:
            # another municipality's, which a system has set: saving the form keeps it
            receiving += found.uow.units.those([unit.stand_in_unit_id])
        rules_of, today = cache(found.uow.rules.of), swedish_day(now)
        leading = leading_here(found.uow, unit.id, today, rules_of=rules_of)
        overruled = overruling(found.uow, [unit], today, rules_of=rules_of).get(unit.id, [])
        if people:
            rule = rule_of(found.editor, unit)
            record_access(look("list", rule, "assignment", *(each.id for each in people)), found.editor, found.uow)
    saved = _as_form(unit)
    mark = {MARK: shown(UnitForm(), saved)}
    values = {**dict.fromkeys([*saved, MARK], ""), **written} if written is not None else {**saved, **mark}
    stand_ins = [
        (str(each.id), with_lang(each.name))
        for each in receiving
        if each.id != unit.id and (each.receives or each.id == unit.stand_in_unit_id)
    ]
    offered = {"stand_in_unit_id": stand_ins}
    chosen = in_words(values, offered, ["address_withheld", "closed"])
    if moved:
        values = {**after_conflict(UnitForm(), values, saved), "version": unit.version}
    return render_template(
        "units/unit.html",
        unit=unit,
        former_names=former_names,
        people=people,
        acting=found.editor.assignment_id,
        noted_since=noted_since,
        saved=in_words(saved, offered, ["address_withheld", "closed"]),
        chosen=chosen,
        values=values,
        errors=errors,
        moved=moved,
        stand_ins=stand_ins,
        overruled=overruled,
        leading=leading,
        own_municipality=found.editor.municipality_code,
    )


def _as_kept(form: dict[str, Any], changed: set[str]) -> dict[str, Any]:
    """What was changed on the page, by the unit's own names: what was not is not touched."""
    kept = {
        "name": form["name"],
        "function_address": form["function_address"] or None,
        "phone": form["phone"] or None,
        "address_withheld": form["address_withheld"],
        "stand_in_unit_id": form["stand_in_unit_id"],
        "active": not form["closed"],
    }
    return {name: kept[name] for name in kept if ("closed" if name == "active" else name) in changed}


def _shown(unit: Unit) -> dict[str, Any]:
    """What the form shows: a stand-in of those alone who receive."""
    hidden = () if unit.kind is UnitKind.RECEIVING else ("stand_in_unit_id",)
    return {name: value for name, value in _as_form(unit).items() if name not in hidden}


def _as_form(unit: Unit) -> dict[str, Any]:
    return {
        "version": unit.version,
        "name": unit.name,
        "function_address": unit.function_address or "",
        "phone": unit.phone or "",
        "stand_in_unit_id": str(unit.stand_in_unit_id or ""),
        "address_withheld": "true" if unit.address_withheld else "",
        "closed": "" if unit.active else "true",
    }
