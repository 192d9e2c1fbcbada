"""What staff's systems may ask: routing rules, the caller's own assignments, and that somebody's assignment ends."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from services.directory.commands.authorise import authorise
from services.directory.commands.end_assignment import end_assignment
from services.directory.domain.permissions import Act
from services.directory.domain.refusals import ListingIsNotYours
from services.directory.web import schemas
from services.directory.web.parts import current_editor, parts
from shared.kernel.actor import Role
from shared.kernel.identity import AssignmentId
from shared.web.api import etag, no_content, ok
from shared.web.openapi import Api
from shared.web.who import current_actor

ADMINISTRATORS = [Role.MUNICIPALITY_ADMINISTRATOR, Role.OPERATOR]
READERS = [Role.REFERRER, Role.ADVISER, Role.AUDITOR, Role.MUNICIPALITY_ADMINISTRATOR, Role.OPERATOR]


def add_to(api: Api) -> None:
    """Open these doors."""
    api.get("/routing-rules/<municipality_code>", roles=READERS, answers={200: schemas.RulesOut}, etag=True)(
        read_routing_rules
    )
    api.get("/assignments", answers={200: schemas.AssignmentsOut})(list_own_assignments)
    api.delete("/assignments/<uuid:assignment_id>", roles=ADMINISTRATORS, answers={204: None})(delete_assignment)


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


def delete_assignment(assignment_id: UUID) -> Response:
    """End an assignment of somebody in the caller's municipality or organisation.

    Access under it ends here at once, and in the other services when they hear of it.
    """
    editor = current_editor()
    with parts().work_of(editor) as work:
        end_assignment(work, editor, AssignmentId(assignment_id))
        work.commit()
    return no_content()
