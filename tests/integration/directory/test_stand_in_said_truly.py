"""A unit's page and list say the same of its stand-in as a referral to it gets, and where that comes from."""

from __future__ import annotations

import re
from datetime import date

import pytest

from services.directory.domain.routing import RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from shared.kernel.identity import UnitId
from tests.support.builders import directory
from tests.support.cast import UNIT
from tests.support.directory_city import City

SODERMALM, FARSTA, COMMON = (UnitId(UNIT[slug]) for slug in ("advice-sodermalm", "advice-farsta", "advice-stockholm"))
TODAY = date(2026, 11, 29)


def read(page: str) -> str:
    """A page's words."""
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def a_rule(stand_in: UnitId | None, **more: object) -> RoutingRule:
    """Södermalm's carers go to Södermalm."""
    return directory.a_rule(SODERMALM, area="0180-sodermalm", stand_in_unit_id=stand_in, **more)


def test_a_rule_that_names_another_is_found_and_no_other() -> None:
    """Another unit's rule, one without a stand-in, one with the unit's own, one that is over: they change nothing."""
    other = a_rule(COMMON)
    rules = RoutingRules(
        "0180",
        COMMON,
        (a_rule(None), a_rule(FARSTA), a_rule(COMMON, valid_to=date(2026, 1, 1)), other),
    )
    assert rules.other_stand_ins(SODERMALM, FARSTA, TODAY) == (other,)
    assert rules.other_stand_ins(FARSTA, None, TODAY) == ()


@pytest.mark.holds("stand-in-as-the-rules-say")
def test_the_units_page_says_which_rules_name_another(city: City) -> None:
    """The seeded rules name the common carer support; the unit itself, another: both are said, each for its case."""
    hanna = city.signed_in("hanna")
    path = f"/units/{SODERMALM}"
    seen = city.ask("hanna", "GET", path)
    kept = {name: seen.json[name] for name in ("function_address", "phone", "active", "stand_in_unit_id")}
    changed = city.ask("hanna", "PUT", path, {**kept, "stand_in_unit_id": str(FARSTA)}, If_Match=seen.headers["ETag"])
    assert changed.status_code == 200
    try:
        names = {
            row.id: row.name
            for row in city.rows("select id, name from units where id = any(:ids)", ids=[FARSTA, COMMON])
        }
        tried = read(hanna.get("/directory/admin/routing?area=0180-sodermalm").text)
        assert f"Ersättare: {names[COMMON]}" in tried, "what a referral gets"
        shown = read(hanna.get(f"/directory/admin{path}").text)
        assert "Gäller när ingen fördelningsregel anger en annan ersättare." in shown
        assert "anger en annan ersättare, och då är det den som gäller:" in shown
        assert re.search(rf"Regel \d+ : {re.escape(names[COMMON])}", shown)
        listed = read(hanna.get("/directory/admin?q=Södermalm").text)
        assert f"{names[COMMON]} (enligt regel); annars {names[FARSTA]}" in listed
    finally:
        now = city.ask("hanna", "GET", path)
        assert city.ask("hanna", "PUT", path, kept, If_Match=now.headers["ETag"]).status_code == 200


def test_where_the_rules_say_the_same_nothing_more_is_said(city: City) -> None:
    """No warning about a difference that is none."""
    hanna = city.signed_in("hanna")
    path = f"/units/{SODERMALM}"
    seen = city.ask("hanna", "GET", path)
    kept = {name: seen.json[name] for name in ("function_address", "phone", "active", "stand_in_unit_id")}
    city.ask("hanna", "PUT", path, {**kept, "stand_in_unit_id": str(COMMON)}, If_Match=seen.headers["ETag"])
    try:
        assert "anger en annan ersättare, och då" not in read(hanna.get(f"/directory/admin{path}").text)
        assert "(enligt regel)" not in read(hanna.get("/directory/admin?q=Södermalm").text)
    finally:
        now = city.ask("hanna", "GET", path)
        city.ask("hanna", "PUT", path, kept, If_Match=now.headers["ETag"])
