"""What the API says of units, of routing rules and of who works where."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.directory.domain.routing import AgeOf
from services.directory.domain.unit import UnitKind
from services.directory.web.schemas import EMAIL, Paging, moment
from shared.kernel.actor import Role
from shared.web.pattern import Whole


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
