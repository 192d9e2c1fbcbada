"""Where a carer can live for a referral to find a receiver: the places whose routing rules have been heard."""

from __future__ import annotations

from sqlalchemy import select

from services.referral.adapters.tables import routing_sets
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.domain.places import name_of, place_names
from shared.kernel.swedish_order import swedish_order
from shared.storage.staff import units
from shared.vocabulary.area import municipality_of


def places(uow: ReferralUnitOfWork) -> list[tuple[str, str]]:
    """Code and name of each place, by name; a divided city's districts come with the city itself."""
    codes = set(uow.connection.execute(select(routing_sets.c.municipality_code)).scalars())
    districts = {code for code in place_names() if "-" in code and municipality_of(code) in codes}
    heard = set(uow.connection.execute(select(units.c.area).where(units.c.area.is_not(None))).scalars())
    ruled = {area for area in heard if municipality_of(area) in codes}
    return sorted(
        ((code, name_of(code)) for code in codes | districts | ruled), key=lambda place: swedish_order(place[1])
    )
