"""How old somebody counts as when routing asks, from what little may have been told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.referral.domain.people import Carer, SafeContact
from services.referral.domain.refusals import AgesDisagree
from services.referral.domain.routing import RoutingRules, choose_route
from shared.kernel.identity import UnitId, uuid7
from shared.vocabulary.age import AgeBand, KnownAge, exactly
from shared.vocabulary.routing import AgeOf, Situation
from tests.support.builders.referrals import a_rule
from tests.support.cast import NOON

TODAY = NOON.date()
THIS_YEAR = TODAY.year


@pytest.mark.parametrize(("turns", "age"), [(16, 16), (17, 17), (18, 17), (19, 19), (64, 64), (65, 65)])
def test_whoever_turns_18_this_year_may_still_be_a_child(turns: int, age: int) -> None:
    """Only the year is known, so the carer is taken for a child until the year is over; nobody else is."""
    assert Carer(name="Frida", year_of_birth=THIS_YEAR - turns).known_age(TODAY) == exactly(age)


def test_a_band_says_no_more_than_it_says() -> None:
    """From its youngest to its oldest; nothing told is nothing known."""
    assert Carer(name="Frida", age_band=AgeBand.FROM_65_TO_79).known_age(TODAY) == KnownAge(65, 79)
    assert Carer(name="Frida").known_age(TODAY) is None


def test_an_identity_number_tells_the_age_before_year_and_band() -> None:
    """To the day: 1985-07-09 is 41 in November and 40 on the eighth of July."""
    frida = Carer(name="Frida", identity_number="198507099805", year_of_birth=1985, age_band=AgeBand.FROM_25_TO_44)
    assert frida.known_age(TODAY) == exactly(41)
    assert frida.known_age(date(2026, 7, 8)) == exactly(40)


SAFE = SafeContact(do_not_reach_out=True)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"identity_number": "198507099805", "year_of_birth": 1986}, "identity_number"),
        ({"identity_number": "198507099805", "age_band": AgeBand.UNDER_18}, "identity_number"),
        ({"year_of_birth": 1985, "age_band": AgeBand.FROM_65_TO_79}, "year_of_birth"),
        ({"year_of_birth": THIS_YEAR - 18, "age_band": AgeBand.FROM_25_TO_44}, "year_of_birth"),
    ],
)
def test_number_year_and_band_must_agree(told: dict[str, Any], field: str) -> None:
    """Two that cannot both be true are asked about by name, never chosen between."""
    with pytest.raises(AgesDisagree) as refused:
        Carer(name="Frida", safe_contact=SAFE, **told).check(TODAY)
    assert set(refused.value.fields) == {f"/carer/{field}"}
    assert refused.value.fields[f"/carer/{field}"].endswith("Which is right?")


@pytest.mark.parametrize(
    "told",
    [
        {"identity_number": "198507099805", "year_of_birth": 1985, "age_band": AgeBand.FROM_25_TO_44},
        {"year_of_birth": THIS_YEAR - 18, "age_band": AgeBand.UNDER_18},
        {"year_of_birth": THIS_YEAR - 18, "age_band": AgeBand.FROM_18_TO_24},
        {"year_of_birth": THIS_YEAR, "age_band": AgeBand.UNDER_18},
        {},
    ],
)
def test_what_may_all_be_true_is_believed(told: dict[str, Any]) -> None:
    """Whoever turns 18 this year may be either side of it."""
    Carer(name="Frida", safe_contact=SAFE, **told).check(TODAY)


def test_a_carer_who_may_be_a_child_goes_to_whoever_has_the_children() -> None:
    """The municipality's split at 18: the one who turns 18 this year is not sent to the adviser of grown-ups."""
    children, grown_ups = UnitId(uuid7()), UnitId(uuid7())
    rules = RoutingRules(
        "0180",
        grown_ups,
        (
            a_rule(children, rule_id="c", age_of=AgeOf.CARER, age_to=17),
            a_rule(grown_ups, rule_id="g", age_of=AgeOf.CARER, age_from=18),
        ),
    )
    to = [
        choose_route(
            rules,
            Situation(
                area="0180",
                age_of_carer=Carer(name="Frida", year_of_birth=THIS_YEAR - turns).known_age(TODAY),
            ),
            NOON.date(),
            {children, grown_ups},
        ).unit_id
        for turns in (17, 18, 19)
    ]
    assert to == [children, children, grown_ups]
