"""Reads the files in ``data``: areas, target groups, forms of support. Each file names its source in its first line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

from services.directory.domain.areas import Areas
from services.directory.domain.taxonomy import Taxonomies, Taxonomy, Term

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
    """Target groups and forms of support, with the periods in which each may be chosen."""
    return Taxonomies(_taxonomy("target_groups"), _taxonomy("forms_of_support", "forms"))


def _taxonomy(file: str, name: str | None = None) -> Taxonomy:
    terms = [
        Term(
            code=row["code"],
            name={"sv": row["name_sv"], "en": row["name_en"]},
            situation={"sv": row["situation_sv"], "en": row["situation_en"]} if row["situation_sv"] else None,
            basis=row["basis"],
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        )
        for row in _rows(file)
    ]
    return Taxonomy(name or file, {term.code: term for term in terms})


def _rows(file: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{file}.csv").open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))
