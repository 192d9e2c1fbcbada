"""Where a carer can live for a referral to find a receiver: the places whose routing rules have been heard."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sqlalchemy import select

from services.referral.adapters.tables import routing_sets
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.routing import ReceivingUnit
from shared.kernel.swedish_order import swedish_order
from shared.storage.staff import units
from shared.vocabulary.area import municipality_of
from shared.vocabulary.area_names import districts, municipalities


@cache
def place_names() -> Mapping[str, str]:
    """Every place's name by its code: municipalities, and the districts of cities that are divided."""
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


def places(uow: ReferralUnitOfWork) -> list[tuple[str, str]]:
    """Code and name of each place, by name; a divided city's districts come with the city itself."""
    codes = set(uow.connection.execute(select(routing_sets.c.municipality_code)).scalars())
    districts = {code for code in place_names() if "-" in code and municipality_of(code) in codes}
    heard = set(uow.connection.execute(select(units.c.area).where(units.c.area.is_not(None))).scalars())
    ruled = {area for area in heard if municipality_of(area) in codes}
    return sorted(
        ((code, name_of(code)) for code in codes | districts | ruled), key=lambda place: swedish_order(place[1])
    )
