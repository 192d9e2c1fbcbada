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


def parse(draft: WrittenDraft) -> WrittenDraft:
    """What a draft says. Its ``typed`` is as pages understand it (``understood``, ``without_untold``)."""
    meant: dict[str, Any] = {}
    for step in ORDER:
        # each step is read in the light of those before it
        meant[step.replace("-", "_")] = _meaning(step, replace(draft, **meant))
    return replace(draft, **meant)


def was_answered(step: str, typed: Sections, now: WrittenDraft) -> bool:
    """Whether a step was answered in the draft as it was ``typed`` before, of which ``now`` is what it became.

    Of what a step rests on, only who the carer is has to be read for it.
    """
    before = WrittenDraft(typed=typed)
    same = typed.get("carer") == now.typed.get("carer")
    before = replace(before, carer=now.carer if same else _meaning("carer", before))
    return not before.is_typed_aside(step) and _meaning(step, before) is not None


def _meaning(step: str, draft: WrittenDraft) -> Any:
    values = draft.typed.get(step)
    if values is None or step not in draft.steps:
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
    form = form_of(step, draft)
    loaded: dict[str, Any] = form.load({name: value for name, value in values.items() if name != GIVEN_AT})
    return loaded


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
