"""The form on which it is written down that a consent is withdrawn."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from services.referral.web import forms
from services.referral.web import words as words
from shared.kernel.translation import says


class WithdrawForm(forms.Form):
    """Which scopes of whose consent."""

    carer = forms.codes(words.SCOPES)
    person_cared_for = forms.codes(words.SCOPES)

    @validates_schema(skip_on_field_errors=True)
    def something_is_withdrawn(self, data: dict[str, Any], **_: Any) -> None:
        """An empty form withdraws nothing."""
        if not data["carer"] and not data["person_cared_for"]:
            raise ValidationError({"carer": [says("Choose what is withdrawn.")]})
