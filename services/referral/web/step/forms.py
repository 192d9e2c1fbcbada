"""The forms for what is done with a referral that has been sent."""

from __future__ import annotations

from services.referral.domain.lifecycle import STEPS, Action
from services.referral.domain.people import TEXT_LIMIT
from services.referral.web import forms
from services.referral.web import words as words
from shared.kernel.translation import says


class ReasonForm(forms.Form):
    """A coded reason, with a comment where the code demands one. The domain knows the codes."""

    reason = forms.text(60, missing=says("Choose a reason."))
    comment = forms.text(TEXT_LIMIT)


class OutcomeForm(forms.Form):
    """How it ended, and what could not be met."""

    reason = forms.text(60, missing=says("Choose how it ended."))
    unmet_needs = forms.codes()
    comment = forms.text(TEXT_LIMIT)


def form_for(action: Action) -> forms.Form | None:
    """The form in which a step is said; None where a button is enough."""
    way = STEPS[action]
    if way.tells_unmet_needs:
        return OutcomeForm()
    return ReasonForm() if way.reasons else None
