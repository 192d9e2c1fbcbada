"""What areas are called: Sweden's regions and municipalities (Statistics Sweden), and the districts of divided cities.

Each file in ``data`` names its source in its first line.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_DATA = Path(__file__).resolve().parent / "data"


@cache
def regions() -> Mapping[str, str]:
    """Name by code, of two digits; a region is no catchment area of ours, only a public body."""
    return _names("regions")


@cache
def municipalities() -> Mapping[str, str]:
    """Name by code, of four digits."""
    return _names("municipalities")


@cache
def districts() -> Mapping[str, str]:
    """Name by code, which begins with the municipality's."""
    return _names("districts")


def _names(file: str) -> Mapping[str, str]:
    with (_DATA / f"{file}.csv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return MappingProxyType({row["code"]: row["name"] for row in rows})
