"""An administrator's way to put a routing rule elsewhere in the order, and to remove it."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from services.directory.web.page import asked_version
from services.directory.web.routing.rules import is_there, rule_at
from services.directory.web.routing.rules import pages as pages
from services.directory.web.routing.ruleset import STEPS, alter, ruled
from shared.kernel.actor import Role
from shared.kernel.refusals import VersionHasMoved
from shared.web.errors import MalformedRequest
from shared.web.who import Tried, needs


@pages.post("/rules/<uuid:rule_id>/move")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("change", "routing-rules"))
def move_rule(rule_id: UUID) -> Response:
    """Put a rule one step earlier or later in the order."""
    steps = STEPS.get(request.form.get("to", ""))
    if steps is None:
        raise MalformedRequest
    try:
        alter(asked_version(), lambda found: found.existing.with_rule_moved(rule_id, steps), rule_id)
    except VersionHasMoved:
        flash(_("Somebody changed the rules a moment ago. Look at the order again before you move a rule."), "warning")
        return redirect(url_for("routing.rules_in_order"), 303)
    flash(_("The rule is moved."), "success")
    return redirect(rule_at(rule_id), 303)


@pages.get("/rules/<uuid:rule_id>/remove")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("read", "routing-rules"))
def ask_before_removing(rule_id: UUID) -> str:
    """Which rule it is; nothing has happened yet."""
    with ruled() as found:
        rule, named = found.existing.rule(rule_id), found.named()
    return render_template("routing/remove.html", rule=rule, units=named, version=found.version)


@pages.post("/rules/<uuid:rule_id>/remove")
@needs(Role.MUNICIPALITY_ADMINISTRATOR, tries=Tried("change", "routing-rules"))
def remove_rule(rule_id: UUID) -> Response:
    """Remove it now."""
    try:
        alter(asked_version(), lambda found: found.existing.without(rule_id), rule_id)
    except VersionHasMoved:
        if is_there(rule_id):
            flash(_("Somebody changed the rules a moment ago. Look at the rule again before you remove it."), "warning")
            return redirect(url_for("routing.ask_before_removing", rule_id=rule_id), 303)
        flash(_("The rule had already been removed."), "warning")
        return redirect(url_for("routing.rules_in_order"), 303)
    flash(_("The rule is removed."), "success")
    return redirect(url_for("routing.rules_in_order"), 303)
