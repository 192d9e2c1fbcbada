"""The shape of a draft: the steps of the form, each as far as it has been typed. Unknown fields are refused.

A draft holds what was typed, not what it means: half a telephone number may wait there, and what does not hold together
is told when its step is shown. So every field is a text or a list of texts, bounded, and none is required.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from services.referral.domain.draft import ABOUT_THE_PERSON, ASIDE, person_has_consented
from services.referral.domain.people import NAME_LIMIT, TEXT_LIMIT
from services.referral.domain.refusals import PersonCaredForHasNotConsented
from services.referral.web.draft.carer_form import CarerForm
from services.referral.web.draft.consent_form import GIVEN_AT, CarerConsentForm, PersonConsentForm, is_moment
from services.referral.web.draft.receiver_form import ReceiverForm
from services.referral.web.draft.situation_form import NeedForm, OwnStatementForm, PersonForm
from services.referral.web.forms import EMAIL_LIMIT, Form
from services.referral.web.schemas import Strict
from shared.web.schema import fields, validate
from shared.web.schema.words import NOT_A_TIME
from shared.web.text_fields import AtMost

SHORT, MOST_CHOICES = 60, 40
LIMITS = {
    **dict.fromkeys(("name", "representative_name", "person_name"), NAME_LIMIT),
    **dict.fromkeys(("why", "situation"), TEXT_LIMIT),
    "address": 400,
    "contact_note": 500,
    "email": EMAIL_LIMIT,
}


def _moment(value: str) -> None:
    if not is_moment(value):
        raise ValidationError(NOT_A_TIME)


def _typed(name: str, field: fields.Field[Any]) -> fields.Field[Any]:
    if isinstance(field, fields.List):
        return fields.List(fields.String(validate=AtMost(SHORT)), validate=validate.Count(max=MOST_CHOICES))
    return fields.String(validate=AtMost(LIMITS.get(name, SHORT)))


def _step(title: str, *forms: type[Form], **more: fields.Field[Any]) -> fields.Nested:
    typed = {name: _typed(name, field) for form in forms for name, field in form().fields.items()}
    return fields.Nested(Strict.from_dict({**typed, **more}, name=f"{title}In"))


def _steps(title: str, **given: fields.Field[Any]) -> dict[str, fields.Field[Any]]:
    """Every step; ``given``: what a consent that has been answered has besides its form."""
    return {
        "carer": _step(f"{title}Carer", CarerForm),
        "support": _step(f"{title}Support", NeedForm),
        "consent": _step(f"{title}Consent", CarerConsentForm, **given),
        "other-consent": _step(f"{title}OtherConsent", PersonConsentForm, **given),
        "situation": _step(f"{title}Situation", PersonForm, OwnStatementForm),
        "receiver": _step(f"{title}Receiver", ReceiverForm, **_given_again(given)),
    }


def _given_again(given: dict[str, fields.Field[Any]]) -> dict[str, fields.Field[Any]]:
    """When a new yes was given for the receiver; there need not be one."""
    return {GIVEN_AT: fields.String(validate=_moment)} if given else {}


DraftUnsavedIn = Strict.from_dict(_steps("Unsaved"), name="DraftUnsavedIn")
DraftUnfinishedIn = Strict.from_dict(_steps("Unfinished"), name="DraftUnfinishedIn")
# when a consent was given is part of it: without that moment the step has not been answered
DraftStepsIn = Strict.from_dict(
    _steps("Draft", **{GIVEN_AT: fields.String(required=True, validate=_moment)}), name="DraftStepsIn"
)


class DraftAnswersIn(DraftStepsIn):  # type: ignore[misc,valid-type]  # a class made of the steps: no static type
    """The steps as typed.

    ``unsaved``: what was typed in another window while the draft changed, step by step. ``unfinished``: what was typed
    on a step that its writer left without saving it as an answer.
    """

    unsaved = fields.Nested(DraftUnsavedIn)
    unfinished = fields.Nested(DraftUnfinishedIn)


class DraftIn(Strict):
    """A form's answers so far."""

    answers = fields.Nested(DraftAnswersIn, required=True)


def check_graded(answers: Mapping[str, Any]) -> None:
    """Raise PersonCaredForHasNotConsented, naming the fields, when a draft tells of somebody who has not consented."""
    for at, steps in (("", answers), *((f"/{aside}", answers.get(aside, {})) for aside in ASIDE)):
        told = [name for name in ABOUT_THE_PERSON if steps.get("situation", {}).get(name)]
        if told and not person_has_consented(answers):
            title = PersonCaredForHasNotConsented.title
            raise PersonCaredForHasNotConsented(fields={f"/answers{at}/situation/{name}": title for name in told})
