"""What a draft keeps, step by step as it was typed: what a saved step changes in it, and what is asked again then."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date, datetime
from typing import Any

from services.referral.domain.consent.texts import consent_text
from services.referral.domain.draft import (
    ASIDE,
    STEP_OF,
    UNFINISHED,
    UNSAVED,
    Sections,
    WrittenDraft,
    person_has_consented,
)
from services.referral.web.draft.consent_form import GIVEN_AT
from services.referral.web.draft.parse import form_of
from services.referral.web.draft.receiver_form import READ_AGAIN, chosen_in

CONSENTS = frozenset(STEP_OF.values())
# the answers that rest on a field of the first step: what was read out named the recipient, or the ways to be reached
RESTS_ON = {"area": {"share", "tell"}, "channels": {"channels_ok"}}
WHAT_WAS_READ_OUT = frozenset[str]().union(*RESTS_ON.values())


def without_aside(step: str, answers: Sections) -> dict[str, Any]:
    """The answers when a step's writer has decided what to save: nothing typed lies beside that step any more."""
    kept: dict[str, Any] = {name: section for name, section in answers.items() if name not in ASIDE}
    for aside in ASIDE:
        if left := {name: typed for name, typed in answers.get(aside, {}).items() if name != step}:
            kept[aside] = left
    return kept


def asked_again(answers: Sections, names: Container[str]) -> dict[str, Any]:
    """The answers without what these people have to be asked once more, whether saved or typed beside that."""
    kept: dict[str, Any] = {step: unasked(step, values, names) for step, values in answers.items() if step not in ASIDE}
    for aside in ASIDE:
        if aside in answers:
            kept[aside] = {step: unasked(step, typed, names) for step, typed in answers[aside].items()}
    return kept


def unasked(step: str, values: Mapping[str, Any], names: Container[str]) -> dict[str, Any]:
    """A step without these answers to what was read out."""
    return {name: value for name, value in values.items() if step not in CONSENTS or name not in names}


def with_step(step: str, answers: Sections, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The answers with a step filled in; what rested on something that has changed is asked again."""
    before, after = answers.get(step, {}), dict(values)
    # no form of ours says when it was answered, and whoever sends one that does dates nothing by it
    after.pop(GIVEN_AT, None)
    if step == "receiver" and after.get("read_for") != chosen_in(after):
        # what was read out there was about another unit than the one that is chosen now
        after = {name: value for name, value in after.items() if name not in READ_AGAIN}
    if step in CONSENTS or after.get("asked_again"):
        after[GIVEN_AT] = now.isoformat()
    kept = without_aside(step, {**answers, step: after})
    if step == "carer":
        moved = [names for field, names in RESTS_ON.items() if before.get(field) != after.get(field)]
        kept = asked_again(kept, frozenset[str]().union(*moved))
    if person_has_consented(answers) != person_has_consented(kept):
        kept.pop("situation", None)
        kept = without_aside("situation", kept)
    if step in ("carer", "situation"):
        kept.pop("receiver", None)
    if step == "consent" and after.get("about_person") != "yes":
        kept.pop("other-consent", None)
    return kept


def with_unsaved(step: str, answers: Sections, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are, and beside them what was typed for a step from an older version of the draft.

    Nor is a yes to what was read out in that window kept: the recipient and the ways to be reached may be others now.
    """
    return _beside(UNSAVED, step, answers, unasked(step, values, WHAT_WAS_READ_OUT))


def with_unfinished(step: str, answers: Sections, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are, and beside them what was typed on a step that its writer leaves without saving it.

    It answers nothing: nothing that rests on the step is asked again, and nothing is sent, until it is saved there.
    """
    return _beside(UNFINISHED, step, answers, values)


def _beside(aside: str, step: str, answers: Sections, values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that the step no longer has are not kept: the other person may have taken back their consent meanwhile."""
    known = form_of(step, WrittenDraft(typed=answers)).fields
    typed = {name: value for name, value in values.items() if name in known}
    return {**answers, aside: {**answers.get(aside, {}), step: typed}}


def as_read_out(step: str, values: Mapping[str, Any], day: date) -> dict[str, Any]:
    """A step to be shown, and perhaps saved, again: an answer to another text than the day's is no answer to it."""
    about = next((subject for subject, its in STEP_OF.items() if its == step), None)
    if about is None or values.get("text_version") == consent_text(about, day).version:
        return dict(values)
    return unasked(step, values, WHAT_WAS_READ_OUT)
