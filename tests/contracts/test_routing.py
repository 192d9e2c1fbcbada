"""Routing is decided in the vocabulary, and asked by two services of rules that each keeps for itself: both are held to
one table of examples.

``routing.json``: rules in the form in which the directory tells them, the units that are closed, a day and a situation;
and who receives, by which rule, with which stand-in. A change of the rules' meaning begins with a line there.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import pytest

from services.directory.domain import routing as trying
from services.directory.domain.routing_rule import RoutingRule
from services.referral.domain import routing as sending
from shared.kernel.identity import UnitId
from shared.vocabulary.age import AgeBand, KnownAge, exactly
from shared.vocabulary.routing import AgeOf, Situation, age_decides

TABLE: list[dict[str, Any]] = json.loads(Path(__file__).with_name("routing.json").read_text("utf-8"))
NAMES = ("one", "two", "three", "default")
every_example = pytest.mark.parametrize("example", [pytest.param(each, id=each["name"]) for each in TABLE])


def unit(name: str) -> UnitId:
    """A unit of the table."""
    return UnitId(uuid5(NAMESPACE_URL, f"unit/{name}"))


def rule_id(name: str) -> UUID:
    """A rule of the table."""
    return uuid5(NAMESPACE_URL, f"rule/{name}")


def open_units(example: dict[str, Any]) -> set[UnitId]:
    """The units that take referrals."""
    return {unit(name) for name in NAMES if name not in example["closed"]}


def age(years: int | None) -> KnownAge | None:
    """An age that is known to the year."""
    return None if years is None else exactly(years)


def carer_age(situation: dict[str, Any]) -> KnownAge | None:
    """What a situation tells of the carer's age: exactly, or by a band."""
    band = situation.get("carer_age_band")
    return AgeBand(band).ages if band else age(situation.get("carer_age"))


def common(rule: dict[str, Any]) -> dict[str, Any]:
    """What both services' rules call the same."""
    stand_in = rule.get("stand_in_unit_id")
    return {
        "area": rule["area"],
        "unit_id": unit(rule["unit_id"]),
        "target_groups": frozenset(rule.get("target_groups", ())),
        "age_from": rule.get("age_from"),
        "age_to": rule.get("age_to"),
        "stand_in_unit_id": unit(stand_in) if stand_in else None,
        "valid_to": date.fromisoformat(rule["valid_to"]) if "valid_to" in rule else None,
    } | ({"valid_from": date.fromisoformat(rule["valid_from"])} if "valid_from" in rule else {})


def sending_rules(example: dict[str, Any]) -> tuple[sending.RoutingRule, ...]:
    """The example's rules as the referral service has heard of them."""
    return tuple(
        sending.RoutingRule(
            rule_id=str(rule_id(each["rule_id"])),
            reason="Därför.",
            age_of=AgeOf(each.get("age_of", "any")),
            **common(each),
        )
        for each in example["rules"]
    )


def trying_rules(example: dict[str, Any]) -> tuple[RoutingRule, ...]:
    """The example's rules as the directory has them."""
    return tuple(
        RoutingRule(
            id=rule_id(each["rule_id"]),
            reason_sv="Därför.",
            age_of=AgeOf(each.get("age_of", "any")),
            **common(each),
        )
        for each in example["rules"]
    )


def expected(example: dict[str, Any]) -> tuple[UnitId, UUID | None, UnitId | None]:
    """Who, by which rule, with which stand-in."""
    by, stand_in = example["by"], example["stand_in"]
    return unit(example["receives"]), rule_id(by) if by else None, unit(stand_in) if stand_in else None


@every_example
def test_sending_a_referral_keeps_to_the_table(example: dict[str, Any]) -> None:
    """The referral service's own code, which decides."""
    situation = example["situation"]
    route = sending.choose_route(
        sending.RoutingRules("0180", unit("default"), sending_rules(example)),
        Situation(
            area=situation["area"],
            target_groups=frozenset(situation.get("target_groups", ())),
            age_of_carer=carer_age(situation),
            age_of_person_cared_for=age(situation.get("person_cared_for_age")),
        ),
        date.fromisoformat(example["on"]),
        open_units(example),
    )
    assert (route.unit_id, UUID(route.rule_id) if route.rule_id else None, route.stand_in_unit_id) == expected(example)


@pytest.mark.holds("try-out-as-sent")
@every_example
def test_trying_the_rules_out_keeps_to_the_table(example: dict[str, Any]) -> None:
    """The directory's own code, by which an administrator sees beforehand what will happen."""
    situation = example["situation"]
    proposal = trying.RoutingRules("0180", unit("default"), trying_rules(example)).propose(
        Situation(
            area=situation["area"],
            target_groups=frozenset(situation.get("target_groups", ())),
            age_of_carer=carer_age(situation),
            age_of_person_cared_for=age(situation.get("person_cared_for_age")),
        ),
        date.fromisoformat(example["on"]),
        open_units(example),
    )
    assert (proposal.unit_id, proposal.rule_id, proposal.stand_in_unit_id) == expected(example)


def test_the_table_has_an_example_of_everything_that_a_rule_can_say() -> None:
    """So that nobody can add to a rule's meaning in one place alone."""
    named = {name for example in TABLE for rule in example["rules"] for name in rule}
    fields = {"id" if name == "rule_id" else "reason_sv" if name == "reason" else name for name in named | {"reason"}}
    assert fields == set(RoutingRule.__dataclass_fields__)
    assert {name.removesuffix("_sv") for name in named | {"reason"}} == set(sending.RoutingRule.__dataclass_fields__)
    assert any(example["closed"] for example in TABLE)
    assert any(len(example["situation"].get("target_groups", ())) > 1 for example in TABLE)


@every_example
def test_both_ask_for_the_age_in_the_same_situations(example: dict[str, Any]) -> None:
    """Whether more about the carer's age would lead elsewhere: the tester says so when the form will ask."""
    situation, units, on = example["situation"], open_units(example), date.fromisoformat(example["on"])
    groups = frozenset(situation.get("target_groups", ()))
    person = age(situation.get("person_cared_for_age"))
    known = [None, carer_age(situation), *(band.ages for band in AgeBand)]
    for each in known:
        sent = age_decides(
            sending_rules(example),
            unit("default"),
            Situation(
                area=situation["area"],
                target_groups=groups,
                age_of_carer=each,
                age_of_person_cared_for=person,
            ),
            on,
            units,
        )
        tried = trying.RoutingRules("0180", unit("default"), trying_rules(example)).age_decides(
            Situation(situation["area"], groups, each, person), on, units
        )
        possible = {
            route_of(example, exactly(years))
            for years in range(121)
            if (each or KnownAge(0, None)).meets(exactly(years))
        }
        chosen = route_of(example, each)
        assert sent == tried == (possible != {chosen}), each


def route_of(example: dict[str, Any], age_of_carer: KnownAge | None) -> UnitId:
    """Who receives the example's carer, were that known of the age."""
    situation = example["situation"]
    return sending.choose_route(
        sending.RoutingRules("0180", unit("default"), sending_rules(example)),
        Situation(
            area=situation["area"],
            target_groups=frozenset(situation.get("target_groups", ())),
            age_of_carer=age_of_carer,
            age_of_person_cared_for=age(situation.get("person_cared_for_age")),
        ),
        date.fromisoformat(example["on"]),
        open_units(example),
    ).unit_id
