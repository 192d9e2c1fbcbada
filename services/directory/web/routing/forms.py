"""An administrator's forms of routing rules: shape only. What the fields mean is the domain's affair."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, validates_schema

from services.directory.domain.routing_rule import OLDEST, RoutingRule
from services.directory.web.forms import CHOSEN, DAY, Form
from shared.kernel.translation import says
from shared.vocabulary.area import AREA_LIMIT
from shared.vocabulary.routing import AgeOf
from shared.web.schema import fields, validate
from shared.web.schema.words import NOT_A_CHOICE
from shared.web.text_fields import ReadableText

AGE = validate.Range(min=0, max=OLDEST)
ONE_DAY = timedelta(days=1)


class RuleForm(Form):
    """One routing rule. ``last_day``: the last on which it holds; until further notice, unless given."""

    area = ReadableText(AREA_LIMIT, missing=NOT_A_CHOICE)
    target_groups = fields.List(fields.String(), load_default=list)
    age_of = fields.Enum(AgeOf, by_value=True, load_default=AgeOf.ANY)
    age_from = fields.Integer(load_default=None, validate=AGE)
    age_to = fields.Integer(load_default=None, validate=AGE)
    unit_id = fields.UUID(**CHOSEN)
    stand_in_unit_id = fields.UUID(load_default=None)
    reason_sv = ReadableText(500, required=True, lines=True)
    valid_from = fields.Date(required=True, validate=DAY)
    last_day = fields.Date(load_default=None, validate=DAY)

    @validates_schema(skip_on_field_errors=False)
    def ages_of_somebody(self, form: dict[str, Any], **_: Any) -> None:
        """Ages without anybody whose they are, and the other way round, are asked about."""
        if not {"age_from", "age_to", "age_of"} <= form.keys():
            return  # what could not be read has been told already
        ages = form.get("age_from") is not None or form.get("age_to") is not None
        if ages and form.get("age_of") is AgeOf.ANY:
            raise ValidationError(says("Say whose age it is, or leave the ages empty."), "age_of")
        if not ages and form.get("age_of", AgeOf.ANY) is not AgeOf.ANY:
            raise ValidationError(says("Give at least one of the two ages."), "age_from")


class NewRuleForm(RuleForm):
    """A rule to be added. ``id`` comes along, so that sending it twice adds one."""

    id = fields.UUID(required=True)


class DefaultUnitForm(Form):
    """The unit for whatever no rule takes."""

    default_unit_id = fields.UUID(**CHOSEN)


def rule_values(form: dict[str, Any]) -> dict[str, Any]:
    """A rule's own values, of a loaded form."""
    kept = {name: form[name] for name in form if name not in ("version", "last_day", "id")}
    last_day = form["last_day"]
    return kept | {
        "target_groups": frozenset(form["target_groups"]),
        "valid_to": last_day + ONE_DAY if last_day else None,
    }


def form_from_rule(rule: RoutingRule, version: int) -> dict[str, Any]:
    """What the form shows of a rule."""
    return {
        "version": version,
        "area": rule.area,
        "target_groups": sorted(rule.target_groups),
        "age_of": rule.age_of.value,
        "age_from": "" if rule.age_from is None else str(rule.age_from),
        "age_to": "" if rule.age_to is None else str(rule.age_to),
        "unit_id": str(rule.unit_id),
        "stand_in_unit_id": str(rule.stand_in_unit_id or ""),
        "reason_sv": rule.reason_sv,
        "valid_from": rule.valid_from.isoformat(),
        "last_day": (rule.valid_to - ONE_DAY).isoformat() if rule.valid_to else "",
    }
