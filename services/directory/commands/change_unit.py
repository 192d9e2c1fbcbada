"""Change a unit's name, area, addresses, stand-in, or whether it is active."""

from __future__ import annotations

from dataclasses import dataclass

from services.directory.commands.authorise import authorise
from services.directory.commands.readable_fields import email_at, name_at, telephone_at
from services.directory.commands.register_unit import relation_to_unit, require_free_name
from services.directory.commands.stand_in import require_receives, require_stand_in
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import UnitIsADefault, UnitIsNotYours, UnitIsYourOwn
from services.directory.domain.unit import FormerName, Unit
from shared.kernel.identity import UnitId
from shared.kernel.refusals import VersionHasMoved


@dataclass(frozen=True, kw_only=True)
class ChangeUnit:
    """The unit as it is from now on, made from ``version``."""

    unit_id: UnitId
    version: int
    name: str
    area: str | None
    function_address: str | None = None
    phone: str | None = None
    stand_in_unit_id: UnitId | None = None
    active: bool = True
    address_withheld: bool = False


def change_unit(command: ChangeUnit, actor: Editor, uow: DirectoryWork) -> Unit:
    """Change a unit. A former name is kept, with the moment until which the unit was called so.

    A closed unit is sent nothing new; those who work there keep what it already has, so that nothing ends in silence.
    Raises UnitIsNotYours, VersionHasMoved, AreaIsUnknown, NameIsMissing, NameIsTaken, AddressIsNoEmail,
    NumberIsNoTelephone, UnitIsYourOwn, UnitIsADefault, OnlyReceiversHaveAStandIn, UnitCannotReceive (a new stand-in
    that receives nothing), or what a unit's rules refuse.
    """
    unit = uow.units.find(command.unit_id)
    authorise(Act.EDIT_UNIT, relation_to_unit(actor, unit), actor, uow, about="unit", subject=command.unit_id)
    if unit is None:
        raise UnitIsNotYours
    if unit.version != command.version:
        raise VersionHasMoved
    if command.area is not None:
        uow.areas.require(command.area)
    closes = unit.active and not command.active
    if closes and actor.unit_id == unit.id:
        raise UnitIsYourOwn
    if closes:
        # no rule matching is never a dead end, nor when somebody makes it the default in this very moment
        uow.rules.hold()
        if uow.rules.have_as_default(command.unit_id):
            raise UnitIsADefault
    if command.stand_in_unit_id is not None and command.stand_in_unit_id not in (unit.stand_in_unit_id, unit.id):
        require_receives(unit)
        require_stand_in(command.stand_in_unit_id, uow)
    now = uow.clock.now()
    changed, event = unit.changed(
        now,
        name=name_at("/name", command.name, unit.name),
        area=command.area,
        function_address=email_at("/function_address", command.function_address, unit.function_address) or None,
        phone=telephone_at("/phone", command.phone, unit.phone) or None,
        stand_in_unit_id=command.stand_in_unit_id,
        active=command.active,
        address_withheld=command.address_withheld,
    )
    if changed.name != unit.name:
        uow.units.hold_names(unit.organization_id)
        require_free_name(changed.name, unit, uow)
        uow.units.remember_name(unit.id, FormerName(unit.name, now))
    uow.units.save(changed)
    uow.record(event)
    return changed
