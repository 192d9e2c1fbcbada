"""What the API says of routing rules."""

from __future__ import annotations

from services.directory.web.routing.forms import AGE, RuleForm
from services.directory.web.routing.ruleset import AGE_ASKED, STEPS
from services.directory.web.schemas import AREA, CODE, codes, day_within
from shared.vocabulary.age import AgeBand
from shared.vocabulary.routing import AgeOf
from shared.web.schema import Schema, fields, validate
from shared.web.text_fields import ReadableText


class RuleOut(Schema):
    """One routing rule. No target groups: all. ``age_of`` any: no matter whose.

    ``bands_cut``: the age bands that it takes only some of. It takes nobody of whom only such a band is known.
    """

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
    bands_cut = fields.List(fields.Enum(AgeBand, by_value=True), required=True)


class RulesOut(Schema):
    """A municipality's rules in order."""

    municipality_code = fields.String(required=True)
    default_unit_id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    rules = fields.List(fields.Nested(RuleOut), required=True)


class RuleIn(Schema):
    """A routing rule. No target groups: all. ``age_of`` any: no matter whose. Ages include both ends.

    ``valid_to``: the first day on which it is no longer in force; until further notice, unless given.
    """

    area = fields.String(required=True, validate=AREA)
    target_groups = codes()
    age_of = fields.Enum(AgeOf, by_value=True, load_default=AgeOf.ANY)
    age_from = fields.Integer(load_default=None, allow_none=True, strict=True, validate=AGE)
    age_to = fields.Integer(load_default=None, allow_none=True, strict=True, validate=AGE)
    unit_id = fields.UUID(required=True)
    stand_in_unit_id = fields.UUID(load_default=None, allow_none=True)
    valid_from = fields.Date(required=True, validate=day_within)
    valid_to = fields.Date(load_default=None, allow_none=True, validate=day_within)
    reason_sv = ReadableText(500, required=True, lines=True)

    # what the two ages have to do with one another is the page's own rule
    ages_of_somebody = RuleForm.ages_of_somebody


class StepIn(Schema):
    """Which way a rule goes in the order, by one place."""

    to = fields.String(required=True, validate=validate.OneOf(list(STEPS)))


class DefaultUnitIn(Schema):
    """The unit for whatever no rule takes."""

    default_unit_id = fields.UUID(required=True)


class SituationAsked(Schema):
    """Whose receiver is looked for: of the carer's age an exact one, or a band. Nobody is identified here."""

    area = fields.String(required=True, validate=AREA)
    target_group = fields.Repeated(fields.String(validate=CODE), load_default=list, validate=validate.Count(max=40))
    carer_age = fields.Integer(load_default=None, validate=AGE_ASKED)
    carer_age_band = fields.Enum(AgeBand, by_value=True, load_default=None)
    person_cared_for_age = fields.Integer(load_default=None, validate=AGE_ASKED)


class ProposalOut(Schema):
    """Who would receive, and why. No ``rule_id``: no rule fits, so the default unit does.

    ``age_decides``: a more exact age of the carer may lead to another unit.
    """

    unit_id = fields.UUID(required=True)
    stand_in_unit_id = fields.UUID(required=True, allow_none=True)
    reason_sv = fields.String(required=True)
    rule_id = fields.UUID(required=True, allow_none=True)
    age_decides = fields.Boolean(required=True)
