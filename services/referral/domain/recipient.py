"""Whom the text that was read out named, and which units that is a yes to.

The recipient of a consent is no doubt of the reader's: it is what was said aloud (Act 2009:400, 10:1 and 12:2).
"""

from __future__ import annotations

from dataclasses import dataclass

from services.referral.domain.routing import ReceivingUnit
from shared.kernel.identity import UnitId


@dataclass(frozen=True, kw_only=True)
class NamedRecipient:
    """The municipality's carer support in a place (``area``), or one unit (``unit_id``): one of the two.

    ``name``: the place or the unit as it was said. A unit that stands in is in the text's own words, not here.
    """

    area: str = ""
    unit_id: UnitId | None = None
    name: str = ""

    def covers(self, unit: ReceivingUnit) -> bool:
        """Whether the unit was named: itself, or as one that is in the place.

        A city's common unit is not in one of its districts, and a unit that says no place is in none.
        """
        if self.unit_id is not None:
            return unit.id == self.unit_id
        return unit.area is not None and (unit.area == self.area or unit.area.startswith(f"{self.area}-"))
