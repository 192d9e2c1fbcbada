"""An administrator's pages for the rules as a whole: what they say, who would get whom, and the default unit."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.domain.permissions import Act
from services.directory.domain.routing import Proposal, RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from services.directory.web import words
from services.directory.web.form_marks import MARK, after_conflict, shown
from services.directory.web.forms import Form, as_written, said
from services.directory.web.page import parts
from services.directory.web.routing.forms import DefaultUnitForm
from services.directory.web.routing.ruleset import AGE_ASKED, alter, known_age, reason_of, ruled, tried, with_default
from shared.kernel.actor import Role
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId
from shared.kernel.refusals import Invalid, VersionHasMoved
from shared.vocabulary.age import AgeBand, exactly
from shared.vocabulary.area import covers
from shared.vocabulary.routing import Situation
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.i18n.other_language import with_lang
from shared.web.schema import fields
from shared.web.schema.words import NOT_A_CHOICE
from shared.web.validation import messages
from shared.web.who import needs

NOBODY = UUID(int=0)

pages = Blueprint("routing", __name__, url_prefix="/directory/admin/routing")


@pages.get("")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
def routing() -> str:
    """The rules in the municipality's order, and who would get a carer in a situation that the address describes."""
    with ruled(Act.SEE_ROUTING) as found:
        rules, named = found.rules, found.named()
        others = sorted({unit.stand_in_unit_id for unit in named.values() if unit.stand_in_unit_id})
        stand_ins = found.uow.units.those(others)
    code = found.municipality_code
    asked, errors = _asked(code)
    today = swedish_day(parts().clock.now())
    proposal = tried(rules, asked, today, [*named.values(), *stand_ins]) if rules and asked else None
    return render_template(
        "routing/routing.html",
        rules=rules,
        names={unit.id: unit.name for unit in [*named.values(), *stand_ins]},
        closed={unit.id for unit in named.values() if not unit.receives},
        errors=errors,
        bands=words.age_bands(),
        proposal=proposal,
        reason=reason_of(proposal) if proposal else "",
        decided=_place(rules, proposal),
        lines=_joined(rules) if rules else [],
        areas=[(each, words.area_name(each)) for each in (code, *parts().areas.districts_of(code))],
        groups=words.options(parts().taxonomies.target_groups),
        written=request.args,
    )


@pages.get("/rules")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
def rules_in_order() -> str:
    """Each rule by itself, to be changed, moved or removed."""
    with ruled() as found:
        rules, named = found.existing, found.named()
    today = swedish_day(parts().clock.now())
    return render_template("routing/rules.html", rules=rules, units=named, today=today)


@pages.get("/default")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
def default_form() -> Any:
    """The unit for whatever no rule takes, to be chosen."""
    return form_page(_default_page, None, {})


@pages.post("/default")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
@takes_form
def save_default() -> Response:
    """Choose another. The first choice also makes the municipality's first rules."""
    written = as_written(request.form)
    try:
        form = DefaultUnitForm().load(request.form)
        unit_id = UnitId(form["default_unit_id"])
        alter(form["version"], with_default(unit_id), unit_id)
    except VersionHasMoved:
        return shown_again(_default_page, written, {}, moved=True)
    except (ValidationError, Invalid) as problem:
        return shown_again(_default_page, written, said(problem))
    flash(_("Saved. New referrals are usually routed by it within moments."), "success")
    return redirect(url_for("routing.routing"), 303)


def _default_page(written: dict[str, Any] | None, errors: dict[str, str], *, moved: bool = False) -> str:
    with ruled() as found:
        before = found.rules.default_unit_id if found.rules else None
        units = [(str(unit.id), with_lang(unit.name)) for unit in found.offered(before)]
    saved = {"default_unit_id": str(before or "")}
    mark = {MARK: shown(DefaultUnitForm(), saved)}
    values = {"version": found.version, **saved, **mark, **(written or {})}
    names = dict(units)
    chosen = names.get(values["default_unit_id"], "")
    if moved:
        values = {**after_conflict(DefaultUnitForm(), values, saved), "version": found.version}
    return render_template(
        "routing/default.html",
        units=units,
        values=values,
        saved={"default_unit_id": names.get(saved["default_unit_id"], "")},
        chosen={"default_unit_id": chosen},
        errors=errors,
        moved=moved,
    )


class TryForm(Form):
    """What the rules are tried out with: of the carer's age an exact one, or a band."""

    carer_age = fields.Integer(load_default=None, validate=AGE_ASKED)
    carer_age_band = fields.Enum(AgeBand, by_value=True, load_default=None)
    person_age = fields.Integer(load_default=None, validate=AGE_ASKED)


def _asked(municipality_code: str) -> tuple[Situation | None, dict[str, str]]:
    """The situation that the address describes, if it does; and what is wrong with it, by field."""
    area = request.args.get("area", "")
    if not area and "area" in request.args:
        return None, messages({"area": [NOT_A_CHOICE], **TryForm().validate(request.args)})
    if not municipality_code or not covers(municipality_code, area):
        return None, {}
    known = {code for code, _title in words.options(parts().taxonomies.target_groups)}
    try:
        form = TryForm().load(request.args)
        carer_age = known_age(form["carer_age"], form["carer_age_band"])
    except ValidationError as problem:
        return None, said(problem)
    person = form["person_age"]
    return Situation(
        area=area,
        target_groups=frozenset(known & set(request.args.getlist("group"))),
        age_of_carer=carer_age,
        age_of_person_cared_for=None if person is None else exactly(person),
    ), {}


def _place(rules: RoutingRules | None, proposal: Proposal | None) -> int | None:
    """Which of the rules decided, counted from one."""
    if rules is None or proposal is None or proposal.rule_id is None:
        return None
    return rules.rules.index(rules.rule(proposal.rule_id)) + 1


def _joined(rules: RoutingRules) -> list[tuple[list[str], RoutingRule]]:
    """The rules in order; neighbours that differ in their area alone stand on one line."""
    same = groupby(rules.rules, key=lambda each: replace(each, id=NOBODY, area=rules.municipality_code))
    return [([each.area for each in group], group[0]) for group in (list(lines) for _, lines in same)]
