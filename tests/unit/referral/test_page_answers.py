"""What a draft's answers mean: which steps are left, what rests on what, and the command they become."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.referral.domain.consent.scopes import Scope
from services.referral.domain.draft import ORDER, is_protected
from services.referral.domain.people import Channel, Subject
from services.referral.domain.refusals import PersonCaredForHasNotConsented
from services.referral.domain.routing import ReceivingUnit
from services.referral.web.draft.answers import as_read_out, with_step, with_unsaved
from services.referral.web.draft.parse import understood
from shared.kernel.identity import UnitId
from tests.support.builders import answers
from tests.support.drafts import first_incomplete, load_step, written

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
UNIT = ReceivingUnit(UnitId(uuid4()), "Anhörigstödet", "0180-sodermalm", None)
CARER = answers.carer(name="Frans")
WHY = answers.support(support_wanted=["respite"], priority="urgent")
CONSENT = answers.consent(tell_referrer="no")
OTHER_CONSENT = answers.other_consent(form="written")
GUN = answers.situation(person_name="Gun", situation="Glömmer spisen.")


def answered(*steps: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A draft in which these steps have been answered, in order."""
    answers: dict[str, Any] = {}
    for step, values in steps:
        answers = with_step(step, answers, values, NOW)
    return answers


def about_both() -> dict[str, Any]:
    """A whole draft about two people who have both consented."""
    asked = {**CONSENT, "about_person": "yes"}
    return answered(
        ("carer", CARER),
        ("support", WHY),
        ("consent", asked),
        ("other-consent", OTHER_CONSENT),
        ("situation", GUN),
        ("receiver", {"unit": "proposed"}),
    )


def test_a_whole_draft_says_all_that_is_sent() -> None:
    """Both consents with the time they were given, the person cared for, and the number as the world writes it."""
    draft = written(about_both())
    carer, _, consent, situation, receiver = draft.expect_whole()
    assert carer.carer.phone == "+46701740605"
    assert consent.scopes == {Scope.SHARE_WITH_RECEIVING_UNIT}
    assert consent.channels == {Channel.PHONE}
    assert consent.given_at == NOW
    assert draft.other_consent is not None
    assert draft.other_consent.scopes == {Scope.TELL_ABOUT_PERSON_CARED_FOR}
    assert situation.person is not None
    assert situation.person.name == "Gun"
    assert receiver.chosen is None


def test_one_step_is_asked_for_after_another() -> None:
    """The first that is missing or no longer right; the other person's consent only when it is needed."""
    answers: dict[str, Any] = {}
    seen = []
    whole = about_both()
    while (step := first_incomplete(answers)) != "check":
        seen.append(step)
        answers = {**answers, step: whole[step]}
    assert seen == list(ORDER)
    assert first_incomplete({"carer": CARER, "support": {}}) == "support"


def test_fields_about_the_other_person_are_refused_by_name_without_consent() -> None:
    """The server refuses what the page never showed, and says which fields."""
    answers = answered(("carer", CARER), ("support", WHY), ("consent", CONSENT))
    with pytest.raises(PersonCaredForHasNotConsented) as refused:
        load_step("situation", answers, GUN)
    assert set(refused.value.fields) == {"/person_cared_for/name", "/person_cared_for/situation"}


def test_taking_back_the_other_persons_yes_removes_what_was_told() -> None:
    """Gun's part goes from the draft with her consent, and nothing of it can be sent."""
    answers = with_step("other-consent", about_both(), {**OTHER_CONSENT, "tell": "no"}, NOW)
    assert "situation" not in answers
    assert first_incomplete(answers) == "situation"
    answers = with_step("situation", answers, {"own_statement": "no"}, NOW)
    answers = with_step("receiver", answers, {"unit": "proposed"}, NOW)
    draft = written(answers)
    _, _, _, situation, _ = draft.expect_whole()
    assert situation.person is None
    assert Subject.PERSON_CARED_FOR not in draft.consents_to(UNIT, NOW)


def test_another_way_to_be_reached_has_to_be_consented_to_anew() -> None:
    """Changing the channels asks only that question again."""
    answers = with_step("carer", about_both(), {**CARER, "channels": ["sms"]}, NOW)
    assert first_incomplete(answers) == "consent"
    assert answers["consent"]["share"] == "yes"
    assert "channels_ok" not in answers["consent"]


def test_another_place_is_another_recipient_to_consent_to() -> None:
    """The texts that were read out named the carer support of one place: both people are asked again, and no more."""
    answers = with_step("carer", about_both(), {**CARER, "area": "0180-kungsholmen"}, NOW)
    assert first_incomplete(answers) == "consent"
    assert "share" not in answers["consent"]
    assert answers["consent"]["channels_ok"] == "yes"
    assert "tell" not in answers["other-consent"]
    assert with_step("carer", about_both(), {**CARER, "name": "Frans P"}, NOW)["consent"]["share"] == "yes"


def test_a_yes_from_an_older_window_is_asked_for_again() -> None:
    """Consents that were typed while the draft changed in another window: all is kept but the answers to what was read
    out there, for its recipient or the ways to be reached may be others now."""
    asked = {**CONSENT, "about_person": "yes"}
    answers = with_unsaved("consent", about_both(), asked)
    answers = with_unsaved("other-consent", answers, {**OTHER_CONSENT, "contact_carer": "yes"})
    kept = answers["unsaved"]
    assert kept["consent"] == {name: value for name, value in asked.items() if name not in ("share", "channels_ok")}
    assert kept["other-consent"] == {
        "form": "written",
        "text_version": "person-cared-for-2026-2",
        "contact_carer": "yes",
    }
    assert first_incomplete(answers) == "consent"
    with pytest.raises(ValidationError):
        load_step("consent", answers, kept["consent"])


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({"area": "0180-kungsholmen"}, {"share", "tell"}),
        ({"channels": ["sms"]}, {"channels_ok"}),
        ({"name": "F"}, set()),
    ],
)
def test_what_rests_on_the_carers_step_is_asked_again_wherever_it_waits(
    change: dict[str, Any], again: set[str]
) -> None:
    """Saved, and typed in another window but not yet decided on."""
    consents = {"consent": {**CONSENT, "about_person": "yes"}, "other-consent": OTHER_CONSENT}
    before = {**about_both(), "unsaved": consents}
    after = with_step("carer", before, {**CARER, **change}, NOW)
    for kept in (after, after["unsaved"]):
        gone = {name for step in consents for name in consents[step] if name not in kept[step]}
        assert gone == again


def test_a_yes_to_an_older_text_is_not_shown_as_one_to_todays() -> None:
    """The page that shows it would otherwise save it, with one click, as an answer to the text that it now reads."""
    consent, other = ({**each, "text_version": each["text_version"][:-1] + "1"} for each in (CONSENT, OTHER_CONSENT))
    today, last_month = NOW.date(), date(2026, 10, 31)
    assert as_read_out("consent", CONSENT, today) == CONSENT
    assert as_read_out("consent", consent, last_month) == consent
    assert not {"share", "channels_ok"} & as_read_out("consent", consent, today).keys()
    assert as_read_out("other-consent", other, today) == {name: other[name] for name in other if name != "tell"}
    assert as_read_out("carer", CARER, today) == CARER


@pytest.mark.parametrize("ticked", [("carer",), ("unsaved",), ("carer", "unsaved")])
def test_a_protected_identity_is_seen_wherever_it_was_ticked(ticked: tuple[str, ...]) -> None:
    """In what is saved, or in a window whose answers still wait to be decided on."""
    hidden = {**CARER, "protected_identity": "true"}
    carer = {each: hidden if each in ticked else CARER for each in ("carer", "unsaved")}
    assert is_protected({"carer": carer["carer"], "unsaved": {"carer": carer["unsaved"]}})
    assert not is_protected({"carer": CARER, "unsaved": {"carer": CARER}})
    assert not is_protected({"carer": CARER, "unsaved": "?"})


def test_nobody_has_to_be_reached() -> None:
    """A carer who makes contact themself needs no channel, and is not asked to consent to one."""
    silent = {"name": "Frans", "area": "0180", "channels": [], "do_not_reach_out": "true"}
    consent = {name: value for name, value in CONSENT.items() if name != "channels_ok"}
    answers = answered(
        ("carer", silent),
        ("support", WHY),
        ("consent", consent),
        ("situation", {"own_statement": "no"}),
        ("receiver", {"unit": "proposed"}),
    )
    assert first_incomplete(answers) == "check"
    carer, _, consent, _, _ = written(answers).expect_whole()
    assert carer.carer.safe_contact.do_not_reach_out
    assert consent.channels == frozenset()


@pytest.mark.parametrize(
    ("step", "values", "field"),
    [
        ("carer", {**CARER, "phone": "hej"}, "phone"),
        ("carer", {**CARER, "identity_number": "191212121213"}, "identity_number"),
        ("carer", {**CARER, "identity_number": "19121212-1212", "age_band": "under-18"}, "identity_number"),
        ("carer", {**CARER, "identity_number": "19121212-1212", "year_of_birth": "1913"}, "identity_number"),
        ("carer", {**CARER, "age_band": "under-18", "year_of_birth": "1950"}, "year_of_birth"),
        ("carer", {**CARER, "year_of_birth": "50"}, "year_of_birth"),
        ("carer", {**CARER, "phone": "650 12 34"}, "phone"),
        ("carer", {**CARER, "phone": "076-123 45 6"}, "phone"),
        ("carer", {**CARER, "hours_from": "08:00+02:00", "hours_to": "17:00"}, "hours_from"),
        ("carer", {**CARER, "hours_to": "08:00"}, "hours_from"),
        ("carer", {**CARER, "identity_number": "20850709-9805"}, "identity_number"),
        ("carer", {**CARER, "channels": ["pigeon"]}, "channels"),
        ("carer", {**CARER, "hours_from": "08:00"}, "hours_to"),
        ("carer", {**CARER, "no_letter": "true", "channels": ["letter"], "address": "Gatan 1"}, "no_letter"),
        ("carer", {**CARER, "surprise": "x"}, "surprise"),
        ("support", {**WHY, "support_wanted": []}, "support_wanted"),
        ("support", {**WHY, "priority": "now"}, "priority"),
        ("support", {**WHY, "why": "x" * 4001}, "why"),
        ("consent", {**CONSENT, "share": "no"}, "share"),
        ("consent", {**CONSENT, "channels_ok": "no"}, "channels_ok"),
        ("consent", {**CONSENT, "given_by": "god-man"}, "representative_name"),
        ("situation", {"own_statement": "no", "target_groups": ["dementia"]}, "target_groups"),
        ("receiver", {"unit": "other"}, "other_unit"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(step: str, values: dict[str, Any], field: str) -> None:
    """Each of these is refused, and the field is named."""
    answers = answered(("carer", CARER), ("support", WHY), ("consent", CONSENT))
    with pytest.raises(ValidationError) as refused:
        load_step(step, answers, values)
    assert isinstance(refused.value.messages, dict)
    assert field in refused.value.messages


def test_all_that_is_wrong_is_told_at_once() -> None:
    """A missing name does not hide that no way to be reached was given."""
    with pytest.raises(ValidationError) as refused:
        load_step("carer", {}, {"area": "0180", "channels": []})
    assert isinstance(refused.value.messages, dict)
    assert set(refused.value.messages) == {"name", "channels"}


@pytest.mark.parametrize("step", ORDER)
def test_when_something_was_answered_is_no_field_of_a_form(step: str) -> None:
    """A form that says it, which none of ours does, dates no yes: that is when the answer came, or nothing."""
    values = {"unit": "proposed", "share_again": "yes", "given_at": "2025-12-24T15:00:00+00:00"}
    asked = step in ("consent", "other-consent")
    assert with_step(step, {}, values, NOW)[step].get("given_at") == (NOW.isoformat() if asked else None)
    again = {**values, "proposed_unit": str(UNIT.id), "read_for": str(UNIT.id), "asked_again": ["carer"]}
    assert with_step("receiver", {}, again, NOW)["receiver"]["given_at"] == NOW.isoformat()


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*ORDER, "else"]), ANY_JSON))
def test_any_draft_can_be_read(kept: dict[str, Any]) -> None:
    """Whatever a system has kept in a draft, the pages find a step to go on with."""
    assert first_incomplete(understood(kept)) in (*ORDER, "check")
