"""Routing gives one clear receiver, always."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.seed.directory_rules import stockholm_rules
from demo.seed.ids import DISTRICTS, UNIT
from services.directory.adapters.reference_data import taxonomies
from services.directory.domain.refusals import (
    AgesAreTurnedAround,
    PeriodEndsBeforeItBegins,
    RuleIsOutsideTheMunicipality,
    RuleNeedsAReason,
    RulesAreNotYours,
)
from services.directory.domain.routing import RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from shared.kernel.identity import UnitId
from shared.vocabulary.age import AgeBand, KnownAge, exactly
from shared.vocabulary.routing import AgeOf, Situation
from tests.support.builders.directory import a_rule

TODAY = date(2026, 11, 20)
HERE, THERE, DEFAULT = UnitId(uuid4()), UnitId(uuid4()), UnitId(uuid4())


def rule(unit: UnitId = HERE, area: str = "0180-sodermalm", **more: object) -> RoutingRule:
    """A rule that says why."""
    return a_rule(unit, area=area, reason_sv="Därför.", **more)


def receiver(situation: Situation, *rules: RoutingRule, on: date = TODAY) -> UnitId:
    """Who receives under these rules."""
    return RoutingRules("0180", DEFAULT, rules).propose(situation, on, {HERE, THERE, DEFAULT}).unit_id


def test_no_rule_is_never_a_dead_end() -> None:
    """Without a fitting rule the municipality's default unit receives, and says so."""
    proposal = RoutingRules("0180", DEFAULT).propose(Situation("0180-farsta"), TODAY, {DEFAULT})
    assert proposal.unit_id == DEFAULT
    assert proposal.rule_id is None
    assert proposal.reason_sv


def test_a_municipality_rule_covers_its_districts() -> None:
    """A rule for the city takes somebody in any of its districts, and not somebody in another city."""
    assert receiver(Situation("0180-farsta"), rule(area="0180")) == HERE
    assert receiver(Situation("1480"), rule(area="0180")) == DEFAULT


def test_the_more_precise_area_goes_first() -> None:
    """A district's rule wins over the city's, whatever the order."""
    assert receiver(Situation("0180-sodermalm"), rule(THERE, "0180"), rule(HERE)) == HERE


def test_a_named_situation_goes_before_all_situations() -> None:
    """Addiction and anything else: the rule that names addiction decides."""
    situation = Situation("0180-sodermalm", frozenset({"addiction", "criminal-lifestyle"}))
    assert receiver(situation, rule(THERE), rule(HERE, target_groups=frozenset({"addiction"}))) == HERE


def test_among_equals_the_municipalitys_order_decides() -> None:
    """Two rules that fit equally well: the first listed."""
    assert receiver(Situation("0180-sodermalm"), rule(HERE), rule(THERE)) == HERE


@pytest.mark.parametrize(("age", "expected"), [(64, DEFAULT), (65, HERE), (80, HERE), (81, DEFAULT), (None, DEFAULT)])
def test_age_ranges_include_both_ends_and_need_a_known_age(age: int | None, expected: UnitId) -> None:
    """A rule for carers of 65 to 80 takes those, and nobody whose age is not told."""
    older = rule(age_of=AgeOf.CARER, age_from=65, age_to=80)
    assert receiver(Situation("0180-sodermalm", age_of_carer=None if age is None else exactly(age)), older) == expected


def test_a_rule_asks_only_about_the_age_it_names() -> None:
    """A split by the age of the person cared for does not look at the carer's."""
    split = rule(age_of=AgeOf.PERSON_CARED_FOR, age_from=65)
    assert receiver(Situation("0180-sodermalm", age_of_carer=exactly(70)), split) == DEFAULT
    both = Situation("0180-sodermalm", age_of_carer=exactly(40), age_of_person_cared_for=exactly(70))
    assert receiver(both, split) == HERE


def test_a_period_begins_on_its_first_day_and_has_ended_on_its_last() -> None:
    """``valid_to`` is the first day on which the rule is no longer in force."""
    dated = rule(valid_from=date(2026, 1, 1), valid_to=date(2026, 7, 1))
    situation = Situation("0180-sodermalm")
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [receiver(situation, dated, on=day) for day in days] == [DEFAULT, HERE, HERE, DEFAULT]


def test_a_rule_must_hold_together() -> None:
    """A reason, a period that runs forwards, ages that do, and the municipality's own area."""
    with pytest.raises(RuleNeedsAReason):
        RoutingRule(id=uuid4(), area="0180", unit_id=HERE, reason_sv=" ")
    with pytest.raises(PeriodEndsBeforeItBegins):
        rule(valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 2))
    with pytest.raises(AgesAreTurnedAround):
        rule(age_from=65, age_to=64)
    with pytest.raises(RuleIsOutsideTheMunicipality):
        RoutingRules("0180", DEFAULT, (rule(area="1480"),))


_groups = st.frozensets(st.sampled_from(sorted(taxonomies().target_groups.terms)))
_ages = st.none() | st.integers(0, 110).map(exactly) | st.sampled_from([band.ages for band in AgeBand])


@given(st.sampled_from(DISTRICTS), _groups, _ages, _ages)
def test_stockholms_seeded_rules_always_name_one_unit_and_why(
    district: str, groups: frozenset[str], carer: KnownAge | None, cared_for: KnownAge | None
) -> None:
    """Whatever the situation: one unit, one sentence; children and addiction go where the city says."""
    proposal = stockholm_rules().propose(Situation(f"0180-{district}", groups, carer, cared_for), TODAY, UNIT.values())
    assert proposal.reason_sv
    assert proposal.rule_id is not None
    if "young-carer" in groups or (carer and carer.is_child):
        assert proposal.unit_id == UNIT["advice-children"]
    elif "addiction" in groups:
        assert proposal.unit_id == UNIT["advice-addiction"]
    else:
        assert proposal.unit_id in {UNIT[f"advice-{each}"] for each in DISTRICTS}


def test_a_carer_of_eighty_in_skarpnack_stays_there_and_one_of_forty_goes_to_farsta() -> None:
    """The split by the carer's age works in the districts that have one."""
    rules = stockholm_rules()
    older = rules.propose(Situation("0180-skarpnack", age_of_carer=exactly(80)), TODAY, UNIT.values())
    younger = rules.propose(Situation("0180-skarpnack", age_of_carer=exactly(40)), TODAY, UNIT.values())
    assert (older.unit_id, younger.unit_id) == (UNIT["advice-skarpnack"], UNIT["advice-farsta"])


@pytest.mark.holds("rule-cuts-a-band")
def test_a_rule_tells_which_age_groups_it_cuts() -> None:
    """67 and over takes some of those who say 65 to 79; a rule by the other person's age cuts none of the carer's.

    Of whom only a band is known that is cut, the rule does not take.
    """
    for first in range(100):
        older = rule(age_of=AgeOf.CARER, age_from=first)
        for band in older.bands_cut:
            assert receiver(Situation("0180-sodermalm", age_of_carer=band.ages), older) == DEFAULT
    assert rule(age_of=AgeOf.CARER, age_from=67).bands_cut == (AgeBand.FROM_65_TO_79,)
    assert rule(age_of=AgeOf.CARER, age_from=65).bands_cut == ()
    assert rule(age_of=AgeOf.PERSON_CARED_FOR, age_from=67).bands_cut == ()


def test_a_child_goes_to_those_who_meet_children_in_every_district() -> None:
    """By the age alone, whether or not somebody ticked the group, and whatever else the situation is about."""
    for district in DISTRICTS:
        for known in (exactly(0), exactly(17), AgeBand.UNDER_18.ages):
            for groups in (frozenset[str](), frozenset({"addiction"})):
                asked = Situation(f"0180-{district}", groups, known)
                assert stockholm_rules().propose(asked, TODAY, UNIT.values()).unit_id == UNIT["advice-children"]


def test_rules_are_edited_one_at_a_time_each_into_the_next_version() -> None:
    """Added last, changed in place, moved within the ends, removed; what was there before is left as it was."""
    first, second, third = rule(), rule(THERE), rule(area="0180")
    rules = RoutingRules("0180", DEFAULT, (first, second))
    added = rules.with_rule(third)
    assert (added.rules, added.version) == ((first, second, third), 2)
    changed = replace(first, unit_id=THERE)
    assert added.with_rule(changed).rules == (changed, second, third)
    assert added.with_rule_moved(third.id, -1).rules == (first, third, second)
    assert added.with_rule_moved(third.id, -9).rules == (third, first, second)
    assert added.with_rule_moved(first.id, 1).rules == (second, first, third)
    assert added.with_rule_moved(third.id, 1).rules == added.rules
    assert added.without(second.id).rules == (first, third)
    assert rules.with_default(THERE) == RoutingRules("0180", THERE, (first, second), 2)
    assert rules.rules == (first, second)


def test_a_rule_that_is_not_there_is_neither_moved_nor_removed() -> None:
    """Answered as for something unknown, also when it is another municipality's."""
    rules, stranger = RoutingRules("0180", DEFAULT, (rule(),)), uuid4()
    with pytest.raises(RulesAreNotYours):
        rules.rule(stranger)
    with pytest.raises(RulesAreNotYours):
        rules.without(stranger)
    with pytest.raises(RulesAreNotYours):
        rules.with_rule_moved(stranger, 1)


@given(st.lists(st.integers(0, 3), max_size=12))
def test_moving_rules_about_loses_none(steps: list[int]) -> None:
    """However they are moved, the same rules are there, and the version tells how often."""
    start = RoutingRules("0180", DEFAULT, tuple(rule() for _ in range(4)))
    rules = start
    for each in steps:
        rules = rules.with_rule_moved(start.rules[each].id, 1 if each % 2 else -1)
    assert {each.id for each in rules.rules} == {each.id for each in start.rules}
    assert (len(rules.rules), rules.version) == (4, 1 + len(steps))
