"""An administrator's forms of a unit: shape only. What the fields mean is the domain's affair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from services.directory.domain.refusals import ReceivingUnitNeedsAnAddress
from services.directory.domain.unit import UnitKind
from services.directory.web.forms import CHOSEN, Form, said
from shared.kernel.refusals import Refusal
from shared.kernel.translation import says
from shared.vocabulary.area import AREA_LIMIT
from shared.web.fields import EmailField, PublicPhoneField
from shared.web.schema import fields
from shared.web.schema.words import NOT_A_CHOICE
from shared.web.text_fields import ReadableText

REACHED_BY = ("function_address", "phone")


class UnitForm(Form):
    """What a unit is called, how it is reached and by whom, who stands in, and whether it is open."""

    name = ReadableText(120, required=True)
    function_address = EmailField()
    phone = PublicPhoneField()
    address_withheld = fields.Boolean(load_default=False)
    stand_in_unit_id = fields.UUID(load_default=None)
    closed = fields.Boolean(load_default=False)


class NewUnitForm(Form):
    """A unit to be registered. ``id`` comes along, so that sending it twice registers once."""

    id = fields.UUID(required=True)
    name = ReadableText(120, required=True)
    kind = fields.Enum(UnitKind, by_value=True, **CHOSEN)
    organization_id = fields.UUID(**CHOSEN)
    area = ReadableText(AREA_LIMIT, missing=NOT_A_CHOICE)
    function_address = EmailField()
    phone = PublicPhoneField()
    stand_in_unit_id = fields.UUID(load_default=None)
    address_withheld = fields.Boolean(load_default=False)

    @validates_schema(skip_on_field_errors=False)
    def only_receivers_have_one(self, form: dict[str, Any], **_: Any) -> None:
        """Nothing that was written is dropped in silence."""
        if form.get("stand_in_unit_id") and form.get("kind") not in (None, UnitKind.RECEIVING):
            raise ValidationError(says("Only a unit that receives carers has a stand-in."), "stand_in_unit_id")


def told_of_unit(problem: ValidationError | Refusal, kind: str, written: Mapping[str, Any]) -> dict[str, str]:
    """All that is wrong with a unit, also what the domain, which is asked last, would miss of one that receives."""
    missing = [name for name in REACHED_BY if not written.get(name, "").strip()]
    lacks = ReceivingUnitNeedsAnAddress(fields={f"/{name}": ReceivingUnitNeedsAnAddress.title for name in missing})
    return (said(lacks) if kind == UnitKind.RECEIVING and missing else {}) | said(problem)
