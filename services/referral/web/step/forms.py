"""The forms for what is done with a referral that has been sent."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

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


class WithdrawForm(forms.Form):
    """Which scopes of whose consent."""

    carer = forms.codes(words.SCOPES)
    person_cared_for = forms.codes(words.SCOPES)

    @validates_schema(skip_on_field_errors=True)
    def something_is_withdrawn(self, data: dict[str, Any], **_: Any) -> None:
        """An empty form withdraws nothing."""
        if not data["carer"] and not data["person_cared_for"]:
            raise ValidationError({"carer": [says("Choose what is withdrawn.")]})
