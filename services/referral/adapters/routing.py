"""Units and routing rules, as the directory has told them, from the service's own copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.referral.adapters.tables import routing_sets
from services.referral.domain.routing import AgeOf, ReceivingUnit, RoutingRule, RoutingRules
from shared.kernel.identity import UnitId
from shared.kernel.refusals import Failure

# plain text, as every sending asks both
_RULES = "SELECT municipality_code, default_unit_id, rules FROM routing_sets WHERE municipality_code = %s"
_UNITS = """
    SELECT unit_id, name, area, stand_in_unit_id, phone FROM known_units
    WHERE kind = 'receiving' AND active AND (area = %s OR starts_with(area, %s) OR unit_id = ANY(%s::uuid[]))
"""


class SqlRouting:
    """Reads the copy; a municipality's rules are read once per transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[str, RoutingRules | None] = {}

    def rules_of(self, municipality_code: str) -> RoutingRules | None:
        """A municipality's rules, or None when it has told none."""
        if municipality_code not in self._read:
            row = self._connection.exec_driver_sql(_RULES, (municipality_code,)).first()
            self._read[municipality_code] = None if row is None else _rules(*row)
        return self._read[municipality_code]

    def receiving_units(self, municipality_code: str) -> Mapping[UUID, ReceivingUnit]:
        """The open units that receive referrals in a municipality, and those its rules name, by id."""
        rules = self.rules_of(municipality_code)
        named = {each for rule in rules.rules for each in (rule.unit_id, rule.stand_in_unit_id)} if rules else set()
        if rules:
            named.add(rules.default_unit_id)
        asked = (municipality_code, f"{municipality_code}-", [each for each in named if each])
        return {row[0]: ReceivingUnit(*row) for row in self._connection.exec_driver_sql(_UNITS, asked)}

    def keep(
        self, municipality_code: str, version: int, default_unit_id: UnitId, rules: Sequence[Mapping[str, Any]]
    ) -> None:
        """Take a municipality's rules into the copy; an older version than the one kept changes nothing.

        Raises Failure (permanent) for rules that cannot be read, so that they are parked rather than half kept.
        """
        try:
            for rule in rules:
                _rule(rule)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Failure("routing rules cannot be read", permanent=True) from None
        statement = insert(routing_sets).values(
            municipality_code=municipality_code, version=version, default_unit_id=default_unit_id, rules=rules
        )
        newer = statement.excluded
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["municipality_code"],
                set_={"version": newer.version, "default_unit_id": newer.default_unit_id, "rules": newer.rules},
                where=routing_sets.c.version < newer.version,
            )
        )


def _rules(municipality_code: str, default_unit_id: UUID, rules: list[Mapping[str, Any]]) -> RoutingRules:
    return RoutingRules(municipality_code, UnitId(default_unit_id), tuple(_rule(rule) for rule in rules))


def _rule(value: Mapping[str, Any]) -> RoutingRule:
    stand_in = value.get("stand_in_unit_id")
    return RoutingRule(
        rule_id=str(value["rule_id"]),
        area=value["area"],
        unit_id=UnitId(UUID(value["unit_id"])),
        target_groups=frozenset(value.get("target_groups") or ()),
        age_of=AgeOf(value.get("age_of") or "any"),
        age_from=value.get("age_from"),
        age_to=value.get("age_to"),
        stand_in_unit_id=UnitId(UUID(stand_in)) if stand_in else None,
        valid_from=_day(value.get("valid_from")),
        valid_to=_day(value.get("valid_to")),
        reason=value.get("reason_sv") or "",
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
