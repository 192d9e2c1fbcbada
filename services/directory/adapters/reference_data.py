"""What the directory lists by, all of it the vocabulary's: areas, target groups, forms of support."""

from __future__ import annotations

from functools import cache

from services.directory.domain.areas import Areas
from services.directory.domain.taxonomy import Taxonomies, Taxonomy, Term
from shared.vocabulary.area_names import districts, municipalities, regions
from shared.vocabulary.support_forms import SUPPORT_FORMS
from shared.vocabulary.target_groups import TARGET_GROUPS


@cache
def areas() -> Areas:
    """Sweden's regions and municipalities, and Stockholm's districts."""
    return Areas(regions=regions(), municipalities=municipalities(), districts=districts())


@cache
def taxonomies() -> Taxonomies:
    """The vocabulary's target groups and forms of support, with the periods in which each may be chosen."""
    groups = [
        Term(each.code, each.name, each.valid_from, each.valid_to, each.basis.short, each.situation)
        for each in TARGET_GROUPS
    ]
    forms = [Term(each.code, each.name, each.valid_from, each.valid_to) for each in SUPPORT_FORMS]
    return Taxonomies(_taxonomy("target_groups", groups), _taxonomy("forms", forms))


def _taxonomy(name: str, terms: list[Term]) -> Taxonomy:
    return Taxonomy(name, {term.code: term for term in terms})
