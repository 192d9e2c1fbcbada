"""The municipality administrator's pages: units, assignments, routing rules, and a way to try the rules out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from flask import Blueprint, render_template, request

from services.directory.commands.authorise import authorise
from services.directory.domain.activity import SWEDEN
from services.directory.domain.areas import covers
from services.directory.domain.permissions import Act, Editor, Relation
from services.directory.domain.routing import Proposal, RoutingRule, RoutingRules, Situation
from services.directory.domain.unit import Unit
from services.directory.views.administration import assignment_lines, unit_lines
from services.directory.web import words
from services.directory.web.administering import rule_of
from services.directory.web.parts import current_editor, parts
from shared.kernel.actor import Role
from shared.kernel.clock import Clock
from shared.kernel.identity import UnitId
from shared.web.who import needs

OLDEST_ASKED = 120

pages = Blueprint("admin", __name__, url_prefix="/directory/admin")


@pages.get("")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
def units() -> str:
    """The units that the administrator answers for, and who works there. The look at the assignments is recorded."""
    editor = current_editor()
    now = parts().clock.now()
    with parts().work_of(editor) as work:
        relation = Relation.OWN_MUNICIPALITY
        authorise(work, editor, Act.SEE_ASSIGNMENTS, relation, about="assignment", subject=None)
        lines = unit_lines(work.connection, editor.organization_id, editor.municipality_code, now)
        people = assignment_lines(work.connection, [line.unit.id for line in lines], now)
        rules = {line.unit.id: rule_of(editor, line.unit) for line in lines}
        for rule in sorted({rules[UnitId(each.unit_id)] for each in people}):
            shown = (each.id for each in people if rules[UnitId(each.unit_id)] == rule)
            work.record_access(editor.actor, "list", rule, "assignment", *shown)
        work.commit()
    return render_template("directory/admin_units.html", lines=lines, people=people)


@pages.get("/routing")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
def routing() -> str:
    """The rules in the municipality's order, and who would get a carer in a situation that the address describes."""
    editor = current_editor()
    code = editor.municipality_code or ""
    with parts().work_of(editor) as work:
        authorise(work, editor, Act.SEE_ROUTING, editor.relation_to(None, code), about="routing-rules", subject=None)
        rules = work.rules.of(code)
        named = work.units.those(sorted(rules.units_named())) if rules else []
        stand_ins = work.units.those(sorted({unit.stand_in_unit_id for unit in named if unit.stand_in_unit_id}))
    asked = _situation(editor)
    taking = {unit.id: unit for unit in named if unit.receives}
    proposal = rules.propose(asked, today(parts().clock), taking) if rules and asked else None
    if proposal and proposal.unit_id in taking:
        proposal = replace(proposal, stand_in_unit_id=_stand_in(proposal, taking, stand_ins))
    return render_template(
        "directory/admin_routing.html",
        rules=rules,
        names={unit.id: unit.name for unit in [*named, *stand_ins]},
        closed={unit.id for unit in named if not unit.receives},
        asked=asked,
        proposal=proposal,
        lines=_together(rules) if rules else [],
        areas=[(code, parts().areas.name(code)), *sorted(parts().areas.districts_of(code).items())],
        groups=words.options(parts().taxonomies.target_groups),
        written=request.args,
    )


def today(clock: Clock) -> date:
    """The day in Sweden, by which rules begin and end, as they do when a referral is sent."""
    return clock.now().astimezone(SWEDEN).date()


def _stand_in(proposal: Proposal, taking: Mapping[UnitId, Unit], stand_ins: Sequence[Unit]) -> UnitId | None:
    """Whom the rule names, otherwise the unit itself; a closed unit is passed over here too."""
    able = {*taking, *(unit.id for unit in stand_ins if unit.receives)}
    named = (proposal.stand_in_unit_id, taking[proposal.unit_id].stand_in_unit_id)
    return next((each for each in named if each in able), None)


def _situation(editor: Editor) -> Situation | None:
    area = request.args.get("area", "")
    if not editor.municipality_code or not covers(editor.municipality_code, area):
        return None
    known = {code for code, _ in words.options(parts().taxonomies.target_groups)}
    return Situation(
        area=area,
        target_groups=frozenset(known & set(request.args.getlist("group"))),
        carer_age=_age("carer_age"),
        person_cared_for_age=_age("person_age"),
    )


def _age(name: str) -> int | None:
    age = request.args.get(name, type=int)
    return age if age is not None and 0 <= age <= OLDEST_ASKED else None


def _together(rules: RoutingRules) -> list[tuple[list[str], RoutingRule]]:
    """The rules in order; neighbours that differ in their area alone stand on one line."""
    same = groupby(rules.rules, key=lambda each: (each.target_groups, each.age_of, each.age_from, each.reason_sv))
    return [([each.area for each in group], group[0]) for group in (list(lines) for _, lines in same)]
