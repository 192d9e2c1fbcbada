"""What the API says of organisations and what they offer (names follow HSDS 3.0 where it has the thing)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.directory.domain.activity import ActivityStatus, Repeats
from services.directory.domain.organization import OrganizationKind
from services.directory.domain.support_service import Attend, ListingStatus, Weekday
from services.directory.web.schemas import AREA, CODE, EMAIL, WEB_ADDRESS, Paging, codes, day_within, moment, text


class LocationBody(Schema):
    """HSDS Location."""

    name = text(120, 1, required=True)
    address = text(200)
    postal_code = text(10)
    city = text(60)
    area = fields.String(load_default=None, allow_none=True, validate=AREA)
    accessibility = text(500)


class ScheduleBody(Schema):
    """HSDS Schedule: weekly hours, local time."""

    byday = fields.Enum(Weekday, by_value=True, required=True)
    opens_at = fields.Time(required=True, format="%H:%M", metadata={"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
    closes_at = fields.Time(required=True, format="%H:%M", metadata={"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})


class ServiceIn(Schema):
    """A support service's listing."""

    name = text(120, 1, required=True)
    summary = text(200, 1, required=True)
    description = text(4000)
    forms = codes()
    target_groups = codes()
    areas = fields.List(fields.String(validate=AREA), load_default=list, validate=validate.Length(max=100))
    languages = codes()
    eligibility = text(500)
    cost = text(200)
    attend = fields.Enum(Attend, by_value=True, load_default=Attend.DROP_IN)
    email = fields.String(load_default="", validate=[EMAIL, validate.Length(max=200)])
    phone = text(40)
    url = fields.String(load_default="", validate=WEB_ADDRESS)
    digital = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    location = fields.Nested(LocationBody, load_default=None, allow_none=True)
    schedules = fields.List(fields.Nested(ScheduleBody), load_default=list, validate=validate.Length(max=30))
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
    q = fields.String(validate=validate.Length(max=100))


class ServicePage(Schema):
    """One page of support services. ``next``: the cursor of the next page, absent on the last."""

    services = fields.List(fields.Nested(ServiceFound), required=True)
    total = fields.Integer(required=True)
    next = fields.String()


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

    name = text(120, 1, required=True)
    description = text(4000)
    website = fields.String(load_default="", validate=WEB_ADDRESS)
    email = fields.String(load_default="", validate=[EMAIL, validate.Length(max=200)])
    phone = text(40)


class OrganizationPageOut(Schema):
    """One page of organisations."""

    organizations = fields.List(fields.Nested(OrganizationOut), required=True)
    next = fields.String()


class ActivityIn(Schema):
    """A session: its first occurrence, and how it comes again."""

    title = text(120, 1, required=True)
    description = text(2000)
    starts_at = moment(required=True)
    ends_at = moment(required=True)
    repeats = fields.Enum(Repeats, by_value=True, load_default=Repeats.ONCE)
    repeats_until = fields.Date(load_default=None, allow_none=True, validate=day_within)
    place = text(200)
    digital = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    places = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=10_000))
    sign_up = text(300)
    cost = text(200)


class ActivityOut(ActivityIn):
    """An activity."""

    id = fields.UUID(required=True)
    organization_id = fields.UUID(required=True)
    service_id = fields.UUID(required=True)
    status = fields.Enum(ActivityStatus, by_value=True, required=True)
    version = fields.Integer(required=True)


class ActivitiesOut(Schema):
    """A support service's activities that are on, or still to come."""

    activities = fields.List(fields.Nested(ActivityOut), required=True)


class TermOut(Schema):
    """One code of a list."""

    code = fields.String(required=True)
    name_sv = fields.String(required=True)
    name_en = fields.String(required=True)
    basis = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(allow_none=True)


class TermsOut(Schema):
    """The codes that may be chosen today."""

    terms = fields.List(fields.Nested(TermOut), required=True)
