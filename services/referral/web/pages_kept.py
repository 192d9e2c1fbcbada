"""What a draft keeps, step by step as it was typed, as far as pages understand it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Sections = Mapping[str, Mapping[str, Any]]

GIVEN_AT = "given_at"
ORDER = ("carer", "support", "consent", "other-consent", "situation", "receiver")
CONSENTS = ("consent", "other-consent")
# what was typed in one window while the draft changed in another, step by step: kept until its writer decides
UNSAVED = "unsaved"


def understood(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A draft's answers as far as pages understand them: a system may keep another form's answers in a draft."""
    found = {
        step: values
        for step, values in _typed(answers).items()
        if step not in CONSENTS or is_moment(values.get(GIVEN_AT))
    }
    unsaved = answers.get(UNSAVED)
    if isinstance(unsaved, Mapping) and (kept := _typed(unsaved)):
        found[UNSAVED] = kept
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


def without_unsaved(step: str, answers: Sections) -> dict[str, Any]:
    """The answers when a step's writer has decided what to save."""
    left = {name: typed for name, typed in answers.get(UNSAVED, {}).items() if name != step}
    kept = {name: section for name, section in answers.items() if name != UNSAVED}
    return {**kept, UNSAVED: left} if left else kept
