"""What places are called: municipalities, and the districts of cities that are divided."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from services.referral.domain.routing import ReceivingUnit
from shared.vocabulary.area import municipality_of
from shared.vocabulary.area_names import districts, municipalities


@cache
def place_names() -> Mapping[str, str]:
    """Every place's name by its code."""
    return {**municipalities(), **districts()}


def name_of(area: str) -> str:
    """A place as people say it: "Stockholm, Södermalm"."""
    names = place_names()
    whole = names.get(municipality_of(area), municipality_of(area))
    return whole if area == municipality_of(area) else f"{whole}, {names.get(area, area)}"


def known_as(unit: ReceivingUnit, area: str) -> str:
    """A unit's name as somebody in a place is told it: with its municipality when that is another."""
    if unit.area is None or municipality_of(unit.area) == municipality_of(area):
        return unit.name
    return f"{unit.name} ({name_of(municipality_of(unit.area))})"
