"""A unit that closes is sent nothing new; its people stay, and answer for what it has."""

from __future__ import annotations

from deploy.seed.ids import UNIT
from shared.kernel.identity import UnitId
from tests.support.directory_city import City

SODERMALM = UnitId(UNIT["advice-sodermalm"])


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
