"""Two services list the target groups, neither asking the other: they must say the same of each."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from babel.messages.pofile import read_po

from services.directory.adapters.reference_data import taxonomies
from services.directory.domain.taxonomy import Term
from services.referral.domain.codes import CITATIONS, TARGET_GROUPS, Code
from tools.translations import catalogue_of

# the directory's short name of a basis, and the referral service's citation
BASES = {"SoL 13:9": "support-to-carers", "municipal": "municipality-decides"}
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


def differences(groups: tuple[Code, ...], terms: list[Term]) -> list[str]:
    """What the two lists say differently, code by code."""
    theirs = {term.code: term for term in terms}
    found = [f"only one has {code}" for code in {each.slug for each in groups} ^ set(theirs)]
    for group in groups:
        term = theirs.get(group.slug)
        if term is None:
            continue
        if BASES.get(term.basis) != group.basis:
            found.append(f"{group.slug}: rests on {term.basis} or on {group.basis}")
        if (term.valid_from, term.valid_to) != (group.valid_from, group.valid_to):
            found.append(f"{group.slug}: other days")
    return found


def test_both_lists_say_the_same() -> None:
    """Codes in one order, what each rests on, and from when to when it is in force."""
    terms = list(taxonomies().target_groups.terms.values())
    assert differences(TARGET_GROUPS, terms) == []
    assert [each.slug for each in TARGET_GROUPS] == [each.code for each in terms]
    assert {each.basis for each in TARGET_GROUPS} <= {citation.slug for citation in CITATIONS}


@pytest.mark.parametrize("group", TARGET_GROUPS, ids=lambda group: str(group.slug))
def test_both_services_call_a_group_the_same(group: Code) -> None:
    """In Swedish, as people read it; the question around it may be another."""
    with catalogue_of("services/referral").open("rb") as source:
        asked = str(read_po(source, locale="sv").get(group.title).string)
    named = taxonomies().target_groups.label(group.slug)
    if group.slug in SAID_APART:
        assert (asked, named) == SAID_APART[group.slug]
    else:
        assert _AROUND.sub("", asked.casefold()) == _AROUND.sub("", named.casefold())


@pytest.mark.parametrize("slug", ["young-carer", "bereaved", "other"])
def test_a_difference_would_be_seen(slug: str) -> None:
    """The three that once rested on something else in the one than in the other."""
    terms = list(taxonomies().target_groups.terms.values())
    planted = [replace(term, basis="HSL 5:7") if term.code == slug else term for term in terms]
    assert [each.split(":")[0] for each in differences(TARGET_GROUPS, planted)] == [slug]
