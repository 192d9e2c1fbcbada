"""What staff's systems may ask about routing rules: read them, try them out, and edit them one at a time.

The rules are one thing with one version, which every answer carries: also the answer about one rule.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, url_for

from services.directory.domain.permissions import Act
from services.directory.domain.refusals import TermIsUnknown
from services.directory.domain.routing import RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from services.directory.web.forms import require_offered
from services.directory.web.page import ADMINISTRATORS, parts
from services.directory.web.routing import schemas as schemas_ruling
from services.directory.web.routing.admission import to_change_rules, to_see_rules
from services.directory.web.routing.ruleset import (
    STEPS,
    Change,
    altered,
    known_age,
    reason_sv,
    ruled,
    tried,
    with_default,
    with_rule,
)
from shared.kernel.actor import Role
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId, uuid7
from shared.vocabulary.age import exactly
from shared.vocabulary.routing import Situation
from shared.web.api.answers import created, dumped, etag, no_content, ok, once, require_if_match
from shared.web.api.idempotency import Answer, answered_before, remember_answer
from shared.web.api.openapi import Operations
from shared.web.who import Tried

READERS = [Role.REFERRER, Role.ADVISER, Role.AUDITOR, *ADMINISTRATORS]
RULES = "/routing-rules/<municipality_code>"
RULE = "/routing-rules/<municipality_code>/rules/<uuid:rule_id>"


api = Operations()
_READING: dict[str, Any] = {"roles": READERS, "etag": True}
_EDITING: dict[str, Any] = {"roles": ADMINISTRATORS, "etag": True, "versioned": True, "admits": to_change_rules}


@api.get(RULES, answers={200: schemas_ruling.RulesOut}, **_READING, tries=Tried("read", "routing-rules"))
def read_routing_rules(municipality_code: str) -> Response:
    """A municipality's routing rules, in its own order.

    Of the rules that fit, the more precise area decides, then a rule that names a target group, then the order.
    """
    with ruled(Act.SEE_ROUTING, municipality_code) as found:
        return _rules_out(found.existing)


@api.get(RULE, answers={200: schemas_ruling.RuleOut}, **_READING, tries=Tried("read", "routing-rules"))
def read_rule(municipality_code: str, rule_id: UUID) -> Response:
    """One routing rule, with the version of the municipality's rules as a whole."""
    with ruled(Act.SEE_ROUTING, municipality_code) as found:
        return ok(_rule_out(found.existing.rule(rule_id)), etag=etag(found.version))


@api.get(
    f"{RULES}/proposal",
    roles=ADMINISTRATORS,
    query=schemas_ruling.SituationAsked,
    answers={200: schemas_ruling.ProposalOut},
    etag=True,
    admits=to_see_rules,
    tries=Tried("read", "routing-rules"),
)
def try_routing_rules(municipality_code: str, query: dict[str, Any]) -> Response:
    """Ask who would receive a carer today, and why. Nothing is kept; closed units are passed over."""
    today, groups = swedish_day(parts().clock.now()), frozenset(query["target_group"])
    person = query["person_cared_for_age"]
    asked = Situation(
        area=query["area"],
        target_groups=groups,
        age_of_carer=known_age(query["carer_age"], query["carer_age_band"]),
        age_of_person_cared_for=None if person is None else exactly(person),
    )
    with ruled(Act.SEE_ROUTING, municipality_code) as found:
        require_offered(query, area=found.areas())
        if groups - {term.code for term in parts().taxonomies.target_groups.in_force(today)}:
            raise TermIsUnknown(fields={"/target_group": TermIsUnknown.title})
        proposal = tried(found.existing, asked, today, found.met())
        proposal = replace(proposal, reason_sv=reason_sv(proposal))
    return ok(dumped(schemas_ruling.ProposalOut, proposal), etag=etag(found.version))


@api.put(
    f"{RULES}/default-unit",
    body=schemas_ruling.DefaultUnitIn,
    answers={200: schemas_ruling.RulesOut},
    **_EDITING,
    tries=Tried("change", "routing-rules"),
)
def put_default_unit(municipality_code: str, body: dict[str, Any]) -> Response:
    """Choose the unit for whatever no rule takes.

    The first choice makes a municipality's first rules: their version before that is "0".
    """
    unit_id = UnitId(body["default_unit_id"])
    return _rules_out(_altered(municipality_code, with_default(unit_id), unit_id))


@api.post(
    f"{RULES}/rules",
    body=schemas_ruling.RuleIn,
    answers={201: schemas_ruling.RuleOut},
    keyed=True,
    **_EDITING,
    tries=Tried("change", "routing-rules"),
)
def post_rule(municipality_code: str, body: dict[str, Any]) -> Response:
    """Add a rule, as the last in the order.

    It takes a key, because a rule is new, and a version, because the rules change.
    """
    version, request = require_if_match(), once()
    with ruled(municipality_code=municipality_code, to_change=True) as found:
        before = answered_before(found.uow.connection, request)
        if before and before.resource_id:
            rules, rule_id = found.existing, before.resource_id
        else:
            rule_id = uuid7()
            rules = altered(found, version, with_rule(rule_id, _values(body), near=False), rule_id)
            answer = Answer(201, _at(municipality_code, rule_id), etag(rules.version), rule_id)
            remember_answer(found.uow.connection, request, answer, found.uow.clock.now())
    return created(_at(municipality_code, rule_id), _rule_out(rules.rule(rule_id)), etag(rules.version))


@api.put(
    RULE,
    body=schemas_ruling.RuleIn,
    answers={200: schemas_ruling.RuleOut},
    **_EDITING,
    tries=Tried("change", "routing-rules"),
)
def put_rule(municipality_code: str, rule_id: UUID, body: dict[str, Any]) -> Response:
    """Change a rule where it stands in the order. What is left out of the body is as in a new rule."""
    how = with_rule(rule_id, _values(body), known=True, near=False)
    rules = _altered(municipality_code, how, rule_id)
    return ok(_rule_out(rules.rule(rule_id)), etag=etag(rules.version))


@api.post(
    f"{RULE}/move",
    body=schemas_ruling.StepIn,
    answers={200: schemas_ruling.RulesOut},
    **_EDITING,
    tries=Tried("change", "routing-rules"),
)
def post_move(municipality_code: str, rule_id: UUID, body: dict[str, Any]) -> Response:
    """Put a rule one step earlier or later in the order; at either end it stays where it is."""
    steps = STEPS[body["to"]]
    return _rules_out(
        _altered(municipality_code, lambda found: found.existing.with_rule_moved(rule_id, steps), rule_id)
    )


@api.delete(RULE, answers={204: None}, **_EDITING, tries=Tried("change", "routing-rules"))
def delete_rule(municipality_code: str, rule_id: UUID) -> Response:
    """Remove a rule."""
    rules = _altered(municipality_code, lambda found: found.existing.without(rule_id), rule_id)
    return no_content(etag(rules.version))


def _altered(municipality_code: str, how: Change, about: UUID) -> RoutingRules:
    version = require_if_match()
    with ruled(municipality_code=municipality_code, to_change=True) as found:
        return altered(found, version, how, about)


def _values(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "target_groups": frozenset(body["target_groups"])}


def _at(municipality_code: str, rule_id: UUID) -> str:
    return url_for("directory_api.get_read_rule", municipality_code=municipality_code, rule_id=rule_id)


def _rules_out(rules: RoutingRules) -> Response:
    shown = {**rules.__dict__, "rules": [_members(rule) for rule in rules.rules]}
    return ok(dumped(schemas_ruling.RulesOut, shown), etag=etag(rules.version))


def _rule_out(rule: RoutingRule) -> Any:
    return dumped(schemas_ruling.RuleOut, _members(rule))


def _members(rule: RoutingRule) -> dict[str, Any]:
    return {**rule.__dict__, "target_groups": sorted(rule.target_groups), "bands_cut": rule.bands_cut}
