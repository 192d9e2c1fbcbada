"""How old somebody counts as when routing asks, from what little may have been told."""

from __future__ import annotations

import pytest

from services.referral.domain.people import AgeBand, Carer
from services.referral.domain.routing import AgeOf, RoutingRule, RoutingRules, Situation, choose_route
from shared.kernel.identity import UnitId, uuid7
from tests.unit.referral.cast import NOON

THIS_YEAR = NOON.year


@pytest.mark.parametrize(("turns", "age"), [(16, 16), (17, 17), (18, 17), (19, 19), (64, 64), (65, 65)])
def test_whoever_turns_18_this_year_may_still_be_a_child(turns: int, age: int) -> None:
    """Only the year is known, so the carer is taken for a child until the year is over; nobody else is."""
    assert Carer(name="Frida", year_of_birth=THIS_YEAR - turns).age(THIS_YEAR) == age


@pytest.mark.parametrize(("band", "age"), [(AgeBand.UNDER_18, 0), (AgeBand.FROM_18_TO_24, 18), (None, None)])
def test_a_band_says_that_somebody_is_of_age(band: AgeBand | None, age: int | None) -> None:
    """Whoever says "18 to 24" has turned 18."""
    assert Carer(name="Frida", age_band=band).age(THIS_YEAR) == age


def test_a_carer_who_may_be_a_child_goes_to_whoever_has_the_children() -> None:
    """The municipality's split at 18: the one who turns 18 this year is not sent to the adviser of grown-ups."""
    children, grown_ups = UnitId(uuid7()), UnitId(uuid7())
    rules = RoutingRules(
        "0180",
        grown_ups,
        (
            RoutingRule(rule_id="c", area="0180", unit_id=children, age_of=AgeOf.CARER, age_to=17),
            RoutingRule(rule_id="g", area="0180", unit_id=grown_ups, age_of=AgeOf.CARER, age_from=18),
        ),
    )
    to = [
        choose_route(
            rules,
            Situation(
                area="0180",
                age_of_carer=Carer(name="Frida", year_of_birth=THIS_YEAR - turns).age(THIS_YEAR),
                on=NOON.date(),
            ),
            {children, grown_ups},
        ).unit_id
        for turns in (17, 18, 19)
    ]
    assert to == [children, children, grown_ups]
