"""Step 3: the two people's consents, each scope a question of its own. What is not answered is neither yes nor no."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, validates_schema

from services.referral.domain.consent.consent import ConsentAnswers, Form, GivenBy
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.consent.texts import READ_OUT_IN
from services.referral.domain.draft import WrittenDraft
from services.referral.domain.people import NAME_LIMIT, Channel
from services.referral.domain.places import name_of
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.refusals import ConsentIsMissing
from services.referral.web import forms
from services.referral.web import words as words
from shared.kernel.identity import UnitId
from shared.kernel.translation import says
from shared.vocabulary.area import is_area_code
from shared.web.fields import LanguageField

SHARE_UNANSWERED = says("Say whether the one who gives support consents.")
TELL_UNANSWERED = says("Say whether the receiving unit may tell you what happened.")
CHANNELS_UNANSWERED = says("Say whether the receiving unit may get in touch that way.")
PERSON_UNANSWERED = says("Say whether the one who receives the support consents.")
FORM_UNANSWERED = says("Choose in what form the consent was given.")
TEXT_UNSAID = says("Say which text the yes was given to, in which language.")
CARER_SCOPES = {
    "share": Scope.SHARE_WITH_RECEIVING_UNIT,
    "tell_referrer": Scope.TELL_REFERRER_WHAT_HAPPENED,
}
PERSON_SCOPES = {
    "tell": Scope.TELL_ABOUT_PERSON_CARED_FOR,
    "contact_carer": Scope.STAFF_MAY_CONTACT_CARER,
    "tell_carer": Scope.STAFF_MAY_TELL_CARER,
}
# beside the answers of a consent lies when they were given
GIVEN_AT = "given_at"
NO_REACHING = says("Go back and change how the carer can be reached, or answer yes.")


def named_from(code: str) -> NamedRecipient | None:
    """Whom a page's text named, from its hidden field: a place's code or a unit's id. Raises ValidationError."""
    if not code:
        return None
    if is_area_code(code):
        return NamedRecipient(area=code, name=name_of(code))
    try:
        return NamedRecipient(unit_id=UnitId(UUID(code)))
    except ValueError:
        raise ValidationError(TEXT_UNSAID) from None


def is_moment(value: object) -> bool:
    """Whether a value is a moment that says its time zone."""
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False


class _ConsentForm(forms.Form):
    """``read_for``: whom the text named when it was read out, as ``named_from`` reads it; else the place."""

    form = forms.code(words.FORMS, missing=FORM_UNANSWERED)
    given_by = forms.code(words.GIVEN_BY, default=GivenBy.SUBJECT)
    representative_name = forms.text(NAME_LIMIT)
    interpreter_present = forms.ticked()
    text_version = forms.text(60, missing=TEXT_UNSAID)
    text_language = LanguageField(READ_OUT_IN)
    read_for = forms.text(80, check=named_from)

    @validates_schema(skip_on_field_errors=False)
    def representative_is_named(self, data: dict[str, Any], **_: Any) -> None:
        """Whoever consents for somebody else is named."""
        if data.get("given_by", GivenBy.SUBJECT) != GivenBy.SUBJECT and data.get("representative_name") == "":
            raise ValidationError({"representative_name": [says("Say who consented for the person.")]})


class CarerConsentForm(_ConsentForm):
    """The carer's own consent. A no to sharing means that nothing is sent.

    ``asks_channels``: whether there are ways to be reached, which the page then asks about.
    """

    share = forms.yes_or_no(SHARE_UNANSWERED)
    tell_referrer = forms.yes_or_no(TELL_UNANSWERED)
    channels_ok = forms.code(words.YES_NO)
    about_person = forms.yes_or_no(says("Say whether anything about the other person is to be told."))

    def __init__(self, *, asks_channels: bool = False) -> None:
        super().__init__()
        self._asks_channels = asks_channels

    @validates_schema(skip_on_field_errors=False)
    def can_be_sent(self, data: dict[str, Any], **_: Any) -> None:
        """Without a yes to sharing, and to being reached, nothing is sent; all that is wrong is told at once."""
        wrong = {}
        if data.get("share") == "no":
            wrong["share"] = [ConsentIsMissing.title]
        if data.get("channels_ok") == "no":
            wrong["channels_ok"] = [NO_REACHING]
        if data.get("channels_ok") == "" and self._asks_channels:
            wrong["channels_ok"] = [CHANNELS_UNANSWERED]
        if wrong:
            raise ValidationError(wrong)


class PersonConsentForm(_ConsentForm):
    """The consent of the person cared for; a no never stops the carer's own referral."""

    form = forms.code(words.FORMS)
    tell = forms.yes_or_no(PERSON_UNANSWERED)
    contact_carer = forms.code(words.YES_NO)
    tell_carer = forms.code(words.YES_NO)

    @validates_schema(skip_on_field_errors=False)
    def a_yes_has_a_form(self, data: dict[str, Any], **_: Any) -> None:
        """A yes was given in some way. A no needs none, and is the one answer that can do without."""
        if data.get("form") == "" and (person_says_yes(data) or data.get("tell") != "no"):
            raise ValidationError({"form": [FORM_UNANSWERED]})


def person_says_yes(values: Mapping[str, Any]) -> bool:
    """Whether the person cared for has said yes to anything at all, which is then a consent."""
    return any(values.get(name) == "yes" for name in PERSON_SCOPES)


def carer_consent(data: dict[str, Any], draft: WrittenDraft, typed: Mapping[str, Any]) -> ConsentAnswers | None:
    """What the loaded form means as a step of a draft; None when it is not said when it was answered.

    The ways to be reached that were read out are those of the carer's step.
    """
    read_out = draft.carer.carer.safe_contact.channels if draft.carer else frozenset()
    agreed = read_out if data["channels_ok"] == "yes" else frozenset()
    return _answers(data, CARER_SCOPES, agreed, typed)


def person_consent(data: dict[str, Any], draft: WrittenDraft, typed: Mapping[str, Any]) -> ConsentAnswers | None:
    """The same of the person cared for. When none of the answers is a yes, there is no consent to keep."""
    return _answers(data, PERSON_SCOPES, frozenset(), typed)


def _answers(
    data: dict[str, Any], scopes: Mapping[str, Scope], channels: frozenset[Channel], typed: Mapping[str, Any]
) -> ConsentAnswers | None:
    if not is_moment(typed.get(GIVEN_AT)):
        return None
    return ConsentAnswers(
        scopes=frozenset(scope for name, scope in scopes.items() if data[name] == "yes"),
        refused=frozenset(scope for name, scope in scopes.items() if data[name] == "no"),
        recipient=named_from(data["read_for"]),
        given_by=GivenBy(data["given_by"]),
        representative_name=data["representative_name"],
        # a no needs no form, and nothing of it is kept
        form=Form(data["form"] or Form.ORAL),
        channels=channels,
        text_version=data["text_version"],
        text_language=data["text_language"],
        interpreter_present=data["interpreter_present"],
        given_at=datetime.fromisoformat(typed[GIVEN_AT]),
    )
