"""Steps 2 and 5: why and which support, and what the situation is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from services.referral.domain.clocks import Priority
from services.referral.domain.content import check_young
from services.referral.domain.draft import WrittenDraft
from services.referral.domain.filled_draft import NeedStep, SituationStep
from services.referral.domain.people import NAME_LIMIT, TEXT_LIMIT, PersonCaredFor, Relation
from services.referral.domain.refusals import AgesDisagree
from services.referral.web import forms
from services.referral.web import words as words
from shared.kernel.translation import says
from shared.vocabulary.age import KnownAge
from shared.web.fields import YearOfBirthField


class NeedForm(forms.Form):
    """Why, which support, how soon. Nothing about the other person belongs here."""

    why = forms.text(TEXT_LIMIT, missing=says("Say in a few words why the carer wants support."))
    support_wanted = forms.codes(
        missing=says("Choose at least one form of support, or that the carer does not know yet.")
    )
    priority = forms.code(words.PRIORITIES, missing=says("Choose how soon an answer is needed."))


class _AgreesWithTheAge:
    """For a form of ``target_groups``. ``age_of_carer``: as the first step tells it, which the answer must not deny."""

    def __init__(self, *, age_of_carer: KnownAge | None = None) -> None:
        super().__init__()
        self._age_of_carer = age_of_carer

    @validates_schema(skip_on_field_errors=True)
    def agrees_with_the_age(self, data: dict[str, Any], **_: Any) -> None:
        """The domain's own rule, asked already here."""
        try:
            check_young(data["target_groups"], self._age_of_carer, "target_groups")
        except AgesDisagree as refusal:
            raise ValidationError({name: [said] for name, said in refusal.fields.items()}) from None


class OwnStatementForm(_AgreesWithTheAge, forms.Form):
    """Without the other person's consent: only what the carer says about their own situation, if they choose to."""

    own_statement = forms.yes_or_no(says("Say whether the carer wants to tell what the situation is about."))
    target_groups = forms.codes()

    @validates_schema(skip_on_field_errors=True)
    def belong_together(self, data: dict[str, Any], **_: Any) -> None:
        """Yes needs at least one group, no needs none."""
        if data["own_statement"] == "yes" and not data["target_groups"]:
            raise ValidationError({"target_groups": [says("Choose at least one, or answer no above.")]})
        if data["own_statement"] == "no" and data["target_groups"]:
            raise ValidationError(
                {"target_groups": [says("The carer did not want to tell, so nothing may be chosen here.")]}
            )


class PersonForm(_AgreesWithTheAge, forms.Form):
    """With the other person's consent: what may be told about that person."""

    target_groups = forms.codes(missing=says("Choose what the situation is about."))
    relation = forms.code(words.RELATIONS)
    person_name = forms.text(NAME_LIMIT)
    person_year_of_birth = YearOfBirthField()
    situation = forms.text(TEXT_LIMIT)


def need_step(data: dict[str, Any], draft: WrittenDraft, typed: Mapping[str, Any]) -> NeedStep:
    """What the loaded form means as a step of a draft."""
    return NeedStep(why=data["why"], support_wanted=tuple(data["support_wanted"]), priority=Priority(data["priority"]))


def situation_step(data: dict[str, Any], draft: WrittenDraft, typed: Mapping[str, Any]) -> SituationStep:
    """What the loaded form means as a step of a draft: one of the two, by whether the person may be told of."""
    if "own_statement" in data:
        return SituationStep(target_groups=tuple(data["target_groups"]), own_statement=data["own_statement"] == "yes")
    return SituationStep(target_groups=tuple(data["target_groups"]), person=_person(data))


def _person(data: dict[str, Any]) -> PersonCaredFor:
    return PersonCaredFor(
        relation=Relation(data["relation"]) if data["relation"] else None,
        name=data["person_name"],
        year_of_birth=data["person_year_of_birth"],
        situation=data["situation"],
    )
