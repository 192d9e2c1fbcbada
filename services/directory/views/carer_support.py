"""Whom a carer can ring: the units that receive carers where they live, with their public telephone numbers."""

from __future__ import annotations

from sqlalchemy import Connection, text

from services.directory.adapters.units import unit_from
from services.directory.views.units import PublicUnit, shown_publicly
from shared.vocabulary.area import municipality_of


def carer_support(connection: Connection, area: str) -> list[PublicUnit]:
    """The open units that receive carers of a municipality or one of its districts.

    Those of the district come first, then those for the whole municipality; each by its name.
    """
    rows = connection.execute(
        text(
            "select * from units where active and kind = 'receiving' and area = any(:areas) "
            "order by area <> :area, name collate swedish, id"
        ),
        {"area": area, "areas": [area, municipality_of(area)]},
    )
    return [shown_publicly(unit_from(row)) for row in rows.mappings()]
