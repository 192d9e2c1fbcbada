"""The municipality administrator's first page: the units, and who works there."""

from __future__ import annotations

from enum import StrEnum

from flask import render_template, request, url_for
from flask_babel import LazyString, lazy_gettext

from services.directory.commands.authorise import authorise
from services.directory.domain.access import look
from services.directory.domain.permissions import Act, Relation
from services.directory.domain.unit import Unit, UnitKind
from services.directory.views.administration import UnitLine, assignment_lines, sign_ins_noted_since, unit_lines
from services.directory.web.administration import rule_of
from services.directory.web.page import current_editor, parts, reading
from services.directory.web.units.register import pages as pages
from services.directory.web.units.stand_ins import overruling
from shared.access.record import record_access
from shared.kernel.actor import Role
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId
from shared.web.who import needs

LONGEST_SEARCH = 100


class Show(StrEnum):
    """What the page shows, one of three lists at a time."""

    RECEIVING = "receiving"
    OTHERS = "others"
    ASSIGNMENTS = "assignments"


SHOWS: dict[Show, LazyString] = {
    Show.RECEIVING: lazy_gettext("Units that receive"),
    Show.OTHERS: lazy_gettext("Other units"),
    Show.ASSIGNMENTS: lazy_gettext("Assignments that hold now"),
}


@pages.get("")
@needs(Role.MUNICIPALITY_ADMINISTRATOR)
def units() -> str:
    """The units that the administrator answers for, or who works there: a look at the assignments is recorded.

    The address says which, and what their units' names, former names or areas have in them.
    """
    given = request.args.get("show", Show.RECEIVING)
    show = Show(given) if given in list(Show) else Show.RECEIVING
    sought = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    editor = current_editor()
    now = parts().clock.now()
    with reading(editor) as uow:
        relation = Relation.OWN_MUNICIPALITY
        authorise(Act.SEE_ASSIGNMENTS, relation, editor, uow, about="assignment", subject=None)
        every = unit_lines(uow.connection, editor.organization_id, editor.municipality_code, now)
        lines = [line for line in every if _fits(line.unit, sought) or _once_called(line, sought)]
        people = assignment_lines(uow.connection, [line.unit.id for line in lines], now)
        noted_since = sign_ins_noted_since(uow.connection)
        rules = {line.unit.id: rule_of(editor, line.unit) for line in lines}
        for rule in sorted({rules[UnitId(each.unit_id)] for each in people}) if show is Show.ASSIGNMENTS else ():
            shown = (each.id for each in people if rules[UnitId(each.unit_id)] == rule)
            record_access(look("list", rule, "assignment", *shown), editor, uow)
        overruled = overruling(uow, [line.unit for line in lines if line.unit.receives], swedish_day(now))
    receiving = [line for line in lines if line.unit.kind is UnitKind.RECEIVING]
    others = [line for line in lines if line.unit.kind is not UnitKind.RECEIVING]
    counts = {Show.RECEIVING: len(receiving), Show.OTHERS: len(others), Show.ASSIGNMENTS: len(people)}
    return render_template(
        "units/units.html",
        show=show,
        shows=[(each, SHOWS[each], counts[each], _address(each, sought)) for each in Show],
        sought=sought,
        all_of_them=_address(show, ""),
        lines=others if show is Show.OTHERS else receiving,
        people=people,
        overruled=overruled,
        noted_since=noted_since,
        once_called={line.unit.id: _once_called(line, sought) for line in lines if not _fits(line.unit, sought)},
    )


def _fits(unit: Unit, sought: str) -> bool:
    area = parts().areas.name(unit.area) if unit.area else ""
    return sought.casefold() in f"{unit.name}\n{area}".casefold()


def _once_called(line: UnitLine, sought: str) -> str:
    """The latest of a unit's former names that has in it what is sought; empty when none does."""
    return next((name for name in line.former_names if sought.casefold() in name.casefold()), "") if sought else ""


def _address(show: Show, sought: str) -> str:
    return url_for("units.units", show=None if show is Show.RECEIVING else show.value, q=sought or None)
