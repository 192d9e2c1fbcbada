"""What leads to a unit: said before it is closed, by page and API, together with what then becomes of it.

Closing passes over the rules that lead to the unit. As a stand-in it is left out too: a rule's gives way to the
receiving unit's own, and a unit's own to nobody. A default unit cannot be closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.domain.routing import RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from services.directory.domain.unit import Unit
from shared.kernel.identity import UnitId

RulesOf = Callable[[str], RoutingRules | None]


@dataclass(frozen=True)
class NamingRule:
    """A rule that holds, or will. ``number``: where it stands in its municipality's order, from 1."""

    municipality_code: str
    number: int
    rule: RoutingRule


@dataclass(frozen=True)
class Leading:
    """All that leads to one unit: rules, units whose own stand-in it is, municipalities whose default it is."""

    receives_by: tuple[NamingRule, ...]
    stands_in_by: tuple[NamingRule, ...]
    stands_in_for: tuple[Unit, ...]
    default_of: tuple[str, ...]

    def __bool__(self) -> bool:
        """Whether anything does."""
        return bool(self.receives_by or self.stands_in_by or self.stands_in_for or self.default_of)

    def told(self) -> dict[str, Any]:
        """The same as systems are told it, by id."""
        return {
            "receives_by_rules": [each.rule.id for each in self.receives_by],
            "stands_in_by_rules": [each.rule.id for each in self.stands_in_by],
            "stands_in_for_units": [each.id for each in self.stands_in_for],
            "default_of": list(self.default_of),
        }


def leading_here(uow: DirectoryUnitOfWork, unit_id: UnitId, on: date, *, rules_of: RulesOf | None = None) -> Leading:
    """What leads to a unit on that day or later, in every municipality; what is over is left out.

    ``rules_of``: a municipality's rules, where whoever asks has read some already.
    """
    of = rules_of or uow.rules.of
    every = [rules for code in uow.rules.naming(unit_id) if (rules := of(code))]
    naming = [
        NamingRule(rules.municipality_code, number, rule)
        for rules in every
        for number, rule in enumerate(rules.rules, 1)
        if rule.valid_to is None or on < rule.valid_to
    ]
    return Leading(
        receives_by=tuple(each for each in naming if each.rule.unit_id == unit_id),
        stands_in_by=tuple(each for each in naming if each.rule.stand_in_unit_id == unit_id),
        stands_in_for=tuple(each for each in uow.units.with_stand_in(unit_id) if each.receives),
        default_of=tuple(rules.municipality_code for rules in every if rules.default_unit_id == unit_id),
    )
