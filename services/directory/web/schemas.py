"""The shapes that systems send and get (names follow HSDS 3.0 where it has the thing). Unknown members are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.directory.domain.activity import ActivityStatus, Repeats
from services.directory.domain.organization import OrganizationKind
from services.directory.domain.routing import AgeOf
from services.directory.domain.support_service import Attend, ListingStatus, Weekday
from services.directory.domain.unit import UnitKind
from shared.kernel.actor import Role
from shared.web.pattern import Whole

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
LAST = datetime(2100, 1, 1, tzinfo=UTC)
CODE = Whole(r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")
AREA = Whole(r"^[0-9]{4}(-[a-z0-9-]{1,40})?$")
# the outer shape only; the domain has the last word
EMAIL = Whole(r"^([^\s@]+@[^\s@.]+(\.[^\s@.]+)+)?$")
WEB_ADDRESS = Whole(r"^(https?://[^\s<>\"']{1,290})?$")


def _within(moment: datetime) -> None:
    if not FIRST <= moment < LAST:
        raise ValidationError("Not a valid datetime.")


def _day_within(day: date) -> None:
    if not FIRST.date() <= day < LAST.date():
        raise ValidationError("Not a valid date.")


def moment(**more: Any) -> fields.AwareDateTime:
    """A moment with its offset, between 2020 and 2100."""
    return fields.AwareDateTime(default_timezone=UTC, validate=_within, **more)


def text(most: int, least: int = 0, **more: Any) -> fields.String:
    """Text of some length; empty unless required."""
    default: dict[str, Any] = {} if more.get("required") else {"load_default": ""}
    return fields.String(validate=validate.Length(min=least, max=most), **default, **more)


def codes(most: int = 40) -> fields.List[Any]:
    """A list of codes."""
    return fields.List(fields.String(validate=CODE), load_default=list, validate=validate.Length(max=most))


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


class Paging(Schema):
    """Where to go on from, and how many at a time."""

    cursor = fields.String(validate=validate.Length(max=500))
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))


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
    repeats_until = fields.Date(load_default=None, allow_none=True, validate=_day_within)
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


class UnitOut(Schema):
    """A unit as everybody may know it."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(UnitKind, by_value=True, required=True)
    area = fields.String(allow_none=True)
    function_address = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)


class UnitIn(Schema):
    """What an administrator may change of a unit. Name, area, kind and organisation are set when it is registered."""

    function_address = fields.String(required=True, allow_none=True, validate=[validate.Length(max=200), EMAIL])
    phone = fields.String(required=True, allow_none=True, validate=validate.Length(max=40))
    stand_in_unit_id = fields.UUID(required=True, allow_none=True)
    active = fields.Boolean(required=True)


class UnitWhole(UnitOut):
    """A unit as its administrator sees it."""

    stand_in_unit_id = fields.UUID(allow_none=True)
    active = fields.Boolean(required=True)
    address_withheld = fields.Boolean(required=True)


class UnitSearch(Paging):
    """Which units."""

    kind = fields.Enum(UnitKind, by_value=True)


class UnitPageOut(Schema):
    """One page of units."""

    units = fields.List(fields.Nested(UnitOut), required=True)
    next = fields.String()


class RuleOut(Schema):
    """One routing rule. No target groups: all. ``age_of`` any: no matter whose."""

    id = fields.UUID(required=True)
    area = fields.String(required=True)
    target_groups = fields.List(fields.String(), required=True)
    age_of = fields.Enum(AgeOf, by_value=True, required=True)
    age_from = fields.Integer(allow_none=True)
    age_to = fields.Integer(allow_none=True)
    unit_id = fields.UUID(required=True)
    stand_in_unit_id = fields.UUID(allow_none=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(allow_none=True)
    reason_sv = fields.String(required=True)


class RulesOut(Schema):
    """A municipality's rules in order."""

    municipality_code = fields.String(required=True)
    default_unit_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    rules = fields.List(fields.Nested(RuleOut), required=True)


class AssignmentOut(Schema):
    """One of the caller's own assignments."""

    id = fields.UUID(required=True)
    unit_id = fields.UUID(required=True)
    unit_name = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)


class AssignmentIn(Schema):
    """Who gets which role where. ``subject``: the user's id at this installation's identity provider.

    ``valid_from``: now, unless given. ``valid_to``: the moment it ends; until further notice, unless given.
    """

    unit_id = fields.UUID(required=True)
    subject = fields.String(required=True, validate=Whole(r"^[!-~]{1,200}$"))
    role = fields.Enum(Role, by_value=True, required=True)
    valid_from = moment(load_default=None, allow_none=True)
    valid_to = moment(load_default=None, allow_none=True)


class AssignmentGranted(Schema):
    """An assignment that was granted."""

    id = fields.UUID(required=True)
    unit_id = fields.UUID(required=True)
    subject = fields.String(required=True, attribute="user.subject")
    role = fields.Enum(Role, by_value=True, required=True)
    valid_from = fields.AwareDateTime(required=True)
    valid_to = fields.AwareDateTime(allow_none=True)


class AssignmentsOut(Schema):
    """The caller's own assignments that hold now."""

    assignments = fields.List(fields.Nested(AssignmentOut), required=True)


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
