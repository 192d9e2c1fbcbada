"""Which unit receives a referral, and why, in a sentence: by the municipality's rules, as the directory has told them.

Which of the rules decides, the vocabulary says. No rule matching is never a dead end: the municipality's default unit
receives it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.kernel.identity import UnitId
from shared.vocabulary.routing import DEFAULT_REASON, Rule, Situation, deciding


class NamedBy(StrEnum):
    """Who named the unit that stands in: the rule that led to the receiver (it goes first), or the receiver itself."""

    RULE = "rule"
    UNIT = "unit"


@dataclass(frozen=True, kw_only=True)
class RoutingRule(Rule):
    """Whom it takes, as the vocabulary says; its identity; and in a sentence why, as the directory has told them."""

    rule_id: str
    reason: str = ""


@dataclass(frozen=True)
class RoutingRules:
    """One municipality's rules, whole, in its own order, and the unit that takes whatever no rule does."""

    municipality_code: str
    default_unit_id: UnitId
    rules: tuple[RoutingRule, ...] = ()


@dataclass(frozen=True)
class Route:
    """The one receiver, its stand-in, and why; ``rule_id`` is empty when the default unit receives it.

    ``stand_in_named_by``: None when nobody stands in.
    """

    unit_id: UnitId
    stand_in_unit_id: UnitId | None
    reason: str
    rule_id: str = ""
    stand_in_named_by: NamedBy | None = None


@dataclass(frozen=True)
class ReceivingUnit:
    """A unit that can receive referrals, as this service has heard of it."""

    id: UnitId
    name: str
    area: str | None
    stand_in_unit_id: UnitId | None
    phone: str | None = None


def choose_route(rules: RoutingRules, situation: Situation, on: date, open_units: Collection[UnitId]) -> Route:
    """The one route of a situation on a day: by the rule that decides, else to the default unit."""
    rule = deciding(rules.rules, situation, on, open_units)
    if rule is None:
        return Route(rules.default_unit_id, None, DEFAULT_REASON)
    return Route(rule.unit_id, rule.stand_in_unit_id, rule.reason, rule.rule_id)
