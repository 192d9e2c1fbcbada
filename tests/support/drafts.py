"""Drafts as they were typed, asked what they mean: each question as the pages ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.referral.domain.draft import WrittenDraft
from services.referral.web import forms
from services.referral.web.draft import parse

Typed = Mapping[str, Any]


def written(answers: Typed) -> WrittenDraft:
    """The draft, parsed."""
    return parse.parse(WrittenDraft(typed=answers))


def load_step(step: str, answers: Typed, values: Typed) -> dict[str, Any]:
    """What these values mean as a step of the draft. Raises ValidationError, or PersonCaredForHasNotConsented."""
    return parse.load(step, written(answers), values)


def form_of(step: str, answers: Typed) -> forms.Form:
    """The form that the step has in this draft."""
    return parse.form_of(step, written(answers))


def first_incomplete(answers: Typed) -> str:
    """The step to go on with."""
    return written(answers).next_step
