"""A draft is one thing, whichever door filled it in: it says, lacks, is routed by and is refused the same."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from services.referral.domain.consent.scopes import Scope
from services.referral.domain.filled_draft import DraftIsIncomplete, FilledDraft, NewYes, ReceiverStep
from services.referral.domain.people import Subject
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.refusals import ConsentDoesNotHold, ConsentIsMissing
from services.referral.domain.routing import ReceivingUnit
from services.referral.web.draft.send_api import draft_from
from services.referral.web.schemas import SendReferralIn
from shared.kernel.identity import UnitId, uuid7
from shared.kernel.refusals import Invalid
from shared.vocabulary.age import AgeBand
from shared.vocabulary.routing import Situation
from tests.support.builders import answers, bodies
from tests.support.cast import FRANS, GUN, NOON, PHONE
from tests.support.drafts import written

SODERMALM = ReceivingUnit(UnitId(uuid7()), "Anhörigstödet", "0180-sodermalm", None)
ELSEWHERE = ReceivingUnit(UnitId(uuid7()), "Bryggan", "0380", None)

READ = {"read_for": "0180-sodermalm", "given_at": NOON.isoformat()}
TYPED: dict[str, dict[str, Any]] = {
    "carer": answers.carer(age_band="45-64"),
    "support": answers.support(support_wanted=["respite"], priority="urgent"),
    "consent": answers.consent(tell_referrer="no", about_person="yes", **READ),
    "other-consent": answers.other_consent(**READ),
    "situation": answers.situation(person_year_of_birth="1940"),
    "receiver": {"unit": "proposed"},
}
SENT: dict[str, Any] = bodies.a_referral(
    carer={"name": FRANS.name, "phone": PHONE, "age_band": "45-64", "safe_contact": {"channels": ["phone"]}},
    need={
        "area": "0180-sodermalm",
        "why": "Sover dåligt.",
        "support_wanted": ["respite"],
        "target_groups": ["dementia"],
    },
    priority="urgent",
    person_cared_for={"name": GUN.name, "year_of_birth": 1940},
    consents={
        "carer": bodies.a_consent(
            "share-with-receiving-unit",
            refused_scopes=["tell-referrer-what-happened"],
            channels=["phone"],
            given_at=NOON.isoformat(),
        ),
        "person_cared_for": bodies.the_persons_consent(given_at=NOON.isoformat()),
    },
)
STEPS = ("carer", "support", "consent", "other_consent", "situation", "receiver")


def by_page(**changes: dict[str, Any]) -> FilledDraft:
    """Typed step by step."""
    return written({step: {**values, **changes.get(step, {})} for step, values in TYPED.items()})


def by_api(change: Callable[[dict[str, Any]], object] = lambda body: None) -> FilledDraft:
    """Sent whole."""
    body = copy.deepcopy(SENT)
    change(body)
    return draft_from(SendReferralIn().load(body))


@pytest.mark.parametrize("step", STEPS)
def test_both_doors_fill_in_the_same(step: str) -> None:
    """Each step, value by value."""
    assert getattr(by_page(), step) == getattr(by_api(), step)
    assert getattr(by_page(), step) is not None


@pytest.mark.parametrize("draft", [by_page(), by_api()], ids=["page", "api"])
def test_what_may_be_sent_is_decided_alike(draft: FilledDraft) -> None:
    """It may be sent, is routed by what was told, and each has said yes to whoever is in the place."""
    draft.check(NOON)
    situation = draft.routed_by(NOON.date())
    assert (situation.area, situation.target_groups) == ("0180-sodermalm", frozenset({"dementia"}))
    assert situation.age_of_carer == AgeBand("45-64").ages
    assert situation.age_of_person_cared_for is not None
    assert draft.not_named_for(SODERMALM) == ()
    assert draft.not_named_for(ELSEWHERE) == (Subject.CARER, Subject.PERSON_CARED_FOR)
    assert {who: said.recipient for who, said in draft.consents_to(SODERMALM, NOON).items()} == dict.fromkeys(
        Subject, NamedRecipient(area="0180-sodermalm", name="Stockholm, Södermalm")
    )


@pytest.mark.parametrize("draft", [by_page(), by_api()], ids=["page", "api"])
def test_whoever_has_not_consented_is_not_routed_by(draft: FilledDraft) -> None:
    """The person's age is left out, and so is their consent."""
    assert draft.other_consent is not None
    silent = replace(draft, other_consent=replace(draft.other_consent, scopes=frozenset()))
    assert silent.routed_by(NOON.date()).age_of_person_cared_for is None
    assert list(silent.consents_to(SODERMALM, NOON)) == [Subject.CARER]
    other = replace(draft.other_consent, scopes=frozenset({Scope.STAFF_MAY_CONTACT_CARER}))
    assert replace(draft, other_consent=other).routed_by(NOON.date()).age_of_person_cared_for is None


WRONG: list[tuple[Callable[[FilledDraft], FilledDraft], list[str]]] = [
    (lambda draft: replace(draft, consent=None), ["/consents/carer/scopes"]),
    (
        lambda draft: replace(draft, other_consent=None),
        ["/person_cared_for/name", "/person_cared_for/year_of_birth"],
    ),
    (
        lambda draft: replace(draft, situation=replace(draft.situation, target_groups=("?",))),  # type: ignore[type-var]
        ["/need/target_groups"],
    ),
    (
        lambda draft: replace(draft, support=replace(draft.support, support_wanted=("?",))),  # type: ignore[type-var]
        ["/need/support_wanted"],
    ),
    (
        lambda draft: replace(draft, consent=replace(draft.consent, text_version="?")),  # type: ignore[type-var]
        ["/consents/carer/text_version"],
    ),
    (
        lambda draft: replace(draft, other_consent=replace(draft.other_consent, text_language="fi")),  # type: ignore[type-var]
        ["/consents/person_cared_for/text_version"],
    ),
    (
        lambda draft: replace(draft, consent=replace(draft.consent, channels=frozenset())),  # type: ignore[type-var]
        ["/consents/carer/channels"],
    ),
]


@pytest.mark.parametrize("draft", [by_page(), by_api()], ids=["page", "api"])
@pytest.mark.parametrize(("spoilt", "pointers"), WRONG)
def test_what_is_wrong_is_said_at_the_same_place(
    draft: FilledDraft, spoilt: Callable[[FilledDraft], FilledDraft], pointers: list[str]
) -> None:
    """Whoever filled it in."""
    with pytest.raises(Invalid) as refused:
        spoilt(draft).check(NOON)
    assert list(refused.value.fields) == pointers


@pytest.mark.parametrize("draft", [by_page(), by_api()], ids=["page", "api"])
@pytest.mark.parametrize("step", [step for step in STEPS if step not in ("consent", "other_consent")])
def test_a_draft_that_lacks_a_step_is_never_sent(draft: FilledDraft, step: str) -> None:
    """Its door asks for that step first; should it not, nothing goes."""
    without: Any = {step: None}
    with pytest.raises(DraftIsIncomplete):
        replace(draft, **without).check(NOON)


def test_without_any_consent_that_is_what_is_said_first() -> None:
    """Whatever else is missing."""
    with pytest.raises(ConsentIsMissing):
        FilledDraft().check(NOON)


def test_the_yes_that_is_kept_was_given_to_a_text_in_force() -> None:
    """Of somebody asked anew it is the last one that is judged, once it is known which unit that was."""
    again = NewYes(unit_id=str(SODERMALM.id), text_version="carer-2026-2", text_language="sv", given_at=NOON)
    draft = by_page(consent={"text_version": "carer-2026-1"})
    assert draft.consent is not None
    with pytest.raises(ConsentDoesNotHold):
        draft.check(NOON)
    asked_anew = replace(draft, receiver=ReceiverStep(again={Subject.CARER: again}))
    asked_anew.check(NOON)
    # the first text named nobody, so that is the yes which stands
    with pytest.raises(ConsentDoesNotHold):
        asked_anew.consents_to(SODERMALM, NOON)


def test_what_routing_goes_by_says_no_name() -> None:
    """Area, groups and ages."""
    assert set(Situation.__dataclass_fields__) == {
        "area",
        "target_groups",
        "age_of_carer",
        "age_of_person_cared_for",
    }
