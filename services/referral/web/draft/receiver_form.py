"""The last step: who receives it, and the new yes where that is somebody else than the text that was read out named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, validates_schema

from services.referral.domain.consent.texts import READ_OUT_IN, text_of
from services.referral.domain.draft import WrittenDraft
from services.referral.domain.filled_draft import NewYes, ReceiverStep
from services.referral.domain.people import Subject
from services.referral.web import forms
from services.referral.web import words as words
from services.referral.web.draft.consent_form import GIVEN_AT, is_moment
from shared.kernel.identity import UnitId
from shared.kernel.translation import says
from shared.web.fields import LanguageField
from shared.web.schema import fields

NEW_YES = {Subject.CARER: "share_again", Subject.PERSON_CARED_FOR: "tell_again"}
TEXTS = {Subject.CARER: "text_version", Subject.PERSON_CARED_FOR: "person_text_version"}
# what belongs to one reading aloud, for one unit
READ_AGAIN = frozenset({"read_for", "asked_again", "text_language", *NEW_YES.values(), *TEXTS.values()})
UNANSWERED = {
    "share_again": says("Say whether the one who gives support consents to this unit."),
    "tell_again": says("Say whether the one who receives the support consents to this unit."),
}
REFUSED = {
    "share_again": says(
        "Without a yes nothing can be sent to that unit. Choose another unit, or throw the draft away."
    ),
    "tell_again": says(
        "Without a yes nothing about the one who receives the support can go to that unit. Choose another unit, or go "
        "back and change that person's answers to no."
    ),
}


class ReceiverForm(forms.Form):
    """The proposed unit, or another that the carer and the referrer prefer.

    ``proposed_unit``: the unit that the page proposed. ``read_for``: the unit for which the page had a text read out
    anew, and ``asked_again`` who was to answer; empty where the first text had named the unit.
    """

    unit = forms.code({"proposed": "", "other": ""}, missing=says("Choose who receives the referral."))
    other_unit = fields.UUID(load_default=None)
    proposed_unit = forms.text(60)
    read_for = forms.text(60)
    asked_again = forms.codes({each.value: "" for each in Subject})
    share_again = forms.code(words.YES_NO)
    tell_again = forms.code(words.YES_NO)
    text_version = forms.text(60)
    person_text_version = forms.text(60)
    text_language = LanguageField(READ_OUT_IN)

    @validates_schema(skip_on_field_errors=False)
    def another_is_named(self, data: dict[str, Any], **_: Any) -> None:
        """Another unit has to be said which."""
        if data.get("unit") == "other" and "other_unit" in data and data["other_unit"] is None:
            raise ValidationError({"other_unit": [says("Choose which unit.")]})

    @validates_schema(skip_on_field_errors=False)
    def a_new_yes_is_given(self, data: dict[str, Any], **_: Any) -> None:
        """Whoever was asked anew about the unit that is chosen has said yes to it."""
        if not data.get("read_for") or data["read_for"] != chosen_in(data):
            return
        wrong = {}
        for subject, name in NEW_YES.items():
            if subject.value in data.get("asked_again", ()) and name in data and data[name] != "yes":
                wrong[name] = [REFUSED[name] if data[name] == "no" else UNANSWERED[name]]
        if wrong:
            raise ValidationError(wrong)


def chosen_in(values: Mapping[str, Any]) -> str:
    """The id of the unit that a form chooses, as typed or as loaded; where nothing is chosen, the proposed one."""
    return str((values.get("other_unit") if values.get("unit") == "other" else values.get("proposed_unit")) or "")


def receiver_step(data: dict[str, Any], draft: WrittenDraft, typed: Mapping[str, Any]) -> ReceiverStep:
    """What the loaded form means as a step of a draft."""
    return ReceiverStep(
        chosen=UnitId(data["other_unit"]) if data["unit"] == "other" else None,
        again={subject: yes for subject in Subject if (yes := _new_yes(subject, data, typed))},
    )


def _new_yes(subject: Subject, data: dict[str, Any], typed: Mapping[str, Any]) -> NewYes | None:
    version, at = data[TEXTS[subject]], typed.get(GIVEN_AT)
    if data[NEW_YES[subject]] != "yes" or text_of(version) is None or not is_moment(at):
        return None
    return NewYes(
        unit_id=data["read_for"],
        text_version=version,
        text_language=data["text_language"],
        given_at=datetime.fromisoformat(str(at)),
    )
