"""What the API says of organisations and what they offer (names follow HSDS 3.0 where it has the thing)."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, validates_schema

from services.directory.domain.activity import ActivityStatus, Repeats
from services.directory.domain.organization import OrganizationKind
from services.directory.domain.support_service import Attend, ListingStatus, Weekday
from services.directory.web.schemas import AREA, CODE, codes, day_within, moment
from shared.vocabulary.hours import Hours
from shared.vocabulary.misread import Misread
from shared.web.api.paging import PageOut, Paging, named_before, next_before
from shared.web.fields import (
    EmailField,
    LanguagesField,
    PostalCodeField,
    PublicPhoneField,
    TimeOfDayField,
    WebAddressField,
)
from shared.web.schema import Schema, fields, validate
from shared.web.text_fields import AtMost, ReadableText


class LocationBody(Schema):
    """HSDS Location, by its name, its street address or both."""

    name = ReadableText(120)
    address = ReadableText(200)
    postal_code = PostalCodeField()
    city = ReadableText(60)
    area = fields.String(load_default=None, allow_none=True, validate=AREA)
    accessibility = ReadableText(500, lines=True)


class ScheduleBody(Schema):
    """HSDS Schedule: weekly hours, local time; closing before opening is the day after, both at 00:00 is all day."""

    byday = fields.Enum(Weekday, by_value=True, required=True)
    opens_at = TimeOfDayField(required=True)
    closes_at = TimeOfDayField(required=True)

    @validates_schema
    def some_time(self, hours: dict[str, Any], **_: Any) -> None:
        """The domain's own rule, told by its field."""
        try:
            Hours(hours["opens_at"], hours["closes_at"])
        except Misread as wrong:
            raise ValidationError(wrong.title, "closes_at") from None


class ServiceIn(Schema):
    """A support service's listing."""

    name = ReadableText(120, required=True)
    summary = ReadableText(200, required=True)
    description = ReadableText(4000, lines=True)
    forms = codes()
    target_groups = codes()
    areas = fields.List(fields.String(validate=AREA), load_default=list, validate=validate.Count(max=100))
    languages = LanguagesField(40)
    eligibility = ReadableText(500, lines=True)
    cost = ReadableText(200)
    attend = fields.Enum(Attend, by_value=True, load_default=Attend.DROP_IN)
    email = EmailField()
    phone = PublicPhoneField()
    url = WebAddressField()
    digital = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    location = fields.Nested(LocationBody, load_default=None, allow_none=True)
    schedules = fields.List(fields.Nested(ScheduleBody), load_default=list, validate=validate.Count(max=30))
    status = fields.Enum(ListingStatus, by_value=True, load_default=ListingStatus.ACTIVE)


class ServiceOut(ServiceIn):
    """A support service."""

    id = fields.UUID(required=True)
    organization_id = fields.UUID(required=True)
    assured_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class ServiceFound(Schema):
    """A support service in a list. ``next_occurrence_at``: when something is on next."""

    id = fields.UUID(required=True)
    organization_id = fields.UUID(required=True)
    organization_name = fields.String(required=True)
    name = fields.String(required=True)
    summary = fields.String(required=True)
    forms = fields.List(fields.String(), required=True)
    target_groups = fields.List(fields.String(), required=True)
    areas = fields.List(fields.String(), required=True)
    languages = fields.List(fields.String(), required=True)
    digital = fields.Boolean(required=True)
    fresh = fields.Boolean(required=True)
    assured_at = fields.AwareDateTime(required=True)
    next_occurrence_at = fields.AwareDateTime(allow_none=True)
    version = fields.Integer(required=True)


class ServiceSearch(Paging):
    """What is looked for; filters add up."""

    target_group = fields.String(validate=CODE)
    form = fields.String(validate=CODE)
    area = fields.String(validate=AREA)
    q = fields.String(validate=AtMost(100))


class ServicePageOut(PageOut):
    """One page of support services, and how many there are in all."""

    items = fields.List(fields.Nested(ServiceFound), required=True)
    total = fields.Integer(required=True)
    services = named_before(items)
    next = next_before()


class OrganizationOut(Schema):
    """HSDS Organization."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(OrganizationKind, by_value=True, required=True)
    municipality_code = fields.String(allow_none=True)
    description = fields.String(required=True)
    website = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True)
    identifier = fields.String(allow_none=True)
    version = fields.Integer(required=True)


class OrganizationIn(Schema):
    """How an organisation presents itself."""

    name = ReadableText(120, required=True)
    description = ReadableText(4000, lines=True)
    website = WebAddressField()
    email = EmailField()
    phone = PublicPhoneField()


class OrganizationPageOut(PageOut):
    """One page of organisations."""

    items = fields.List(fields.Nested(OrganizationOut), required=True)
    organizations = named_before(items)
    next = next_before()


class ActivityIn(Schema):
    """A session: its first occurrence, and how it comes again."""

    title = ReadableText(120, required=True)
    description = ReadableText(2000, lines=True)
    starts_at = moment(required=True)
    ends_at = moment(required=True)
    repeats = fields.Enum(Repeats, by_value=True, load_default=Repeats.ONCE)
    repeats_until = fields.Date(load_default=None, allow_none=True, validate=day_within)
    place = ReadableText(200)
    digital = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    places = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=10_000))
    sign_up = ReadableText(300)
    cost = ReadableText(200)


class ActivityOut(ActivityIn):
    """An activity."""

    id = fields.UUID(required=True)
    organization_id = fields.UUID(required=True)
    service_id = fields.UUID(required=True)
    status = fields.Enum(ActivityStatus, by_value=True, required=True)
    version = fields.Integer(required=True)


class ActivitiesOut(PageOut):
    """A support service's activities that are on, or still to come."""

    items = fields.List(fields.Nested(ActivityOut), required=True)
    activities = named_before(items)


class TermOut(Schema):
    """One code of a list."""

    code = fields.String(required=True)
    name_sv = fields.String(required=True)
    name_en = fields.String(required=True)
    basis = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(allow_none=True)


class TermsOut(PageOut):
    """The codes that may be chosen today."""

    items = fields.List(fields.Nested(TermOut), required=True)
    terms = named_before(items)
