"""All that is wrong with a form is told at once, as far as its fields can be read."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from services.directory.domain.activity import SWEDEN
from services.directory.domain.refusals import (
    ActivityEndsBeforeItBegins,
    LastDayIsMissing,
    PeriodEndsBeforeItBegins,
)
from services.directory.web.forms import ActivityForm, Form, ListingForm, OrganizationForm
from services.directory.web.routing.forms import RuleForm
from services.directory.web.units.forms import NewUnitForm, UnitForm
from shared.vocabulary.email_address import AfterAtIsWrong, MoreThanOneAddress

AN_EVENING = {"title": "Café", "day": "2026-03-31", "begins": "18:00", "ends": "20:00"}
A_RULE = {"area": "0180", "unit_id": "0190b2a0-0000-7000-8000-000000000000", "valid_from": "2026-01-01"}


def wrong(form: Form, **given: Any) -> dict[str, list[str]]:
    """What is said of each field."""
    with pytest.raises(ValidationError) as refused:
        form.load(given)
    return dict(refused.value.normalized_messages())


@pytest.mark.parametrize("form", [ListingForm(), OrganizationForm()])
def test_an_address_is_told_with_a_name_that_is_missing(form: Form) -> None:
    """In the words of the rule that the command asks too."""
    told = wrong(form, email="a@x.se,b@c.se")
    assert told["email"] == [MoreThanOneAddress.title]
    assert "name" in told


@pytest.mark.parametrize("form", [UnitForm(), NewUnitForm()])
def test_a_units_address_is_told_with_a_number_that_is_too_long(form: Form) -> None:
    """On the form for a new unit and for one that is changed."""
    told = wrong(form, function_address="x@[b.se", phone="0" * 41)
    assert told["function_address"] == [AfterAtIsWrong.title]
    assert "phone" in told


def test_an_activitys_times_and_its_last_day_are_told_with_a_title_that_is_missing() -> None:
    """None of it waits for a second round."""
    late = {**AN_EVENING, "ends": "17:00", "repeats": "weekly", "repeats_until": "2026-03-30", "title": ""}
    told = wrong(ActivityForm(), **late)
    assert set(told) == {"title", "ends", "repeats_until"}
    assert told["ends"] == [ActivityEndsBeforeItBegins.title]
    assert told["repeats_until"] == [PeriodEndsBeforeItBegins.title]
    # one that was left empty does not end before it begins
    told = wrong(ActivityForm(), **{**late, "repeats_until": ""})
    assert told["repeats_until"] == [LastDayIsMissing.title]


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"ends": "tio"}, {"ends"}),
        ({"repeats": "weekly"}, {"repeats_until"}),
        ({"repeats": "weekly", "repeats_until": "i vår"}, {"repeats_until"}),
        ({"repeats": "weekly", "repeats_until": "2026-03-30", "day": "i dag"}, {"day"}),
        ({"repeats": "sometimes"}, {"repeats"}),
        ({"ends": "18:00"}, {"ends"}),
    ],
)
def test_nothing_is_said_of_what_cannot_be_told_yet(given: dict[str, str], fields: set[str]) -> None:
    """A field that cannot be read is told as that, once."""
    told = wrong(ActivityForm(), **{**AN_EVENING, **given})
    assert set(told) == fields
    assert all(len(said) == 1 for said in told.values())


def test_an_evening_may_end_after_midnight() -> None:
    """On the next day, by the clock on the wall, also when the clocks change in between."""
    form = ActivityForm().load({**AN_EVENING, "day": "2026-03-28", "begins": "20:00", "ends": "04:00"})
    assert form["ends_at"].isoformat() == "2026-03-29T04:00:00+02:00"
    assert form["ends_at"].tzinfo is SWEDEN


def test_a_rules_ages_are_asked_about_with_a_reason_that_is_missing() -> None:
    """Ages without anybody whose they are; an age that is no number is told as that alone."""
    assert set(wrong(RuleForm(), **A_RULE, age_from="18")) == {"reason_sv", "age_of"}
    assert set(wrong(RuleForm(), **A_RULE, age_of="carer", age_from="arton")) == {"reason_sv", "age_from"}


def test_a_stand_in_that_does_not_belong_is_told_with_a_name_that_is_missing() -> None:
    """Only units that receive have one."""
    told = wrong(NewUnitForm(), kind="referring", stand_in_unit_id=A_RULE["unit_id"])
    assert {"name", "stand_in_unit_id"} <= set(told)
