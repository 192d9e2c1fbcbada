"""Replace a municipality's routing rules as a whole."""

from __future__ import annotations

from datetime import date

from services.directory.commands.authorise import authorise
from services.directory.commands.stand_in import require_stand_in
from services.directory.domain.areas import Areas
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import RuleNeedsAReason, StandInIsTheUnitItself, UnitCannotReceive
from services.directory.domain.routing import RoutingRules, areas_named
from services.directory.domain.routing_rule import RoutingRule
from services.directory.domain.taxonomy import Taxonomy
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId
from shared.kernel.refusals import VersionHasMoved
from shared.vocabulary.readable_text import is_readable


def set_routing_rules(
    work: DirectoryWork, editor: Editor, rules: RoutingRules, areas: Areas, target_groups: Taxonomy
) -> RoutingRules:
    """Set them; ``rules.version`` is one above the version they were made from (1 for the first).

    Only what is new in them is looked at: a unit that was closed, or a target group that went out of force, after a
    rule named it does not stand in the way of changing another rule.

    Raises RoleMayNotEditThis, ListingIsNotYours, VersionHasMoved, AreaIsUnknown, TermIsUnknown, UnitCannotReceive
    or StandInIsTheUnitItself.
    """
    code = rules.municipality_code
    authorise(work, editor, Act.EDIT_ROUTING, editor.relation_to(None, code), about="routing-rules", subject=None)
    areas.require_municipality(code)
    work.rules.hold()
    before = work.rules.of(code)
    if rules.version != (before.version if before else 0) + 1:
        raise VersionHasMoved
    for area in areas_named(rules.rules):
        areas.require(area)
    if before is None or before.default_unit_id != rules.default_unit_id:
        _require_receiver(work, rules.default_unit_id, "/default_unit_id")
    known = {rule.id: rule for rule in before.rules} if before else {}
    today = swedish_day(work.clock.now())
    for rule in rules.rules:
        if rule != known.get(rule.id):
            _check(work, rule, known.get(rule.id), target_groups, today)
    work.rules.put(rules)
    work.happened(rules.were_set(work.clock.now()))
    return rules


def _check(
    work: DirectoryWork, rule: RoutingRule, before: RoutingRule | None, target_groups: Taxonomy, today: date
) -> None:
    if before is None or before.reason_sv != rule.reason_sv:
        _require_reason(rule)
    if before is None or before.target_groups != rule.target_groups:
        target_groups.require(rule.target_groups, max(rule.valid_from, today))
    if before is None or before.unit_id != rule.unit_id:
        _require_receiver(work, rule.unit_id, "/unit_id")
    if rule.stand_in_unit_id is None:
        return
    if rule.stand_in_unit_id == rule.unit_id:
        raise StandInIsTheUnitItself(fields={"/stand_in_unit_id": StandInIsTheUnitItself.title})
    if before is None or before.stand_in_unit_id != rule.stand_in_unit_id:
        require_stand_in(work, rule.stand_in_unit_id)


def _require_reason(rule: RoutingRule) -> None:
    if not is_readable(rule.reason_sv):
        raise RuleNeedsAReason(fields={"/reason_sv": RuleNeedsAReason.title})


def _require_receiver(work: DirectoryWork, unit_id: UnitId, where: str) -> None:
    unit = work.units.find(unit_id)
    if unit is None or not unit.receives:
        raise UnitCannotReceive(fields={where: UnitCannotReceive.title})
