"""Which unit a referral really gets as its stand-in: whom the rule that leads there names, otherwise the unit's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.domain.unit import Unit
from services.directory.web.units.routes_to_unit import RulesOf
from shared.kernel.identity import UnitId


@dataclass(frozen=True)
class Overruling:
    """A rule that names another stand-in than the unit does. ``number``: where it stands in the order, from 1."""

    rule_id: UUID
    number: int
    stand_in: str


def overruling(
    uow: DirectoryUnitOfWork, units: Iterable[Unit], on: date, *, rules_of: RulesOf | None = None
) -> dict[UnitId, list[Overruling]]:
    """By unit: the rules of its municipality that do so on that day. One whose stand-in has closed names nobody.

    ``rules_of``: a municipality's rules, where whoever asks has read some already.
    """
    of = rules_of or uow.rules.of
    placed = [(unit, unit.area.partition("-")[0]) for unit in units if unit.area]
    municipalities = {code: of(code) for code in {code for _, code in placed}}
    found = {
        unit.id: (rules, rules.other_stand_ins(unit.id, unit.stand_in_unit_id, on))
        for unit, code in placed
        if (rules := municipalities[code])
    }
    stand_ins = {rule.stand_in_unit_id for _, others in found.values() for rule in others if rule.stand_in_unit_id}
    names = {each.id: each.name for each in uow.units.those(sorted(stand_ins)) if each.receives}
    return {
        unit_id: [
            Overruling(rule.id, rules.rules.index(rule) + 1, names[rule.stand_in_unit_id])
            for rule in others
            if rule.stand_in_unit_id in names
        ]
        for unit_id, (rules, others) in found.items()
    }
