"""A municipality's routing rules as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.directory.adapters.tables import routing, routing_rules
from services.directory.domain.routing import RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from shared.kernel.identity import UnitId
from shared.kernel.refusals import VersionHasMoved
from shared.vocabulary.routing import AgeOf


class RuleRows:
    """``domain.ports.Rules`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, municipality_code: str) -> RoutingRules | None:
        """A municipality's rules in order, or None when it has set none."""
        head = select(routing).where(routing.c.municipality_code == municipality_code)
        found = self._connection.execute(head).mappings().first()
        if found is None:
            return None
        query = select(routing_rules).where(routing_rules.c.municipality_code == municipality_code)
        rows = self._connection.execute(query.order_by(routing_rules.c.position)).mappings()
        return RoutingRules(
            municipality_code=municipality_code,
            default_unit_id=UnitId(found["default_unit_id"]),
            rules=tuple(_rule(row) for row in rows),
            version=found["version"],
        )

    def municipalities(self) -> list[str]:
        """The codes of the municipalities that have set rules."""
        return list(self._connection.scalars(select(routing.c.municipality_code).order_by(routing.c.municipality_code)))

    def hold(self) -> None:
        """Wait for, and then keep out, whoever sets rules or closes a unit, until this transaction ends."""
        self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("directory.routing"))))

    def have_as_default(self, unit_id: UnitId) -> bool:
        """Whether any municipality's rules leave to this unit whatever no rule takes."""
        query = select(routing.c.municipality_code).where(routing.c.default_unit_id == unit_id).limit(1)
        return self._connection.execute(query).first() is not None

    def naming(self, unit_id: UnitId) -> list[str]:
        """The municipalities whose rules lead to this unit, as receiver, stand-in or default; their codes in order."""
        by_default = select(routing.c.municipality_code).where(routing.c.default_unit_id == unit_id)
        named = (routing_rules.c.unit_id == unit_id) | (routing_rules.c.stand_in_unit_id == unit_id)
        by_rule = select(routing_rules.c.municipality_code).where(named)
        return sorted(self._connection.scalars(by_default.union(by_rule)))

    def put(self, rules: RoutingRules) -> None:
        """Replace a municipality's rules as a whole. Raises VersionHasMoved."""
        self._head(rules)
        code = rules.municipality_code
        self._connection.execute(delete(routing_rules).where(routing_rules.c.municipality_code == code))
        if rules.rules:
            rows = [_row(code, position, rule) for position, rule in enumerate(rules.rules)]
            self._connection.execute(insert(routing_rules), rows)

    def _head(self, rules: RoutingRules) -> None:
        values = {"version": rules.version, "default_unit_id": rules.default_unit_id}
        if rules.version == 1:
            first = insert(routing).values(municipality_code=rules.municipality_code, **values)
            if self._connection.execute(first.on_conflict_do_nothing().returning(routing.c.version)).first() is None:
                raise VersionHasMoved
            return
        moved = update(routing).where(
            routing.c.municipality_code == rules.municipality_code, routing.c.version == rules.version - 1
        )
        if self._connection.execute(moved.values(values)).rowcount != 1:
            raise VersionHasMoved


def _rule(row: Mapping[Any, Any]) -> RoutingRule:
    stand_in: UUID | None = row["stand_in_unit_id"]
    return RoutingRule(
        id=row["id"],
        area=row["area"],
        unit_id=UnitId(row["unit_id"]),
        reason_sv=row["reason_sv"],
        target_groups=frozenset(row["target_groups"]),
        age_of=AgeOf(row["age_of"]),
        age_from=row["age_from"],
        age_to=row["age_to"],
        stand_in_unit_id=UnitId(stand_in) if stand_in else None,
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
    )


def _row(municipality_code: str, position: int, rule: RoutingRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "municipality_code": municipality_code,
        "position": position,
        "area": rule.area,
        "target_groups": sorted(rule.target_groups),
        "age_of": rule.age_of.value,
        "age_from": rule.age_from,
        "age_to": rule.age_to,
        "unit_id": rule.unit_id,
        "stand_in_unit_id": rule.stand_in_unit_id,
        "valid_from": rule.valid_from,
        "valid_to": rule.valid_to,
        "reason_sv": rule.reason_sv,
    }
