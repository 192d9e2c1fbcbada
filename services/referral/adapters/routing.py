"""Units and routing rules, as the directory has told them, from the service's own copy.

Every sending asks for both and they seldom change, so each process remembers what it made of them. Whether they have
changed is asked each time, in one question of the sending's own transaction: PostgreSQL marks every row with the
transaction that wrote it (``xmin``), and a row told anew has a new version too. A new rule, a closed unit or a unit
that has moved is thus seen by the next statement after its commit, as it was when everything was read each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from services.referral.adapters.tables import routing_sets
from services.referral.domain.routing import ReceivingUnit, RoutingRule, RoutingRules
from shared.kernel.identity import UnitId
from shared.kernel.refusals import Failure
from shared.storage.driver import ask
from shared.storage.staff_events import older
from shared.vocabulary.routing import AgeOf

_OPEN = """
    FROM known_units
    WHERE kind = 'receiving' AND active AND (area = $1 OR starts_with(area, $2) OR unit_id = ANY($3::uuid[]))
"""
_MARK = "string_agg(concat_ws(' ', unit_id, version, xmin), ',')"
_UNITS_MARK = f"SELECT {_MARK} {_OPEN}"
# the rules, and the mark of the units that the rules named when last heard: as a rule they name the same ones still
_RULES = f"""
    SELECT concat_ws(' ', r.version, r.xmin), r.default_unit_id,
        CASE WHEN concat_ws(' ', r.version, r.xmin) = $4 THEN NULL ELSE r.rules END, (SELECT {_MARK} {_OPEN})
    FROM (SELECT 1) AS always LEFT JOIN routing_sets AS r ON r.municipality_code = $1
"""  # noqa: S608 - only this module's own texts are put in
_UNITS = f"SELECT unit_id, name, area, stand_in_unit_id, phone {_OPEN}"

_ELSEWHERE = """
    SELECT unit_id, name, area, stand_in_unit_id, phone FROM known_units
    WHERE unit_id = $1 AND kind = 'receiving' AND active
"""

_PARTNER = "SELECT 1 FROM known_units WHERE unit_id = $1 AND kind = 'partner'"
_NO_STAND_IN = "SELECT 1 FROM known_units WHERE unit_id = $1 AND (kind = 'partner' OR NOT active)"

Units = Mapping[UUID, ReceivingUnit]
NAMES_NOBODY = "{}"


@dataclass(frozen=True)
class _KnownRules:
    mark: str
    rules: RoutingRules
    named: str


@dataclass(frozen=True)
class RoutingMemory:
    """What this process has made of a database's rules and units, by municipality; shared between its threads."""

    rules: dict[str, _KnownRules] = field(default_factory=dict)
    units: dict[str, tuple[tuple[str, str], Units]] = field(default_factory=dict)


class SqlRouting:
    """Reads the copy; a municipality's rules are asked for once per transaction."""

    def __init__(self, connection: Connection, memory: RoutingMemory) -> None:
        self._connection = connection
        self._memory = memory
        self._read: dict[str, _KnownRules | None] = {}
        self._units_mark: dict[str, tuple[str, str | None]] = {}

    def rules_of(self, municipality_code: str) -> RoutingRules | None:
        """A municipality's rules, or None when it has told none."""
        known = self._rules_of(municipality_code)
        return known.rules if known else None

    def receiving_units(self, municipality_code: str) -> Units:
        """The open units that receive referrals in a municipality, and those its rules name, by id."""
        rules = self._rules_of(municipality_code)
        named = rules.named if rules else NAMES_NOBODY
        asked = _asked(municipality_code, named)
        named_then, said = self._units_mark[municipality_code]
        if named_then != named:
            said = ask(self._connection, _UNITS_MARK, asked)[0][0]
        mark = (named, said or "")
        known = self._memory.units.get(municipality_code)
        if known is None or known[0] != mark:
            units = {row[0]: ReceivingUnit(*row) for row in ask(self._connection, _UNITS, asked)}
            # should they change between the two questions, the mark is the old one and no later mark is equal to it
            known = self._memory.units[municipality_code] = (mark, MappingProxyType(units))
        return known[1]

    def receiving_unit(self, unit_id: UnitId) -> ReceivingUnit | None:
        """An open unit that receives referrals, wherever it is."""
        rows = ask(self._connection, _ELSEWHERE, (unit_id,))
        return ReceivingUnit(*rows[0]) if rows else None

    def _rules_of(self, municipality_code: str) -> _KnownRules | None:
        if municipality_code not in self._read:
            known = self._memory.rules.get(municipality_code)
            named = known.named if known else NAMES_NOBODY
            asked = (*_asked(municipality_code, named), known.mark if known else "")
            mark, default_unit_id, told, units = ask(self._connection, _RULES, asked)[0]
            self._units_mark[municipality_code] = (named, units)
            if default_unit_id is None:
                known = None
            elif known is None or mark != known.mark:
                rules = _rules(municipality_code, default_unit_id, told)
                known = self._memory.rules[municipality_code] = _KnownRules(mark, rules, _named(rules))
            self._read[municipality_code] = known
        return self._read[municipality_code]

    def is_civil_society(self, unit_id: UnitId) -> bool:
        """Whether a unit belongs to civil society: it is then a partner's, since only such are registered for it."""
        return bool(ask(self._connection, _PARTNER, (unit_id,)))

    def may_not_stand_in(self, unit_id: UnitId) -> bool:
        """Whether a unit is a partner's or closed. One that is not heard of yet may: its assignments are not either."""
        return bool(ask(self._connection, _NO_STAND_IN, (unit_id,)))

    def keep(
        self,
        municipality_code: str,
        version: int,
        default_unit_id: UnitId,
        rules: Sequence[Mapping[str, Any]],
        *,
        told_again: bool = False,
    ) -> None:
        """Take a municipality's rules into the copy; an older version than the one kept changes nothing.

        The same version is taken when it is told again.

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
                where=older(routing_sets.c.version, newer.version, told_again=told_again),
            )
        )


def _rules(municipality_code: str, default_unit_id: UUID, rules: list[Mapping[str, Any]]) -> RoutingRules:
    return RoutingRules(municipality_code, UnitId(default_unit_id), tuple(_rule(rule) for rule in rules))


def _asked(municipality_code: str, named: str) -> tuple[str, str, str]:
    """The values that _OPEN asks with."""
    return municipality_code, f"{municipality_code}-", named


def _named(rules: RoutingRules) -> str:
    """The units that rules name, as PostgreSQL writes an array."""
    named = {each for rule in rules.rules for each in (rule.unit_id, rule.stand_in_unit_id)} | {rules.default_unit_id}
    return "{" + ",".join(sorted(str(each) for each in named if each)) + "}"


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
