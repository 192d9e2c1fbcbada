"""A draft is parsed once: what is read of it, step by step, is the same however it came to be written."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain.draft import ORDER, WrittenDraft
from services.referral.domain.filled_draft import DraftIsIncomplete
from services.referral.domain.people import Subject
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.refusals import RecipientWasNotNamed
from services.referral.domain.routing import ReceivingUnit
from services.referral.web.draft import parse as parsing
from services.referral.web.draft.answers import with_step, with_unfinished
from services.referral.web.draft.parse import was_answered
from shared.kernel.identity import UnitId, uuid7
from tests.support.drafts import written as parse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
UNIT = UnitId(uuid7())
# several ways to answer each step, right and wrong, among them those that other steps rest on
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "carer": [
        {"name": "Frans", "area": "0180-sodermalm", "channels": ["phone"], "phone": "070-1740605"},
        {"name": "Frans", "area": "0180-kungsholmen", "channels": [], "do_not_reach_out": "true"},
        {"name": "Frans", "area": "0180", "channels": ["phone"], "phone": "070-1740605", "age_band": "under-18"},
        {"name": "", "area": "0180"},
    ],
    "support": [{"why": "Sover dåligt.", "support_wanted": ["respite"], "priority": "urgent"}, {"why": ""}],
    "consent": [
        {
            "share": share,
            "tell_referrer": "no",
            "channels_ok": "yes",
            "about_person": about,
            "form": "oral",
            "text_version": "carer-2026-2",
        }
        for share, about in (("yes", "no"), ("yes", "yes"), ("no", "yes"))
    ],
    "other-consent": [
        {"tell": tell, "form": "oral", "text_version": "person-cared-for-2026-2"} for tell in ("yes", "no")
    ],
    "situation": [
        {"target_groups": ["dementia"], "person_name": "Gun"},
        {"own_statement": "yes", "target_groups": ["young-carer"]},
        {"own_statement": "no"},
    ],
    "receiver": [
        {"unit": "proposed"},
        {"unit": "other", "other_unit": str(UNIT)},
        {
            "unit": "other",
            "other_unit": str(UNIT),
            "read_for": str(UNIT),
            "asked_again": ["carer", "person-cared-for"],
            "share_again": "yes",
            "tell_again": "yes",
            "text_version": "carer-2026-2",
            "person_text_version": "person-cared-for-2026-2",
        },
        {"unit": "?"},
    ],
}
FILLED_IN = st.lists(
    st.sampled_from(ORDER).flatmap(
        lambda step: st.tuples(st.just(step), st.sampled_from(ANSWERS[step]), st.booleans())
    ),
    min_size=1,
    max_size=9,
)


def written(steps: list[tuple[str, dict[str, Any], bool]]) -> list[dict[str, Any]]:
    """A draft after each of these steps; the last of three says that it was left unfinished."""
    drafts: list[dict[str, Any]] = [{}]
    for step, values, leaves in steps:
        kept = with_unfinished(step, drafts[-1], values) if leaves else with_step(step, drafts[-1], values, NOW)
        drafts.append(parsing.without_untold(kept))
    return drafts


@settings(deadline=None, max_examples=200)
@given(FILLED_IN)
def test_what_was_answered_before_is_known_from_what_it_became(
    steps: list[tuple[str, dict[str, Any], bool]],
) -> None:
    """Of any step, whichever was saved in between: without reading the draft of before as well."""
    for before, after in pairwise(written(steps)):
        was, now = parse(before), parse(after)
        assert {step: was_answered(step, before, now) for step in ORDER} == {
            step: step in was.steps and was.is_answered(step) for step in ORDER
        }


@settings(deadline=None, max_examples=200)
@given(FILLED_IN)
def test_saving_a_step_changes_nothing_before_it(steps: list[tuple[str, dict[str, Any], bool]]) -> None:
    """What a step rests on stays as it was: whether it may be filled in is known from the draft that it is saved in."""
    for (step, _, _), (before, after) in zip(steps, pairwise(written(steps)), strict=True):
        was, now = parse(before), parse(after)
        earlier = [each for each in ORDER[: ORDER.index(step)] if each in was.steps]
        assert earlier == [each for each in ORDER[: ORDER.index(step)] if each in now.steps]
        assert [was.is_answered(each) for each in earlier] == [now.is_answered(each) for each in earlier]
        assert was.first_before(step) == now.first_before(step) or step not in was.steps


@pytest.mark.parametrize("about", [0, 1])
def test_each_step_is_read_once(about: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the referral has, in order."""
    whole = written([(each, ANSWERS[each][about if each == "consent" else 0], False) for each in ORDER])[-1]
    read: list[str] = []
    load = parsing.load

    def noted(of: str, draft: WrittenDraft, values: Any) -> dict[str, Any]:
        read.append(of)
        return load(of, draft, values)

    monkeypatch.setattr(parsing, "load", noted)
    draft = parse(whole)
    assert tuple(read) == draft.steps
    assert ("other-consent" in read) is bool(about)


def test_a_draft_is_sent_whole_or_not_at_all() -> None:
    """Whichever step is wanting, and where something typed waits to be decided on."""
    whole = written([(each, ANSWERS[each][1 if each == "consent" else 0], False) for each in ORDER])[-1]
    parse(whole).expect_whole()
    for step in ORDER:
        for other in (
            {each: values for each, values in whole.items() if each != step},
            with_unfinished(step, whole, ANSWERS[step][0]),
        ):
            assert parse(other).next_step == step
            with pytest.raises(DraftIsIncomplete):
                parse(other).expect_whole()


def test_a_new_yes_is_for_the_unit_that_it_was_given_for() -> None:
    """Both were asked anew about one unit; of another, nobody has been."""
    asked = {step: ANSWERS[step][1 if step == "consent" else 0] for step in ORDER} | {
        "receiver": ANSWERS["receiver"][2]
    }
    draft = parse(written([(step, asked[step], False) for step in ORDER])[-1])
    unit, another = (ReceivingUnit(each, "Enhet", "0180", None) for each in (UNIT, UnitId(uuid7())))
    both = (Subject.CARER, Subject.PERSON_CARED_FOR)
    assert draft.not_named_for(unit) == draft.not_named_for(another) == both
    assert not draft.lacks_a_new_yes(unit)
    assert draft.lacks_a_new_yes(another)
    given = draft.consents_to(unit, NOW).items()
    assert {who: said.recipient for who, said in given} == dict.fromkeys(
        both, NamedRecipient(unit_id=UNIT, name="Enhet")
    )
    with pytest.raises(RecipientWasNotNamed) as refused:
        draft.consents_to(another, NOW)
    assert list(refused.value.fields) == ["/consents/carer/recipient", "/consents/person_cared_for/recipient"]
