"""Who may stand in for a unit."""

from __future__ import annotations

from services.directory.domain.areas import municipality_of
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import StandInIsElsewhere, UnitCannotReceive
from shared.kernel.identity import UnitId


def require_stand_in(work: DirectoryWork, unit_id: UnitId, area: str | None, where: str = "/stand_in_unit_id") -> None:
    """Let a stand-in pass that receives, in the municipality of ``area``.

    Raises UnitCannotReceive or StandInIsElsewhere, which name the field ``where``.
    """
    stand_in = work.units.find(unit_id)
    if stand_in is None or not stand_in.receives:
        raise UnitCannotReceive(fields={where: UnitCannotReceive.title})
    if area is None or stand_in.area is None or municipality_of(stand_in.area) != municipality_of(area):
        raise StandInIsElsewhere(fields={where: StandInIsElsewhere.title})
