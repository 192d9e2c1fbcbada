"""What the directory lists by: areas out of the files in ``data``, each of which names its source, and codes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from services.directory.domain.areas import Areas
from services.directory.domain.taxonomy import Taxonomies, Taxonomy, Term
from shared.vocabulary.support_forms import SUPPORT_FORMS
from shared.vocabulary.target_groups import TARGET_GROUPS

DATA = Path(__file__).resolve().parents[1] / "data"


@cache
def areas() -> Areas:
    """Sweden's regions and municipalities, and Stockholm's districts."""
    return Areas(
        regions={row["code"]: row["name"] for row in _rows("regions")},
        municipalities={row["code"]: row["name"] for row in _rows("municipalities")},
        districts={row["code"]: row["name"] for row in _rows("districts")},
    )


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


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{file}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))
