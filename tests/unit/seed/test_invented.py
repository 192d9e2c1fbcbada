"""Invented people and stories are the same each time, are nobody's, and would be taken by the real rules."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from types import SimpleNamespace

import phonenumbers
import pytest
from personnummer import personnummer

from demo.seed.directory_rules import CITY_WIDE, stockholm_rules
from demo.seed.ids import UNIT
from demo.seed.people import LISTS, Invention
from demo.seed.situations import SITUATIONS, Invented, Wishes, invent
from demo.seed.stories import Story, stories
from demo.seed.year import stranger_to
from services.referral.adapters.holidays import swedish_calendar
from services.referral.domain.codes import SUPPORT_FORMS, TARGET_GROUPS
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.people import Relation
from shared.vocabulary.routing import Situation

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


def a_year(seed: int = 1) -> list[Story]:
    return stories(random.Random(seed), swedish_calendar(), NOW)


def many(wishes: Wishes, count: int = 300, at: datetime = NOW) -> list[Invented]:
    invention = Invention(random.Random(2))
    return [invent(invention, "0180-sodermalm", at, wishes) for _ in range(count)]


def test_the_same_seed_gives_the_same_year() -> None:
    """A demonstration looks the same on every machine on a day."""
    assert a_year() == a_year()
    assert a_year() != a_year(seed=2)


def test_a_year_is_about_six_hundred_referrals_none_of_them_in_the_future() -> None:
    """The oldest within a year, since a consent lasts that long; each with its steps in order."""
    year = a_year()
    assert 550 <= len(year) <= 650
    for story in year:
        moments = [story.sent_at, *(at for at, _ in story.acts)]
        assert moments == sorted(moments)
        assert moments[-1] < NOW
        assert (NOW - story.sent_at).days < 365


def test_people_work_in_office_hours() -> None:
    """Referrals are sent on working days between eight and four."""
    calendar = swedish_calendar()
    for story in a_year():
        local = story.sent_at.astimezone(calendar.zone)
        assert calendar.works(local.date())
        assert 8 <= local.hour < 16


@pytest.mark.parametrize(
    "ending", [(), ("open",), ("open", "accept"), ("open", "reject"), ("cancel",),
               ("open", "accept", "contact"), ("open", "accept", "contact", "complete"),
               ("open", "accept", "cancel"), ("withdraw",)]
)  # fmt: skip
def test_every_state_that_can_be_reached_is_in_it(ending: tuple[str, ...]) -> None:
    """New, opened, accepted, declined, taken back, contacted, closed, withdrawn."""
    assert ending in {tuple(action for _, action in story.acts if action != "look") for story in a_year()}


def test_every_invented_referral_would_be_taken() -> None:
    """By the very check that the real command makes."""
    for invented in many(Wishes()):
        invented.draft.check(NOW)


@pytest.mark.parametrize("minute", [59, 0, 1])
def test_every_invented_consent_was_to_the_text_of_its_day(minute: int) -> None:
    """Around the Swedish midnight at which the texts changed, when it is still the day before elsewhere."""
    at = datetime(2026, 10, 31, 22 if minute == 59 else 23, minute, tzinfo=UTC)
    for invented in many(Wishes(), at=at):
        invented.draft.check(at)


def test_two_people_of_one_story_have_names_of_their_own() -> None:
    """Else nobody could tell the carer Pekka from the partner Pekka; a child's guardian is another again."""
    named = 0
    for story in [invented.draft for invented in many(Wishes(), 3_000)]:
        carer, _, consent, situation, _ = story.expect_steps()
        first = carer.carer.name.split()[0]
        others = [situation.person.name] if situation.person else []
        others += consent.representative_name.split()[:1]
        assert first not in others
        named += len([each for each in others if each])
    # by chance alone, one in so many would be a namesake
    assert named > 5 * len(LISTS["first"])


def test_without_consent_nothing_is_told_of_the_other_person() -> None:
    """Carer-only referrals are carer-only."""
    for invented in many(Wishes(carer_only=True)):
        _, _, _, situation, _ = invented.draft.expect_steps()
        assert situation.person is None
        assert invented.draft.other_consent is None
        assert bool(situation.target_groups) == situation.own_statement


def test_telling_the_referrer_is_a_choice_of_its_own() -> None:
    """A story may need one or the other."""
    for tells in (True, False):
        for invented in many(Wishes(tell_referrer=tells), 20):
            _, _, consent, _, _ = invented.draft.expect_steps()
            assert (Scope.TELL_REFERRER_WHAT_HAPPENED in consent.scopes) is tells


def test_nobody_real_can_be_reached() -> None:
    """Numbers of the fiction series, addresses at example.se, streets that are none."""
    for invented in many(Wishes()):
        carer = invented.draft.expect_carer().carer
        assert not carer.phone or re.fullmatch(r"\+467017406(0[5-9]|[1-9]\d)", carer.phone)
        assert not carer.phone or phonenumbers.is_possible_number(phonenumbers.parse(carer.phone))
        assert not carer.email or re.fullmatch(r"[a-z]+\.[a-z]+@example\.se", carer.email)
        assert not carer.address or carer.address.split()[0] in LISTS["streets"]


def test_identity_numbers_are_test_numbers_and_used_once() -> None:
    """Official test numbers of the 1890s, and the best known of all: beside no age that they contradict."""
    carers = [invented.draft.expect_carer().carer for invented in many(Wishes())]
    used = [carer.identity_number for carer in carers if carer.identity_number]
    assert used
    assert len(used) == len(set(used))
    for number in LISTS["identity_numbers"]:
        assert personnummer.valid(number)
        assert number == "191212121212" or re.fullmatch(r"1890\d{4}98[01]\d", number)


def test_situations_use_the_products_own_codes() -> None:
    """Every group, form of support and relation exists."""
    groups, forms = {code.slug for code in TARGET_GROUPS}, {code.slug for code in SUPPORT_FORMS}
    for situation in SITUATIONS:
        assert set(situation["groups"]) <= groups
        assert set(situation["support"]) <= forms
        assert all(Relation(each) for each in situation["relations"])


def test_who_tries_to_read_what_is_not_theirs_is_always_a_stranger() -> None:
    """Whichever units receive and stand in, the one who tries is in neither: otherwise nothing would be refused."""
    for receiving in set(UNIT.values()):
        for stand_in in {*UNIT.values(), None}:
            referral = SimpleNamespace(receiving_unit_id=receiving, stand_in_unit_id=stand_in)
            assert UNIT[stranger_to(referral)] not in (receiving, stand_in)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(40))
def test_what_bo_shall_have_in_his_list_comes_to_bo(seed: int) -> None:
    """Whatever chance says of who they are: none of what must be there goes to a unit for the whole city instead."""
    chance = random.Random(seed)
    invention, rules = Invention(chance), stockholm_rules()
    states = set()
    for story in stories(chance, swedish_calendar(), NOW, over_the_year=0):
        if not story.from_alva:
            continue
        need = invent(invention, "0180-sodermalm", story.sent_at, story.wishes).draft.need
        situation = Situation(area=need.area, target_groups=frozenset(need.target_groups))
        assert rules.propose(situation, NOW.date(), UNIT.values()).unit_id == UNIT["advice-sodermalm"]
        states.add(story.acts[-1][1] if story.acts else "")
    assert {"", "open", "accept", "reject", "cancel", "withdraw", "complete"} <= states


def test_situations_for_the_whole_city_are_those_that_the_rules_name() -> None:
    """What is kept out of a district's own list is what goes elsewhere by the rules, no more and no less."""
    assert {group for rule in stockholm_rules().rules for group in rule.target_groups} == CITY_WIDE
