"""A unit that closes is sent nothing new; its people stay, and answer for what it has."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Event
from typing import Any

import pytest

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.change_unit import ChangeUnit, change_unit
from services.directory.commands.set_routing_rules import SetRoutingRules, set_routing_rules
from services.directory.domain.refusals import UnitCannotReceive, UnitIsADefault
from services.directory.domain.routing_rule import RoutingRule
from shared.kernel.identity import UnitId
from shared.vocabulary.routing import Situation
from tests.support.builders.directory import a_rule
from tests.support.cast import UNIT
from tests.support.directory_city import City

SODERMALM = UnitId(UNIT["advice-sodermalm"])
JARVA = UnitId(UNIT["advice-jarva"])
FARSTA = UnitId(UNIT["advice-farsta"])
BROMMA = UnitId(UNIT["advice-bromma"])


def test_bo_signs_in_though_his_unit_is_closed(city: City) -> None:
    """With the assignment that he had; where he chooses it, it says that the unit is closed."""
    bo = city.actor("bo")
    with city.closed(SODERMALM):
        held = city.parts.staff.assignments_of(bo.user, city.parts.clock.now())
        assert [(each.id, each.unit_closed) for each in held] == [(bo.assignment_id, True)]
        client = city.signed_in("bo")
        assert "Enheten är stängd" in client.get("/directory/assignment").text
        shown = city.ask("bo", "GET", "/assignments")
        assert [each["id"] for each in shown.json["assignments"]] == [str(bo.assignment_id)]
    assert "Enheten är stängd" not in client.get("/directory/assignment").text


@pytest.mark.parametrize("first", ["close", "make-default"])
def test_no_unit_is_closed_while_it_is_made_the_default(city: City, first: str) -> None:
    """Of two administrators in the same moment the second waits, sees what the first did, and is refused."""
    hanna, parts = city.editor("hanna"), city.parts
    begun = Event()

    def close(work: DirectoryUnitOfWork) -> None:
        unit = work.units.find(JARVA)
        assert unit is not None
        kept = ("name", "area", "function_address", "phone", "stand_in_unit_id", "address_withheld")
        as_it_is = {name: getattr(unit, name) for name in kept}
        begun.set()
        asked = ChangeUnit(unit_id=JARVA, version=unit.version, active=False, **as_it_is)
        change_unit(asked, hanna, work)

    def make_default(work: DirectoryUnitOfWork) -> None:
        with parts.work_of(hanna) as other:
            rules = other.rules.of("0180")
        assert rules is not None
        begun.set()
        wanted = replace(rules, version=rules.version + 1, default_unit_id=JARVA)
        set_routing_rules(SetRoutingRules(rules=wanted), hanna, work)

    acts = {"close": close, "make-default": make_default}

    def second() -> None:
        [act] = [acts[name] for name in acts if name != first]
        with parts.work_of(hanna) as work:
            act(work)

    with parts.work_of(hanna) as work, ThreadPoolExecutor(1) as other:
        acts[first](work)
        begun.clear()
        waiting = other.submit(second)
        assert begun.wait(30), "the second one began"
        with pytest.raises(TimeoutError):
            waiting.result(0.5)
        work.commit()
        with pytest.raises(UnitCannotReceive if first == "close" else UnitIsADefault):
            waiting.result(30)
    _undo(city)


def _undo(city: City) -> None:
    """The rules and the unit as they were."""
    hanna, parts = city.editor("hanna"), city.parts
    with parts.work_of(hanna) as work:
        rules = work.rules.of("0180")
        assert rules is not None
        if rules.default_unit_id == JARVA:
            back = replace(rules, version=rules.version + 1, default_unit_id=UnitId(UNIT["advice-stockholm"]))
            set_routing_rules(SetRoutingRules(rules=back), hanna, work)
            work.commit()
    if not city.rows("select active from units where id = :id", id=JARVA)[0].active:
        city.set_active(True, JARVA)


@pytest.fixture
def named(city: City) -> Iterator[None]:
    """Farsta, which a rule leads to, another has as stand-in, and Bromma has as its own."""
    hanna = city.editor("hanna")
    with city.parts.work_of(hanna) as work:
        before = work.rules.of("0180")
    assert before is not None
    ours = [
        a_rule(),
        a_rule(JARVA, stand_in_unit_id=FARSTA, reason_sv="Bor nästan där."),
        a_rule(reason_sv="Över.", valid_to=date(2025, 6, 1)),
    ]
    set_rules(city, tuple(ours))
    bromma = city.ask("hanna", "GET", f"/units/{BROMMA}")
    stand_in(city, BROMMA, str(FARSTA))
    yield
    stand_in(city, BROMMA, bromma.json["stand_in_unit_id"])
    set_rules(city, before.rules)


def set_rules(city: City, rules: tuple[RoutingRule, ...]) -> None:
    """Have Stockholm's rules be these."""
    with city.parts.work_of(city.editor("hanna")) as work:
        now = work.rules.of("0180")
        assert now is not None
        wanted = replace(now, version=now.version + 1, rules=rules)
        set_routing_rules(SetRoutingRules(rules=wanted), city.editor("hanna"), work)
        work.commit()


def stand_in(city: City, unit_id: UnitId, other: str | None) -> Any:
    """Have a unit's own stand-in be another; the answer."""
    seen = city.ask("hanna", "GET", f"/units/{unit_id}")
    body = {name: seen.json[name] for name in ("function_address", "phone", "active")}
    body["stand_in_unit_id"] = other
    return city.ask("hanna", "PUT", f"/units/{unit_id}", body, If_Match=seen.headers["ETag"])


@pytest.mark.usefixtures("named")
@pytest.mark.holds("rules-to-a-closed-unit-are-passed-over")
@pytest.mark.holds("a-closed-stand-in-gives-way")
def test_what_leads_to_a_unit_is_said_before_it_closes_by_page_and_api(city: City) -> None:
    """Rules that lead there or have it as stand-in, and units; what is over is not named. The API has the same."""
    hanna, page = city.signed_in("hanna"), f"/directory/admin/units/{FARSTA}"
    text = hanna.get(page).text
    said = text[text.index("Innan du stänger enheten") : text.index('name="closed"')]
    leads, stands, units = (
        said.index(each) for each in ("regeln leder hit", "regeln har enheten som ersättare", "ersättare för de")
    )
    assert leads < said.index(">Regel 1</a>") < stands < said.index(">Regel 2</a>") < units
    assert "Regel 3" not in said, "it is over"
    assert "Anhörigkonsulenterna, Bromma" in said[units:]
    seen = city.ask("hanna", "GET", f"/units/{FARSTA}").json["leading_here"]
    with city.parts.work_of(city.editor("hanna")) as work:
        rules = work.rules.of("0180")
    assert rules is not None
    # other tests' units have it too, and those that are closed have no use for one
    statement = "select id from units where stand_in_unit_id = :id and kind = 'receiving' and active"
    own = city.rows(f"{statement} order by name collate swedish", id=FARSTA)
    assert BROMMA in [row.id for row in own]
    assert seen == {
        "receives_by_rules": [str(rules.rules[0].id)],
        "stands_in_by_rules": [str(rules.rules[1].id)],
        "stands_in_for_units": [str(row.id) for row in own],
        "default_of": [],
    }
    for rule in seen["receives_by_rules"] + seen["stands_in_by_rules"]:
        assert f"#rule-{rule}" in said


@pytest.mark.usefixtures("named")
def test_what_is_said_before_it_closes_is_what_happens(city: City) -> None:
    """The first rule is passed over for the next that fits, and comes back when the unit opens."""
    with city.parts.work_of(city.editor("hanna")) as work:
        rules = work.rules.of("0180")
    assert rules is not None
    asked, today = Situation(area="0180-farsta"), date(2026, 11, 29)
    assert rules.propose(asked, today, {FARSTA, JARVA}).unit_id == FARSTA
    assert rules.propose(asked, today, {JARVA}).unit_id == JARVA
    assert rules.propose(asked, today, set()).unit_id == rules.default_unit_id
    with city.closed(FARSTA):
        page = city.signed_in("hanna").get(f"/directory/admin/units/{FARSTA}").text
        assert "Innan du stänger enheten" not in page, "it is closed"
        assert city.ask("hanna", "GET", f"/units/{FARSTA}").json["leading_here"]["receives_by_rules"]


def test_of_a_default_unit_it_is_said_that_it_cannot_be_closed(city: City) -> None:
    """Before anybody tries; and a unit that nothing leads to has nothing said of it."""
    default = UNIT["advice-stockholm"]
    page = city.signed_in("hanna").get(f"/directory/admin/units/{default}").text
    assert "Innan dess går den inte att stänga" in page
    assert city.ask("hanna", "GET", f"/units/{default}").json["leading_here"]["default_of"] == ["0180"]
    [lonely] = city.rows("select id from units where kind = 'partner' order by id limit 1")
    assert "Innan du stänger enheten" not in city.signed_in("hanna").get(f"/directory/admin/units/{lonely.id}").text


def test_a_unit_that_receives_nothing_has_no_stand_in_by_either_door(city: City) -> None:
    """The page does not offer it, and the API refuses it, naming the field; null is taken."""
    [partner] = city.rows("select id from units where kind = 'partner' order by id limit 1")
    page = city.signed_in("hanna").get(f"/directory/admin/units/{partner.id}").text
    assert 'name="stand_in_unit_id"' not in page
    refused = stand_in(city, UnitId(partner.id), str(FARSTA))
    assert (refused.status_code, refused.json["type"]) == (422, "urn:lotsa:problem:only-receivers-have-a-stand-in")
    assert [each["pointer"] for each in refused.json["errors"]] == ["#/stand_in_unit_id"]
    assert stand_in(city, UnitId(partner.id), None).status_code == 200
