"""What the API says of units and of who works where."""

from __future__ import annotations

from marshmallow import missing

from services.directory.domain.unit import UnitKind
from services.directory.web.schemas import AREA, moment
from services.directory.web.schemas_units import UnitOut
from services.directory.web.units.forms import NewUnitForm
from shared.kernel.actor import Role
from shared.web.api.paging import PageOut, named_before
from shared.web.fields import EmailField, PublicPhoneField
from shared.web.schema import Schema, fields
from shared.web.schema.validate import Whole
from shared.web.text_fields import AtMost, ReadableText


class UnitIn(Schema):
    """What an administrator may change of a unit. Area, kind and organisation are set when it is registered.

    ``name`` and ``address_withheld`` stay as they are when they are left out.
    """

    name = ReadableText(120, load_default=missing, validate=[AtMost(120, 1)])
    function_address = EmailField(required=True, allow_none=True)
    phone = PublicPhoneField(required=True, allow_none=True)
    stand_in_unit_id = fields.UUID(required=True, allow_none=True)
    active = fields.Boolean(required=True)
    address_withheld = fields.Boolean(truthy={True}, falsy={False})


class NewUnitIn(Schema):
    """A unit to be registered. Who receives carers needs a function address and a telephone, and may have a stand-in.

    ``area``: the municipality or district that it works in.
    """

    name = ReadableText(120, required=True)
    kind = fields.Enum(UnitKind, by_value=True, required=True)
    organization_id = fields.UUID(required=True)
    area = fields.String(required=True, validate=AREA)
    function_address = EmailField(load_default=None, allow_none=True)
    phone = PublicPhoneField(load_default=None, allow_none=True)
    stand_in_unit_id = fields.UUID(load_default=None, allow_none=True)
    address_withheld = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    # the page's own rule
    only_receivers_have_one = NewUnitForm.only_receivers_have_one


class FormerNameOut(Schema):
    """What a unit was called, and until when."""

    name = fields.String(required=True)
    until = fields.AwareDateTime(required=True)


class LeadingOut(Schema):
    """What leads to a unit. While it is closed its rules are passed over, for the next that fits or the default unit.

    As a stand-in it is then left out: a rule's gives way to the receiving unit's own, a unit's own to nobody. What is a
    default (``default_of``: municipalities' codes) cannot be closed.
    """

    receives_by_rules = fields.List(fields.UUID(), required=True)
    stands_in_by_rules = fields.List(fields.UUID(), required=True)
    stands_in_for_units = fields.List(fields.UUID(), required=True)
    default_of = fields.List(fields.String(), required=True)


class UnitWhole(UnitOut):
    """A unit as its administrator sees it. ``former_names``: the latest first."""

    organization_id = fields.UUID(required=True)
    stand_in_unit_id = fields.UUID(allow_none=True)
    active = fields.Boolean(required=True)
    address_withheld = fields.Boolean(required=True)
    former_names = fields.List(fields.Nested(FormerNameOut), required=True)
    leading_here = fields.Nested(LeadingOut, required=True)


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
    never_signed_in = fields.Boolean(
        required=True,
        metadata={
            "description": "True when no sign-in of this user has been noted: the id may be mistyped, unless "
            "refused_sign_in_at says that they tried. A system that comes with tokens never signs in."
        },
    )
    refused_sign_in_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={
            "description": "When this user last tried to sign in and was not let in. Null when they have signed in "
            "since, or have not tried within 90 days."
        },
    )
    refused_sign_in_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why: no-assignment (none of theirs held), or level, means, age (how they identified "
            "themselves was not sure enough for any of their assignments, or too long ago)."
        },
    )


class SessionsEnded(Schema):
    """How many sessions there were."""

    ended = fields.Integer(required=True)


class AssignmentsOut(PageOut):
    """The caller's own assignments that hold now."""

    items = fields.List(fields.Nested(AssignmentOut), required=True)
    assignments = named_before(items)
