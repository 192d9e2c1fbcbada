"""Step 3: the two people's consents, each scope a question of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import ValidationError, validates_schema

from services.referral.domain.consent import ConsentAnswers, Form, GivenBy, Scope
from services.referral.domain.people import NAME_LIMIT, Channel
from services.referral.domain.refusals import ConsentIsMissing
from services.referral.web import forms
from services.referral.web import pages_words as words
from shared.web.errors import says

SHARE_UNANSWERED = says("Say whether the one who gives support consents.")
TELL_UNANSWERED = says("Say whether the receiving unit may tell you what happened.")
CHANNELS_UNANSWERED = says("Say whether the receiving unit may get in touch that way.")
PERSON_UNANSWERED = says("Say whether the one who receives the support consents.")
CARER_SCOPES = {
    "share": Scope.SHARE_WITH_RECEIVING_UNIT,
    "tell_referrer": Scope.TELL_REFERRER_WHAT_HAPPENED,
}
PERSON_SCOPES = {
    "tell": Scope.TELL_ABOUT_PERSON_CARED_FOR,
    "contact_carer": Scope.STAFF_MAY_CONTACT_CARER,
    "tell_carer": Scope.STAFF_MAY_TELL_CARER,
}
NO_REACHING = says("Go back and change how the carer can be reached, or answer yes.")


class _ConsentForm(forms.Form):
    form = forms.code(words.FORMS, missing=says("Choose in what form the consent was given."))
    given_by = forms.code(words.GIVEN_BY, default=GivenBy.SUBJECT)
    representative_name = forms.text(NAME_LIMIT)
    interpreter_present = forms.ticked()
    text_version = forms.text(60, missing=says("Say which text was read out, in which language."))
    text_language = forms.code({"sv": "", "en": ""}, default="sv")

    @validates_schema(skip_on_field_errors=True)
    def representative_is_named(self, data: dict[str, Any], **_: Any) -> None:
        """Whoever consents for somebody else is named."""
        if data["given_by"] != GivenBy.SUBJECT and not data["representative_name"]:
            raise ValidationError({"representative_name": ["Say who consented for the person."]})


class CarerConsentForm(_ConsentForm):
    """The carer's own consent. A no to sharing means that nothing is sent."""

    share = forms.yes_or_no(SHARE_UNANSWERED)
    tell_referrer = forms.yes_or_no(TELL_UNANSWERED)
    channels_ok = forms.code(words.YES_NO)
    about_person = forms.yes_or_no(says("Say whether anything about the other person is to be told."))

    @validates_schema(skip_on_field_errors=True)
    def can_be_sent(self, data: dict[str, Any], **_: Any) -> None:
        """Without a yes to sharing, and to being reached, there is nothing to send."""
        if data["share"] == "no":
            raise ValidationError({"share": [ConsentIsMissing.title]})
        if data["channels_ok"] == "no":
            raise ValidationError({"channels_ok": [NO_REACHING]})


class PersonConsentForm(_ConsentForm):
    """The consent of the person cared for; a no never stops the carer's own referral."""

    form = forms.code(words.FORMS, default=Form.ORAL)
    tell = forms.yes_or_no(PERSON_UNANSWERED)
    contact_carer = forms.code(words.YES_NO, default="no")
    tell_carer = forms.code(words.YES_NO, default="no")


def carer_answers(data: dict[str, Any], channels: frozenset[Channel], given_at: datetime) -> ConsentAnswers:
    """The carer's answers; ``channels``: those read out to the carer."""
    agreed = channels if data["channels_ok"] == "yes" else frozenset()
    return _answers(data, CARER_SCOPES, agreed, given_at)


def person_answers(data: dict[str, Any], given_at: datetime) -> ConsentAnswers | None:
    """The answers of the person cared for; None when that person said no: a no is not kept as a consent."""
    return _answers(data, PERSON_SCOPES, frozenset(), given_at) if data["tell"] == "yes" else None


def _answers(
    data: dict[str, Any], scopes: dict[str, Scope], channels: frozenset[Channel], given_at: datetime
) -> ConsentAnswers:
    return ConsentAnswers(
        scopes=frozenset(scope for name, scope in scopes.items() if data[name] == "yes"),
        given_by=GivenBy(data["given_by"]),
        representative_name=data["representative_name"],
        form=Form(data["form"]),
        channels=channels,
        text_version=data["text_version"],
        text_language=data["text_language"],
        interpreter_present=data["interpreter_present"],
        given_at=given_at,
    )
