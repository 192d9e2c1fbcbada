"""Units stand where a Swedish reader looks for them, on whatever PostgreSQL: å, ä and ö after z."""

from __future__ import annotations

import re
from uuid import UUID

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support.builders.answers import ANSWERS
from tests.support.cast import KUNGSHOLMEN, NOON, STAND_IN

# by code point it would be Zebran, Ängen, Åsen, Öppet, aspens
IN_ORDER = ["aspens", "Zebran", "Åsen", "Ängen", "Öppet"]
UNITS = {name: UUID(int=number) for number, name in enumerate(reversed(IN_ORDER), start=71)}


@pytest.fixture(autouse=True)
def _units(room: Room) -> None:
    for name, unit_id in UNITS.items():
        room.a_unit(unit_id, "receiving", area="0180", name=name)


def test_assignments_to_choose_among(room: Room) -> None:
    """One person may work in several units."""
    for name in UNITS:
        user = room.somebody("many", Role.ADVISER, UNITS[name]).actor.user
    assert [each.unit_name for each in room.parts.staff.assignments_of(user, NOON)] == IN_ORDER


def test_units_to_refer_to(room: Room, alva: Cast) -> None:
    """When the carer prefers another than the rules propose."""
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    page = at_the_pages(alva).get(f"/referral/drafts/{draft}/receiver").text
    offered = [UUID(value) for value in re.findall(r'<option value="([0-9a-f-]{36})"', page)]
    named = [unit_id for unit_id in offered if unit_id not in (KUNGSHOLMEN, STAND_IN)]
    assert named == [UNITS[name] for name in IN_ORDER]
