"""Replace a municipality's routing rules as a whole."""

from __future__ import annotations

from services.directory.commands.authorise import authorise
from services.directory.domain.areas import Areas
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import UnitCannotReceive
from services.directory.domain.routing import RoutingRules, areas_named
from services.directory.domain.taxonomy import Taxonomy
from shared.kernel.refusals import VersionHasMoved


def set_routing_rules(
    work: DirectoryWork, editor: Editor, rules: RoutingRules, areas: Areas, target_groups: Taxonomy
) -> RoutingRules:
    """Set them; ``rules.version`` is one above the version they were made from (1 for the first).

    Raises RoleMayNotEditThis, ListingIsNotYours, VersionHasMoved, AreaIsUnknown, TermIsUnknown or UnitCannotReceive.
    """
    code = rules.municipality_code
    authorise(work, editor, Act.EDIT_ROUTING, editor.relation_to(None, code), about="routing-rules", subject=None)
    areas.require_municipality(code)
    before = work.rules.of(code)
    if rules.version != (before.version if before else 0) + 1:
        raise VersionHasMoved
    for area in areas_named(rules.rules):
        areas.require(area)
    for rule in rules.rules:
        target_groups.require(rule.target_groups, max(rule.valid_from, work.clock.now().date()))
    _all_receive(work, rules)
    work.rules.put(rules)
    work.happened(rules.were_set(work.clock.now()))
    return rules


def _all_receive(work: DirectoryWork, rules: RoutingRules) -> None:
    named = rules.units_named()
    receiving = {unit.id for unit in work.units.those(sorted(named)) if unit.receives}
    if receiving != named:
        raise UnitCannotReceive
