"""What staff's systems may read: routing rules, and the caller's own assignments."""

from __future__ import annotations

from flask import Response

from services.directory.commands.authorise import authorise
from services.directory.domain.permissions import Act
from services.directory.domain.refusals import ListingIsNotYours
from services.directory.web import schemas
from services.directory.web.parts import current_editor, parts
from shared.kernel.actor import Role
from shared.web.api import etag, ok
from shared.web.openapi import Api
from shared.web.who import current_actor

READERS = [Role.REFERRER, Role.ADVISER, Role.AUDITOR, Role.MUNICIPALITY_ADMINISTRATOR, Role.OPERATOR]


def add_to(api: Api) -> None:
    """Open these doors."""
    api.get("/routing-rules/<municipality_code>", roles=READERS, answers={200: schemas.RulesOut}, etag=True)(
        read_routing_rules
    )
    api.get("/assignments", answers={200: schemas.AssignmentsOut})(list_own_assignments)


def read_routing_rules(municipality_code: str) -> Response:
    """A municipality's routing rules, in its own order.

    Of the rules that fit, the more precise area decides, then a rule that names a target group, then the order.
    """
    editor = current_editor()
    with parts().work_of(editor) as work:
        relation = editor.relation_to(None, municipality_code)
        authorise(work, editor, Act.SEE_ROUTING, relation, about="routing-rules", subject=None)
        rules = work.rules.of(municipality_code) if municipality_code in parts().areas.municipalities else None
    if rules is None:
        raise ListingIsNotYours
    rows = [{**rule.__dict__, "target_groups": sorted(rule.target_groups)} for rule in rules.rules]
    shown = {**rules.__dict__, "rules": rows}
    return ok(schemas.RulesOut().dump(shown), etag=etag(rules.version))


def list_own_assignments() -> Response:
    """The caller's own assignments that hold now."""
    held = parts().staff.assignments_of(current_actor().user, parts().clock.now())
    return ok(schemas.AssignmentsOut().dump({"assignments": held}))
