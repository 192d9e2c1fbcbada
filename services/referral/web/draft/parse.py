"""A draft as it was typed, read by the steps' forms: the one place where what a step means is found out.

A draft keeps each step as typed, and it is read anew in each request, once; so a code that has gone out of force, or a
consent that has been taken back, is seen before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from marshmallow import ValidationError

from services.referral.domain.draft import (
    ABOUT_THE_PERSON,
    ASIDE,
    ORDER,
    STEP_OF,
    Sections,
    WrittenDraft,
    person_has_consented,
    refuse_untold,
)
from services.referral.domain.refusals import PersonCaredForHasNotConsented
from services.referral.web import forms
from services.referral.web.draft.carer_form import CarerForm, carer_step
from services.referral.web.draft.consent_form import (
    GIVEN_AT,
    CarerConsentForm,
    PersonConsentForm,
    carer_consent,
    is_moment,
    person_consent,
)
from services.referral.web.draft.receiver_form import ReceiverForm, receiver_step
from services.referral.web.draft.situation_form import (
    NeedForm,
    OwnStatementForm,
    PersonForm,
    need_step,
    situation_step,
)
from shared.web.fields import today

# the steps that another rests on: it is read anew when one of them has changed
RESTS_ON = {
    "consent": ("carer",),
    "other-consent": ("carer", "consent"),
    "situation": ("carer", "consent", "other-consent"),
}


def parse(typed: Sections, before: WrittenDraft | None = None) -> WrittenDraft:
    """What a draft says. ``typed``: as pages understand it (``understood``, ``without_untold``).

    ``before``: as it was read earlier in the same request; a step that is still the same is not read once more.
    """
    draft = replace(before, typed=typed) if before else WrittenDraft(typed=typed)
    for step in ORDER:
        if before is None or any(typed.get(each) != before.typed.get(each) for each in (step, *RESTS_ON.get(step, ()))):
            meant: dict[str, Any] = {step.replace("-", "_"): _meaning(step, draft) if step in draft.steps else None}
            draft = replace(draft, **meant)
    return draft


def _meaning(step: str, draft: WrittenDraft) -> Any:
    values = draft.typed.get(step)
    if values is None:
        return None
    try:
        return _READS[step](load(step, draft, values), draft, values)
    except (ValidationError, PersonCaredForHasNotConsented):
        return None


_READS: Mapping[str, Callable[[dict[str, Any], WrittenDraft, Mapping[str, Any]], Any]] = {
    "carer": carer_step,
    "support": need_step,
    "consent": carer_consent,
    "other-consent": person_consent,
    "situation": situation_step,
    "receiver": receiver_step,
}


def load(step: str, draft: WrittenDraft, values: Mapping[str, Any]) -> dict[str, Any]:
    """What these values mean as a step of the draft, field by field.

    Raises ValidationError, or PersonCaredForHasNotConsented for fields that may not be told.
    """
    refuse_untold(step, draft.typed, values)
    return forms.load(form_of(step, draft), {name: value for name, value in values.items() if name != GIVEN_AT})


def form_of(step: str, draft: WrittenDraft) -> forms.Form:
    """The form of a step, which for the situation goes by the other person's consent."""
    if step == "situation":
        form = PersonForm if draft.may_tell_of_the_person else OwnStatementForm
        return form(age_of_carer=draft.carer.carer.known_age(today()) if draft.carer else None)
    if step == "consent":
        return CarerConsentForm(asks_channels=bool(draft.typed.get("carer", {}).get("channels")))
    return {
        "carer": CarerForm,
        "support": NeedForm,
        "other-consent": PersonConsentForm,
        "receiver": ReceiverForm,
    }[step]()


def errors(step: str, draft: WrittenDraft, values: forms.Values) -> dict[str, str]:
    """What is wrong with these values as a step of the draft, by field, in the reader's language.

    Raises PersonCaredForHasNotConsented: those fields are in no form, so that a page of its own says it.
    """
    if step == "consent" and values.get("share") == "no":
        # a no is an answer and no mistake: the page says what follows from it, and asks for nothing more
        return {}
    try:
        load(step, draft, values)
    except ValidationError as error:
        return forms.problems(error, form_of(step, draft))
    return {}


def understood(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A draft's answers as far as pages understand them: a system may keep another form's answers in a draft."""
    found = {
        step: values
        for step, values in _typed(answers).items()
        if step not in STEP_OF.values() or is_moment(values.get(GIVEN_AT))
    }
    for aside in ASIDE:
        if isinstance(steps := answers.get(aside), Mapping) and (kept := _typed(steps)):
            found[aside] = kept
    return found


def _typed(steps: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        step: {name: value for name, value in kept.items() if _is_typed(value)}
        for step in ORDER
        if isinstance(kept := steps.get(step), Mapping)
    }


def _is_typed(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def without_untold(answers: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's answers without what may not be told: no page could show a step that holds it, so none could mend it.

    ``answers``: as ``understood`` gives them. What lies beside the steps is held to the same.
    """
    kept = dict(answers)
    if person_has_consented(kept):
        return kept
    if "situation" in kept:
        kept["situation"] = _without_the_person(kept["situation"])
    for aside in ASIDE:
        if "situation" in kept.get(aside, {}):
            kept[aside] = {**kept[aside], "situation": _without_the_person(kept[aside]["situation"])}
    return kept


def _without_the_person(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ABOUT_THE_PERSON}
