"""Units: where referrals come from and go to. Cooperation runs between units and functions, never persons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from services.directory.domain.events import UnitChanged, UnitEvent, UnitRegistered
from services.directory.domain.refusals import (
    NameIsMissing,
    ReceivingUnitNeedsAnAddress,
    StandInIsTheUnitItself,
)
from shared.kernel.identity import UnitId

E = TypeVar("E", bound=UnitEvent)


class UnitKind(StrEnum):
    """What a unit does."""

    REFERRING = "referring"
    RECEIVING = "receiving"
    PARTNER = "partner"
    AUDIT = "audit"
    ADMINISTRATION = "administration"


@dataclass(frozen=True)
class FormerName:
    """What a unit was called before, and ``until`` which moment."""

    name: str
    until: datetime


@dataclass(frozen=True)
class Unit:
    """A unit with a function address (an e-mail that does not belong to a person).

    ``area``: the municipality or district that the unit works in or for. ``address_withheld``: its addresses are not
    shown to the public, for instance because of threats against staff. ``version`` counts changes from 1.
    """

    id: UnitId
    organization_id: UUID
    name: str
    kind: UnitKind
    area: str | None
    function_address: str | None = None
    phone: str | None = None
    stand_in_unit_id: UnitId | None = None
    active: bool = True
    address_withheld: bool = False
    version: int = 1

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise NameIsMissing(fields={"/name": NameIsMissing.title})
        missing = [name for name in ("function_address", "phone") if not getattr(self, name)]
        if self.kind is UnitKind.RECEIVING and missing:
            raise ReceivingUnitNeedsAnAddress(
                fields={f"/{name}": ReceivingUnitNeedsAnAddress.title for name in missing}
            )
        if self.stand_in_unit_id == self.id:
            raise StandInIsTheUnitItself(fields={"/stand_in_unit_id": StandInIsTheUnitItself.title})

    @property
    def receives(self) -> bool:
        """Whether referrals may be sent here."""
        return self.active and self.kind is UnitKind.RECEIVING

    def registered(self, at: datetime) -> UnitRegistered:
        """That this unit came into being."""
        return self.told_as(UnitRegistered, at)

    def told_as(self, event: type[E], at: datetime) -> E:
        """How the unit stands, as an event of this kind says it."""
        return event(
            occurred_at=at,
            unit_id=self.id,
            version=self.version,
            organization_id=self.organization_id,
            name=self.name,
            kind=self.kind.value,
            area=self.area,
            function_address=self.function_address,
            phone=self.phone,
            stand_in_unit_id=self.stand_in_unit_id,
            active=self.active,
        )

    def changed(
        self,
        at: datetime,
        *,
        name: str,
        area: str | None,
        function_address: str | None,
        phone: str | None,
        stand_in_unit_id: UnitId | None,
        active: bool,
        address_withheld: bool,
    ) -> tuple[Unit, UnitChanged]:
        """The unit as it is from now on. Its kind and organisation never change: register another instead."""
        unit = replace(
            self,
            name=name,
            area=area,
            function_address=function_address,
            phone=phone,
            stand_in_unit_id=stand_in_unit_id,
            active=active,
            address_withheld=address_withheld,
            version=self.version + 1,
        )
        return unit, unit.told_as(UnitChanged, at)
