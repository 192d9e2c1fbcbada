"""Routing: one clear receiver for every carer, and a reason in a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain.codes import TARGET_GROUPS
from services.referral.domain.routing import DEFAULT_REASON, RoutingRule, RoutingRules, choose_route
from shared.kernel.identity import UnitId
from shared.vocabulary.age import AgeBand, exactly
from shared.vocabulary.routing import AgeOf, Situation
from tests.support.builders.referrals import a_rule

TODAY = date(2026, 11, 20)
DEFAULT, OLD, YOUNG, TREATMENT, DISTRICT = (UnitId(UUID(int=n)) for n in range(10, 15))
ALL = {DEFAULT, OLD, YOUNG, TREATMENT, DISTRICT}
AREA = "0180-sodermalm"


def route(*rules: RoutingRule, open_units: set[UnitId] = ALL, **situation: Any) -> UnitId:
    """Who receives a carer on Södermalm."""
    given_rules = RoutingRules("0180", DEFAULT, rules)
    return choose_route(given_rules, Situation(**{"area": AREA, **situation}), TODAY, open_units).unit_id


BY_CARERS_AGE = (
    a_rule(YOUNG, age_of=AgeOf.CARER, age_to=64),
    a_rule(OLD, age_of=AgeOf.CARER, age_from=65),
)


@pytest.mark.holds("no-carer-ends-nowhere")
def test_no_rule_is_never_a_dead_end() -> None:
    """The default unit receives it, and says that no rule fitted."""
    chosen = choose_route(RoutingRules("0180", DEFAULT), Situation(area=AREA), TODAY, ALL)
    assert (chosen.unit_id, chosen.reason, chosen.rule_id) == (DEFAULT, DEFAULT_REASON, "")


def test_the_split_goes_by_whose_age_the_rule_says() -> None:
    """One adviser for carers of 65 and over, another for the younger."""
    assert route(*BY_CARERS_AGE, age_of_carer=exactly(64)) == YOUNG
    assert route(*BY_CARERS_AGE, age_of_carer=exactly(65)) == OLD
    assert route(*BY_CARERS_AGE, age_of_person_cared_for=exactly(90)) == DEFAULT


def test_a_carer_only_referral_does_not_reveal_the_others_age() -> None:
    """A rule by the age of the person cared for is passed over when that age may not be told."""
    by_other = a_rule(OLD, age_of=AgeOf.PERSON_CARED_FOR, age_from=65)
    assert route(by_other, age_of_person_cared_for=exactly(80)) == OLD
    assert route(by_other, age_of_carer=exactly(80)) == DEFAULT


def test_combined_situations_give_one_clear_receiver() -> None:
    """Addiction and a criminal lifestyle: the municipality's own order decides between equals."""
    addiction = a_rule(TREATMENT, target_groups=frozenset({"addiction"}))
    lifestyle = a_rule(YOUNG, target_groups=frozenset({"criminal-lifestyle"}))
    both = frozenset({"addiction", "criminal-lifestyle"})
    assert route(addiction, lifestyle, target_groups=both) == TREATMENT
    assert route(lifestyle, addiction, target_groups=both) == YOUNG


def test_the_more_precise_rule_wins() -> None:
    """District before municipality, a named target group before any."""
    whole = a_rule(OLD)
    group = a_rule(TREATMENT, target_groups=frozenset({"addiction"}))
    district = a_rule(DISTRICT, area=AREA)
    assert route(whole, group, target_groups=frozenset({"addiction"})) == TREATMENT
    assert route(whole, group, district, target_groups=frozenset({"addiction"})) == DISTRICT
    assert route(whole, group) == OLD


def test_a_rule_holds_in_its_own_period_and_area() -> None:
    """From its first day until the day it ends, and not elsewhere."""
    assert route(a_rule(OLD, valid_from=TODAY)) == OLD
    assert route(a_rule(OLD, valid_from=date(2026, 11, 21))) == DEFAULT
    assert route(a_rule(OLD, valid_to=TODAY)) == DEFAULT
    assert route(a_rule(OLD, area="0180-kungsholmen")) == DEFAULT
    assert route(a_rule(OLD, area="0182")) == DEFAULT


def test_a_closed_unit_is_passed_over() -> None:
    """The next rule, or the default unit, receives it instead."""
    assert route(a_rule(TREATMENT), a_rule(OLD), open_units={DEFAULT, OLD}) == OLD


RULES = st.builds(
    a_rule,
    st.sampled_from(sorted(ALL)),
    area=st.sampled_from(["0180", AREA, "0180-kungsholmen"]),
    target_groups=st.frozensets(st.sampled_from([code.slug for code in TARGET_GROUPS]), max_size=3),
    age_of=st.sampled_from(AgeOf),
    age_from=st.none() | st.integers(0, 100),
    age_to=st.none() | st.integers(0, 100),
)
SITUATIONS = st.builds(
    Situation,
    area=st.just(AREA),
    target_groups=st.frozensets(st.sampled_from([code.slug for code in TARGET_GROUPS]), max_size=4),
    age_of_carer=st.none() | st.integers(0, 100).map(exactly) | st.sampled_from([band.ages for band in AgeBand]),
    age_of_person_cared_for=st.none() | st.integers(0, 100).map(exactly),
)


@settings(deadline=None)
@given(st.lists(RULES, max_size=8), SITUATIONS)
def test_every_carer_has_exactly_one_receiver_with_a_reason(rules: list[RoutingRule], situation: Situation) -> None:
    """Whatever the rules, somebody open receives it, the same one each time, and can say why."""
    given_rules = RoutingRules("0180", DEFAULT, tuple(rules))
    chosen = choose_route(given_rules, situation, TODAY, ALL)
    assert chosen.unit_id in ALL
    assert chosen.reason
    assert chosen == choose_route(given_rules, situation, TODAY, ALL)
