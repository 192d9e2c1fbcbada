"""Drafts as they were typed, asked what they mean: each question as the pages ask it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.referral.commands.send_referral import SendReferral, sending_of
from services.referral.web import forms
from services.referral.web.draft import parse

Typed = Mapping[str, Any]


def load_step(step: str, answers: Typed, values: Typed) -> dict[str, Any]:
    """What these values mean as a step of the draft. Raises ValidationError, or PersonCaredForHasNotConsented."""
    return parse.load(step, parse.parse(answers), values)


def form_of(step: str, answers: Typed) -> forms.Form:
    """The form that the step has in this draft."""
    return parse.form_of(step, parse.parse(answers))


def first_incomplete(answers: Typed) -> str:
    """The step to go on with."""
    return parse.parse(answers).next_step


def command_from(answers: Typed, draft_id: UUID) -> SendReferral:
    """What the whole draft asks for. Raises DraftIsIncomplete."""
    return sending_of(replace(parse.parse(answers), id=draft_id), None, "")
