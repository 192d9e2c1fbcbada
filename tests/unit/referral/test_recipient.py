"""Which units a text that was read out is a yes to."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.routing import ReceivingUnit
from shared.kernel.identity import UnitId

HERE, ELSEWHERE = UnitId(UUID(int=1)), UnitId(UUID(int=2))


@pytest.mark.parametrize(
    ("named", "unit_area", "covered"),
    [
        ("0180-sodermalm", "0180-sodermalm", True),
        ("0180-sodermalm", "0180-jarva", False),
        ("0180-sodermalm", "0180", False),
        ("0180-sodermalm", "0180-sodermalm-sodra", True),
        ("0180-soder", "0180-sodermalm", False),
        ("0180", "0180-sodermalm", True),
        ("0180", "0180", True),
        ("0180", "0181", False),
        ("0180", None, False),
    ],
)
def test_a_place_covers_the_units_that_are_in_it(named: str, unit_area: str | None, covered: bool) -> None:
    """Not the neighbour's, not the city's common one, none of another municipality, none that says no place."""
    unit = ReceivingUnit(HERE, "Anhörigstöd", unit_area, None)
    assert NamedRecipient(area=named).covers(unit) is covered


def test_a_unit_covers_itself_wherever_it_is() -> None:
    """Named by name, it is that one and no other in the same place."""
    named = NamedRecipient(unit_id=HERE, name="Anhörigstöd")
    assert named.covers(ReceivingUnit(HERE, "Nytt namn", "1480", None))
    assert not named.covers(ReceivingUnit(ELSEWHERE, "Anhörigstöd", "1480", None))
