"""Who may stand in for a unit."""

from __future__ import annotations

from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import UnitCannotReceive
from shared.kernel.identity import UnitId


def require_stand_in(work: DirectoryWork, unit_id: UnitId, where: str = "/stand_in_unit_id") -> None:
    """Let a stand-in pass that receives. It may be another municipality's: the carer's consent covers that.

    Raises UnitCannotReceive, which names the field ``where``.
    """
    stand_in = work.units.find(unit_id)
    if stand_in is None or not stand_in.receives:
        raise UnitCannotReceive(fields={where: UnitCannotReceive.title})
