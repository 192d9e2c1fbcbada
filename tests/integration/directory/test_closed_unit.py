"""A unit that closes is sent nothing new; its people stay, and answer for what it has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest

from deploy.seed.ids import UNIT
from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.change_unit import ChangeUnit, change_unit
from services.directory.commands.set_routing_rules import set_routing_rules
from services.directory.domain.refusals import UnitCannotReceive, UnitIsADefault
from shared.kernel.identity import UnitId
from tests.support.directory_city import City

SODERMALM = UnitId(UNIT["advice-sodermalm"])
JARVA = UnitId(UNIT["advice-jarva"])


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
        change_unit(work, hanna, asked, parts.areas)

    def make_default(work: DirectoryUnitOfWork) -> None:
        with parts.work_of(hanna) as other:
            rules = other.rules.of("0180")
        assert rules is not None
        begun.set()
        wanted = replace(rules, version=rules.version + 1, default_unit_id=JARVA)
        set_routing_rules(work, hanna, wanted, parts.areas, parts.taxonomies.target_groups)

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
            set_routing_rules(work, hanna, back, parts.areas, parts.taxonomies.target_groups)
            work.commit()
    if not city.rows("select active from units where id = :id", id=JARVA)[0].active:
        city.set_active(True, JARVA)
