"""One list of target groups and one of forms of support, which two services ask by, neither asking the other."""

from __future__ import annotations

import re
from functools import cache

import pytest
from babel.messages.pofile import read_po

from services.directory.adapters.reference_data import taxonomies
from services.referral.domain import codes
from shared.vocabulary.support_forms import SUPPORT_FORMS
from shared.vocabulary.target_groups import TARGET_GROUPS, TargetGroup
from tools.translations import SHARED, catalogue_of

# what a form asks ("it is about …") is not what a list of groups is called; where it is more than that one word around
# it, the two stand here, so that neither is changed alone
SAID_APART = {
    "neuropsychiatric": (
        "Neuropsykiatriska funktionsnedsättningar",
        "Anhörig till någon med neuropsykiatrisk funktionsnedsättning",
    ),
    "child": ("Ett barn med något av detta", "Förälder till barn med sjukdom eller funktionsnedsättning"),
    "adult-child": (
        "Ett vuxet barn med något av detta",
        "Förälder till vuxet barn med sjukdom eller funktionsnedsättning",
    ),
    "young-carer": ("Den som ger stöd är under 18 år", "Barn och unga under 18 som är anhöriga"),
    "lethal-violence": (
        "Drabbad av skjutningar eller dödligt våld",
        "Anhörig som drabbats av skjutningar eller dödligt våld",
    ),
    "violence-in-close-relations": (
        "Utsatt för våld i en nära relation",
        "Anhörig till någon som utsätts för våld i nära relation",
    ),
    "bereaved": ("Den som fick stöd har dött", "Efterlevande"),
    "other": ("Något annat", "Annan anhörigsituation"),
}
_AROUND = re.compile(r"^(?:anhörig till )?(?:någon (?:med|i) )?")


@cache
def swedish() -> dict[str, str]:
    """The shared catalogue."""
    with catalogue_of(SHARED).open("rb") as source:
        return {str(message.id): str(message.string) for message in read_po(source, locale="sv") if message.id}


def test_both_services_have_every_target_group() -> None:
    """In one order, resting on the same, from the same day to the same day."""
    named = [(each.code, each.valid_from, each.valid_to) for each in TARGET_GROUPS]
    assert [(each.slug, each.valid_from, each.valid_to) for each in codes.TARGET_GROUPS] == named
    terms = taxonomies().target_groups.terms.values()
    assert [(each.code, each.valid_from, each.valid_to) for each in terms] == named
    assert {each.basis for each in codes.TARGET_GROUPS} <= {citation.slug for citation in codes.CITATIONS}
    assert {each.basis for each in terms} == {"SoL 13:9", "municipal"}


def test_both_services_have_every_form_of_support_and_call_it_the_same() -> None:
    """A carer who does not know yet has a choice besides, which nobody offers."""
    named = [(each.code, each.name) for each in SUPPORT_FORMS]
    assert [(each.code, each.name) for each in taxonomies().forms.terms.values()] == named
    assert [(each.slug, each.title) for each in codes.SUPPORT_FORMS[:-1]] == named
    assert codes.SUPPORT_FORMS[-1].slug == "not-sure"


@pytest.mark.parametrize("group", TARGET_GROUPS, ids=lambda group: str(group.code))
def test_a_group_is_asked_about_in_the_words_that_name_it(group: TargetGroup) -> None:
    """In Swedish, as people read it; the question around it may be another."""
    asked, named = swedish()[group.about], swedish()[group.name]
    if group.code in SAID_APART:
        assert (asked, named) == SAID_APART[group.code]
    else:
        assert _AROUND.sub("", asked.casefold()) == _AROUND.sub("", named.casefold())


def test_no_two_groups_or_forms_look_alike() -> None:
    """By their codes, and in Swedish by each of their words."""
    for words in ("about", "name", "situation"):
        assert len({swedish()[getattr(group, words)] for group in TARGET_GROUPS}) == len(TARGET_GROUPS)
    assert len({swedish()[form.name] for form in SUPPORT_FORMS}) == len(SUPPORT_FORMS)
    assert len({group.code for group in TARGET_GROUPS}) == len(TARGET_GROUPS)
    assert len({form.code for form in SUPPORT_FORMS}) == len(SUPPORT_FORMS)
