"""What a draft keeps, step by step as it was typed, as far as pages understand it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from services.referral.views.drafts import ASIDE

Sections = Mapping[str, Mapping[str, Any]]

GIVEN_AT = "given_at"
ORDER = ("carer", "support", "consent", "other-consent", "situation", "receiver")
CONSENTS = ("consent", "other-consent")
# the answers that rest on a field of the first step: what was read out named the recipient, or the ways to be reached
RESTS_ON = {"area": {"share", "tell"}, "channels": {"channels_ok"}}
WHAT_WAS_READ_OUT = frozenset[str]().union(*RESTS_ON.values())


def understood(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A draft's answers as far as pages understand them: a system may keep another form's answers in a draft."""
    found = {
        step: values
        for step, values in _typed(answers).items()
        if step not in CONSENTS or is_moment(values.get(GIVEN_AT))
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


def is_moment(value: object) -> bool:
    """Whether a value is a moment that says its time zone."""
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


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
