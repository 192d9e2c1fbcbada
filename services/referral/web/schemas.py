"""The shape of what systems send and get: nothing but shape, and unknown fields are refused."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from marshmallow import RAISE, ValidationError, validates_schema

from services.referral.domain.clocks import Priority
from services.referral.domain.codes import LISTS
from services.referral.domain.consent.consent import Form, GivenBy
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.people import NAME_LIMIT, TEXT_LIMIT, Channel, Relation, TakesInBest
from services.referral.web.forms import EMAIL_LIMIT, SEVERAL_LINES
from shared.kernel.translation import says
from shared.vocabulary.age import AgeBand
from shared.vocabulary.area import AREA_PATTERN
from shared.web.fields import (
    EmailField,
    IdentityNumberField,
    LanguageField,
    PhoneField,
    TimeOfDayField,
    YearOfBirthField,
)
from shared.web.schema import Schema, fields, validate
from shared.web.schema.validate import Whole
from shared.web.text_fields import ReadableText

AREA = Whole(f"^{AREA_PATTERN}$")


class Strict(Schema):
    """Refuses what it does not know."""

    class Meta:
        unknown = RAISE


def text(limit: int = TEXT_LIMIT, **more: Any) -> ReadableText:
    """A text, empty when left out; one that may be long may have several lines."""
    return ReadableText(limit, lines=limit >= SEVERAL_LINES, **more)


def code(values: type[Enum] | Iterable[str], **more: Any) -> fields.String:
    """One code of a list."""
    return fields.String(validate=validate.OneOf([_slug(each) for each in values]), **more)


def several(values: type[Enum] | Iterable[str], **more: Any) -> fields.List[Any]:
    """Several codes of a list."""
    if not more.get("required"):
        more.setdefault("load_default", list)
    choices = [_slug(each) for each in values]
    return fields.List(
        fields.String(validate=validate.OneOf(choices)), validate=validate.Count(max=len(choices)), **more
    )


def _slug(value: Enum | str) -> str:
    return str(value.value) if isinstance(value, Enum) else value


def slugs(name: str) -> list[str]:
    """The codes of one of the domain's lists, of whatever day."""
    return [each.slug for each in LISTS[name]]


class SafeContactIn(Strict):
    """How it is safe to reach the carer."""

    channels = several(Channel)
    hours_from = TimeOfDayField()
    hours_to = TimeOfDayField()
    no_voicemail = fields.Boolean(load_default=False)
    no_letter = fields.Boolean(load_default=False)
    do_not_reach_out = fields.Boolean(load_default=False)
    note = text(500)


class CarerIn(Strict):
    """The carer."""

    name = text(NAME_LIMIT, required=True)
    phone = PhoneField()
    email = EmailField(EMAIL_LIMIT)
    address = text(400)
    identity_number = IdentityNumberField()
    year_of_birth = YearOfBirthField(strict=True)
    age_band = code(AgeBand, load_default=None, allow_none=True)
    language = LanguageField()
    interpreter = fields.Boolean(load_default=False)
    safe_contact = fields.Nested(SafeContactIn, required=True)
    protected_identity = fields.Boolean(load_default=False)
    same_household = fields.Boolean(load_default=None, allow_none=True)
    alone_with_it = fields.Boolean(load_default=None, allow_none=True)
    takes_in_best = several(TakesInBest)


class NeedIn(Strict):
    """Why, and what is wanted. ``own_statement``: the target groups are the carer's own words, told by their choice."""

    area = fields.String(required=True, validate=AREA)
    why = text()
    target_groups = several(slugs("target-groups"))
    own_statement = fields.Boolean(load_default=False)
    support_wanted = several(slugs("support-forms"))


class PersonCaredForIn(Strict):
    """The person cared for: accepted only with that person's consent."""

    relation = code(Relation, load_default=None, allow_none=True)
    name = text(NAME_LIMIT)
    year_of_birth = YearOfBirthField(strict=True)
    situation = text()


class RecipientIn(Strict):
    """Whom the text named when it was read out: the carer support in a place (``area``), or one unit (``unit_id``)."""

    area = fields.String(load_default=None, allow_none=True, validate=AREA)
    unit_id = fields.UUID(load_default=None, allow_none=True)

    @validates_schema
    def is_one_of_the_two(self, data: dict[str, Any], **_: Any) -> None:
        """A text names one recipient, by place or by unit."""
        if (data["area"] is None) == (data["unit_id"] is None):
            raise ValidationError(says("Say either the place or the unit that was named."))


class ConsentIn(Strict):
    """One person's consent, as it was given.

    ``scopes`` were answered yes to, ``refused_scopes`` no; what is in neither was not answered. ``recipient``: whom the
    text named when it was read out; left out, it named the carer support where the carer lives. ``covers_stand_in``:
    the text said who stands in for the recipient, and the yes was to that unit too; left out, it was not.
    """

    scopes = several(Scope, required=True)
    refused_scopes = several(Scope)
    recipient = fields.Nested(RecipientIn, load_default=None, allow_none=True)
    given_by = code(GivenBy, load_default=GivenBy.SUBJECT.value)
    representative_name = text(NAME_LIMIT)
    form = code(Form, required=True)
    channels = several(Channel)
    covers_stand_in = fields.Boolean(load_default=False)
    text_version = text(60, required=True)
    text_language = LanguageField()
    interpreter_present = fields.Boolean(load_default=False)
    given_at = fields.AwareDateTime(load_default=None, allow_none=True)
    expires_at = fields.AwareDateTime(load_default=None, allow_none=True)


class ConsentsIn(Strict):
    """The two people's consents; without the carer's nothing is sent."""

    carer = fields.Nested(ConsentIn, load_default=None, allow_none=True)
    person_cared_for = fields.Nested(ConsentIn, load_default=None, allow_none=True)


class SendReferralIn(Strict):
    """A referral to be sent."""

    carer = fields.Nested(CarerIn, required=True)
    need = fields.Nested(NeedIn, required=True)
    priority = code(Priority, load_default=Priority.ROUTINE.value)
    consents = fields.Nested(ConsentsIn, required=True)
    person_cared_for = fields.Nested(PersonCaredForIn, load_default=None, allow_none=True)
    receiving_unit_id = fields.UUID(load_default=None, allow_none=True)
    draft_id = fields.UUID(load_default=None, allow_none=True)


class TextsQuery(Strict):
    """Whom the texts are to name: the carer support in a place, or one unit."""

    area = fields.String(load_default=None, validate=AREA)
    receiving_unit_id = fields.UUID(load_default=None)


class RouteQuery(Strict):
    """What routing goes by. No name, no number: nobody is identified here."""

    area = fields.String(required=True, validate=AREA)
    target_group = fields.Repeated(fields.String(validate=validate.OneOf(slugs("target-groups"))), load_default=list)
    age_band = code(AgeBand, load_default=None)
    year_of_birth = YearOfBirthField()
