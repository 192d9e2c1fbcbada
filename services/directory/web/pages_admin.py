"""The municipality administrator's first page: the units, and who works there."""

from __future__ import annotations

from flask import Blueprint, render_template

from services.directory.commands.authorise import authorise
from services.directory.domain.permissions import Act, Relation
from services.directory.views.administration import assignment_lines, unit_lines
from services.directory.web.administering import rule_of
from services.directory.web.parts import current_editor, parts
from shared.kernel.actor import Role
from shared.kernel.identity import UnitId
from shared.web.who import needs

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
