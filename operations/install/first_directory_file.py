"""What may stand in the file of a first directory. Anything else in it is refused, with its place."""

from __future__ import annotations

from typing import Any

from services.directory.domain.organization import OrganizationKind
from services.directory.domain.unit import UnitKind
from shared.kernel.actor import Role
from shared.vocabulary.area import MUNICIPALITY_PATTERN
from shared.web.fields import EmailField, PublicPhoneField, WebAddressField
from shared.web.schema import Schema, fields, validate
from shared.web.schema.validate import Whole
from shared.web.text_fields import ReadableText


def _one_of(kinds: type[OrganizationKind] | type[UnitKind] | type[Role]) -> validate.OneOf:
    return validate.OneOf([each.value for each in kinds])


LONGEST_SLUG = 100
SUBJECT = Whole(r"^[!-~]{1,200}$")


def _slug(**more: Any) -> ReadableText:
    """Something's short name in the file."""
    return ReadableText(LONGEST_SLUG, **more)


class OrganizationEntry(Schema):
    """A municipality, a region or a civil-society organisation."""

    slug = _slug(required=True)
    name = ReadableText(120, required=True)
    kind = fields.String(required=True, validate=_one_of(OrganizationKind))
    description = ReadableText(4000, lines=True)
    website = WebAddressField()
    email = EmailField()
    phone = PublicPhoneField()
    identifier = fields.String(load_default=None, allow_none=True)


class UnitEntry(Schema):
    """A unit; `area` is the municipality when it is left out, `stand_in` another unit's slug."""

    slug = _slug(required=True)
    organization = _slug(required=True)
    name = ReadableText(120, required=True)
    kind = fields.String(required=True, validate=_one_of(UnitKind))
    area = fields.String(load_default=None, allow_none=True)
    function_address = EmailField(load_default=None, allow_none=True)
    phone = PublicPhoneField(load_default=None, allow_none=True)
    stand_in = _slug(load_default=None, allow_none=True)
    address_withheld = fields.Boolean(load_default=False)


class RuleEntry(Schema):
    """Who receives, and in a sentence why; no area means the whole municipality, no target groups all of them."""

    unit = _slug(required=True)
    reason = ReadableText(500, required=True, lines=True)
    area = fields.String(load_default=None, allow_none=True)
    target_groups = fields.List(fields.String(), load_default=list)
    carer_age = fields.List(fields.Integer(allow_none=True), load_default=None, validate=validate.Count(equal=2))
    stand_in = _slug(load_default=None, allow_none=True)
    since = fields.Date(load_default=None, data_key="from", attribute="from")


class AssignmentEntry(Schema):
    """One person's role in one unit, from a day or from now. `subject` as the provider says it, never a name."""

    subject = fields.String(required=True, validate=SUBJECT)
    unit = _slug(required=True)
    role = fields.String(required=True, validate=_one_of(Role))
    since = fields.Date(load_default=None, data_key="from", attribute="from")


class FirstDirectory(Schema):
    """The whole file. `issuer` is this installation's OpenID provider when it is left out."""

    municipality = fields.String(required=True, validate=Whole(f"^{MUNICIPALITY_PATTERN}$"))
    issuer = fields.String(load_default="")
    organizations = fields.List(fields.Nested(OrganizationEntry), required=True)
    units = fields.List(fields.Nested(UnitEntry), required=True)
    default_unit = _slug(required=True)
    rules = fields.List(fields.Nested(RuleEntry), load_default=list)
    assignments = fields.List(fields.Nested(AssignmentEntry), load_default=list)
