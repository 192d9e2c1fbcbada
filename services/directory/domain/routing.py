"""A municipality's routing rules, edited one by one and tried out. Which of them decides, the vocabulary says."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from services.directory.domain.events import RoutingRulesEvent, RoutingRulesSet
from services.directory.domain.refusals import RuleIsOutsideTheMunicipality, RulesAreNotYours
from services.directory.domain.routing_rule import RoutingRule
from shared.kernel.identity import UnitId
from shared.vocabulary.area import covers
from shared.vocabulary.routing import DEFAULT_REASON, Situation, age_decides, deciding

E = TypeVar("E", bound=RoutingRulesEvent)


@dataclass(frozen=True)
class Proposal:
    """The receiver that the rules name. ``rule_id`` is None when it is the default, and the reason a catalogue key.

    ``age_decides``: what is known of the carer's age leaves open which rule fits.
    """

    unit_id: UnitId
    stand_in_unit_id: UnitId | None
    reason_sv: str
    rule_id: UUID | None
    age_decides: bool = False


@dataclass(frozen=True)
class RoutingRules:
    """One municipality's rules, whole and in order, with the default unit that is always there."""

    municipality_code: str
    default_unit_id: UnitId
    rules: tuple[RoutingRule, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        if not all(covers(self.municipality_code, rule.area) for rule in self.rules):
            raise RuleIsOutsideTheMunicipality(fields={"/area": RuleIsOutsideTheMunicipality.title})

    def were_set(self, at: datetime) -> RoutingRulesSet:
        """That these are the rules from now on."""
        return self.told_as(RoutingRulesSet, at)

    def told_as(self, event: type[E], at: datetime) -> E:
        """How the rules stand, as an event of this kind says it."""
        return event(
            occurred_at=at,
            municipality_code=self.municipality_code,
            version=self.version,
            default_unit_id=self.default_unit_id,
            rules=self.rules,
        )

    def rule(self, rule_id: UUID) -> RoutingRule:
        """One of the rules. Raises RulesAreNotYours when it is not among them."""
        for each in self.rules:
            if each.id == rule_id:
                return each
        raise RulesAreNotYours

    def with_rule(self, rule: RoutingRule) -> RoutingRules:
        """The next version, with one rule changed where it stands, or added as the last."""
        known = any(each.id == rule.id for each in self.rules)
        rules = tuple(rule if each.id == rule.id else each for each in self.rules)
        return self._next(rules if known else (*rules, rule))

    def without(self, rule_id: UUID) -> RoutingRules:
        """The next version, less one rule. Raises RulesAreNotYours."""
        gone = self.rule(rule_id)
        return self._next(tuple(each for each in self.rules if each is not gone))

    def with_rule_moved(self, rule_id: UUID, steps: int) -> RoutingRules:
        """The next version, with one rule so many steps later (earlier: negative), at most to either end.

        Raises RulesAreNotYours.
        """
        moving = self.rule(rule_id)
        rest = [each for each in self.rules if each is not moving]
        rest.insert(max(0, self.rules.index(moving) + steps), moving)
        return self._next(tuple(rest))

    def with_default(self, unit_id: UnitId) -> RoutingRules:
        """The next version, with another unit for whatever no rule takes."""
        return replace(self, default_unit_id=unit_id, version=self.version + 1)

    def _next(self, rules: tuple[RoutingRule, ...]) -> RoutingRules:
        return replace(self, rules=rules, version=self.version + 1)

    def units_named(self) -> set[UnitId]:
        """Every unit that the rules send carers to, stand-ins too."""
        named = {self.default_unit_id} | {rule.unit_id for rule in self.rules}
        return named | {rule.stand_in_unit_id for rule in self.rules if rule.stand_in_unit_id}

    def other_stand_ins(self, unit_id: UnitId, own: UnitId | None, on: date) -> tuple[RoutingRule, ...]:
        """The rules in force that lead to a unit and name another stand-in than its own: theirs goes first."""
        return tuple(
            rule
            for rule in self.rules
            if rule.unit_id == unit_id and rule.in_force(on) and rule.stand_in_unit_id not in (None, own)
        )

    def propose(self, situation: Situation, on: date, open_units: Collection[UnitId]) -> Proposal:
        """Who receives, on that day, by the rule that decides; else the default unit."""
        rule = deciding(self.rules, situation, on, open_units)
        if rule is None:
            return Proposal(self.default_unit_id, None, DEFAULT_REASON, None)
        return Proposal(rule.unit_id, rule.stand_in_unit_id, rule.reason_sv, rule.id)

    def age_decides(self, situation: Situation, on: date, open_units: Collection[UnitId]) -> bool:
        """Whether more about the carer's age would lead to another unit: then whoever refers the carer is asked."""
        return age_decides(self.rules, self.default_unit_id, situation, on, open_units)


def areas_named(rules: Iterable[RoutingRule]) -> set[str]:
    """Every area that the rules speak about."""
    return {rule.area for rule in rules}
