"""Change a unit's name, area, addresses, stand-in, or whether it is active."""

from __future__ import annotations

from dataclasses import dataclass

from services.directory.commands.authorise import authorise
from services.directory.commands.register_unit import relation_to_unit, require_free_name
from services.directory.commands.stand_in import require_receives, require_stand_in
from services.directory.commands.written import email_at, name_at, telephone_at
from services.directory.domain.areas import Areas
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import ListingIsNotYours, UnitIsADefault, UnitIsYourOwn
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


def change_unit(work: DirectoryWork, editor: Editor, asked: ChangeUnit, areas: Areas) -> Unit:
    """Change a unit. A former name is kept, with the moment until which the unit was called so.

    A closed unit is sent nothing new; those who work there keep what it already has, so that nothing ends in silence.
    Raises ListingIsNotYours, VersionHasMoved, AreaIsUnknown, NameIsMissing, NameIsTaken, AddressIsNoEmail,
    NumberIsNoTelephone, UnitIsYourOwn, UnitIsADefault, OnlyReceiversHaveAStandIn, UnitCannotReceive (a new stand-in
    that receives nothing), or what a unit's rules refuse.
    """
    unit = work.units.find(asked.unit_id)
    authorise(work, editor, Act.EDIT_UNIT, relation_to_unit(editor, unit), about="unit", subject=asked.unit_id)
    if unit is None:
        raise ListingIsNotYours
    if unit.version != asked.version:
        raise VersionHasMoved
    if asked.area is not None:
        areas.require(asked.area)
    closes = unit.active and not asked.active
    if closes and editor.actor.unit_id == unit.id:
        raise UnitIsYourOwn
    if closes:
        # no rule matching is never a dead end, nor when somebody makes it the default in this very moment
        work.rules.hold()
        if work.rules.have_as_default(asked.unit_id):
            raise UnitIsADefault
    if asked.stand_in_unit_id is not None and asked.stand_in_unit_id not in (unit.stand_in_unit_id, unit.id):
        require_receives(unit)
        require_stand_in(work, asked.stand_in_unit_id)
    now = work.clock.now()
    changed, event = unit.changed(
        now,
        name=name_at("/name", asked.name, unit.name),
        area=asked.area,
        function_address=email_at("/function_address", asked.function_address, unit.function_address) or None,
        phone=telephone_at("/phone", asked.phone, unit.phone) or None,
        stand_in_unit_id=asked.stand_in_unit_id,
        active=asked.active,
        address_withheld=asked.address_withheld,
    )
    if changed.name != unit.name:
        work.units.hold_names(unit.organization_id)
        require_free_name(work, changed.name, unit)
        work.units.remember_name(unit.id, FormerName(unit.name, now))
    work.units.save(changed)
    work.happened(event)
    return changed
