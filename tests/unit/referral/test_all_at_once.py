"""A form of the referral tells all that is missing in the first round: no mistake is met after another."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from services.referral.domain.draft import ORDER
from services.referral.web import forms
from tests.support.drafts import form_of, load_step

UNIT = "00000000-0000-7000-8000-000000000002"
# a right answer to every question that may be asked; with the answers that lead to the most questions first
RIGHT: dict[str, Any] = {
    "name": "Frans",
    "area": "0180-sodermalm",
    "channels": ["phone", "email", "letter"],
    "phone": "070-1740605",
    "email": "frans@example.se",
    "address": "Storgatan 1",
    "why": "Sover dåligt.",
    "support_wanted": ["respite"],
    "priority": "routine",
    "share": "yes",
    "tell_referrer": "yes",
    "channels_ok": "yes",
    "about_person": "yes",
    "tell": "yes",
    "form": "oral",
    "text_version": "carer-2026-3",
    "representative_name": "Greta",
    "target_groups": ["dementia"],
    "own_statement": "no",
    "unit": "proposed",
    "share_again": "yes",
    "tell_again": "yes",
}
ASKED = {"carer": {"channels": ["phone"]}}
CONSENTED = {**ASKED, "consent": {"about_person": "yes"}, "other-consent": {"tell": "yes"}}
READ_AGAIN = {"proposed_unit": UNIT, "read_for": UNIT, "asked_again": ["carer", "person-cared-for"]}


@pytest.mark.parametrize(
    ("step", "answers", "hidden"),
    [
        *((step, ASKED, {}) for step in ORDER),
        ("situation", CONSENTED, {}),
        ("consent", ASKED, {"given_by": "guardian"}),
        ("other-consent", ASKED, {"given_by": "guardian"}),
        ("receiver", CONSENTED, READ_AGAIN),
    ],
)
def test_everything_that_is_missing_is_told_in_the_first_round(
    step: str, answers: dict[str, Any], hidden: dict[str, Any]
) -> None:
    """The empty form's errors are all that any later round would have told, however it is filled in."""
    values, rounds = dict(hidden), []
    while wrong := told(step, answers, values):
        rounds.append(wrong)
        assert len(rounds) < 10, rounds
        values |= {name: RIGHT[name] for name in wrong}
    # what a way to be reached needs is asked once the way is chosen, and which way it is has to be answered first
    follows = {"phone", "email", "address"} if step == "carer" else set()
    assert set(rounds[0]) == set().union(*rounds) - follows


def told(step: str, answers: dict[str, Any], values: dict[str, Any]) -> dict[str, str]:
    """The errors by field name."""
    try:
        load_step(step, answers, values)
    except ValidationError as error:
        found: dict[str, Any] = forms.problems(error, form_of(step, answers))
        return found
    return {}


def test_a_no_is_told_together_with_what_is_missing() -> None:
    """Not only emptiness: the carer's no, and the question that was left."""
    wrong = told("consent", ASKED, {"share": "no", "channels_ok": "no"})
    assert set(wrong) == {"share", "channels_ok", "tell_referrer", "about_person", "form", "text_version"}
