"""Who may stand in for a unit."""

from __future__ import annotations

from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import OnlyReceiversHaveAStandIn, UnitCannotReceive
from services.directory.domain.unit import Unit, UnitKind
from shared.kernel.identity import UnitId


def require_receives(unit: Unit) -> None:
    """Let a unit pass that may have a stand-in: one that receives, open or closed. Raises OnlyReceiversHaveAStandIn."""
    if unit.kind is not UnitKind.RECEIVING:
        raise OnlyReceiversHaveAStandIn(fields={"/stand_in_unit_id": OnlyReceiversHaveAStandIn.title})


def require_stand_in(unit_id: UnitId, uow: DirectoryWork, *, where: str = "/stand_in_unit_id") -> None:
    """Let a stand-in pass that receives. It may be another municipality's: the carer's consent covers that.

    Raises UnitCannotReceive, which names the field ``where``.
    """
    stand_in = uow.units.find(unit_id)
    if stand_in is None or not stand_in.receives:
        raise UnitCannotReceive(fields={where: UnitCannotReceive.title})
