"""Register a unit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.directory.commands.authorise import authorise
from services.directory.commands.readable_fields import email_at, name_at, telephone_at
from services.directory.commands.stand_in import require_receives, require_stand_in
from services.directory.domain.organization import Organization, OrganizationKind
from services.directory.domain.permissions import Act, Editor, Relation
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import (
    AlreadyRegistered,
    CivilSocietyReceivesNoReferrals,
    ClosedUnitHasTheName,
    NameIsTaken,
    UnitIsNotYours,
)
from services.directory.domain.unit import Unit, UnitKind
from shared.kernel.actor import Role
from shared.kernel.identity import OrganizationId
from shared.vocabulary.area import municipality_of


@dataclass(frozen=True, kw_only=True)
class RegisterUnit:
    """The unit as it shall be, with an id that is nobody's yet."""

    unit: Unit


def register_unit(command: RegisterUnit, actor: Editor, uow: DirectoryWork) -> Unit:
    """Put a unit into the directory: of the person's own organisation, or of one that their municipality answers for.

    A region's reviewers get no area, wherever they sit: they review their own authority's units alone.
    Raises UnitIsNotYours, CivilSocietyReceivesNoReferrals, AreaIsUnknown, NameIsMissing, AddressIsNoEmail,
    NumberIsNoTelephone, AlreadyRegistered, NameIsTaken, OnlyReceiversHaveAStandIn, and UnitCannotReceive of a
    stand-in that receives nothing.
    """
    unit = command.unit
    organization = uow.organizations.find(OrganizationId(unit.organization_id))
    relation = _relation_to_organization(actor, organization)
    authorise(Act.EDIT_UNIT, relation, actor, uow, about="organization", subject=unit.organization_id)
    if organization is None:
        raise UnitIsNotYours
    if organization.kind is OrganizationKind.CIVIL_SOCIETY and unit.kind is not UnitKind.PARTNER:
        raise CivilSocietyReceivesNoReferrals(fields={"/kind": CivilSocietyReceivesNoReferrals.title})
    authorise(Act.EDIT_UNIT, relation_to_unit(actor, unit), actor, uow, about="unit", subject=unit.id)
    if unit.area is not None:
        uow.areas.require(unit.area)
    unit = replace(
        unit,
        name=name_at("/name", unit.name),
        function_address=email_at("/function_address", unit.function_address) or None,
        phone=telephone_at("/phone", unit.phone) or None,
    )
    if unit.kind is UnitKind.AUDIT and organization.kind is not OrganizationKind.MUNICIPALITY:
        # an area opens to reviewers what is received there, which is another authority's than a region's
        unit = replace(unit, area=None)
    uow.units.hold_names(unit.organization_id)
    if uow.units.find(unit.id) is not None:
        raise AlreadyRegistered
    require_free_name(unit.name, unit, uow)
    if unit.stand_in_unit_id is not None:
        require_receives(unit)
        # when an operator takes in a whole municipality, units name each other before both are there
        if actor.role is not Role.OPERATOR:
            require_stand_in(unit.stand_in_unit_id, uow)
    uow.units.add(unit)
    uow.record(unit.registered(uow.clock.now()))
    return unit


def require_free_name(name: str, unit: Unit, uow: DirectoryWork) -> None:
    """Let a name pass that no other unit of the same organisation has; hold the names first. Raises NameIsTaken."""
    namesake = uow.units.named(name, unit.organization_id, besides=unit.id)
    if namesake is not None:
        refused = NameIsTaken if namesake.active else ClosedUnitHasTheName
        raise refused(fields={"/name": refused.title})


def relation_to_unit(actor: Editor, unit: Unit | None) -> Relation:
    """How a person stands to a unit.

    A municipality has to do with those that receive in it, and with its partners'. Who refers, reviews and administers
    in another authority is that authority's own affair, wherever they sit.
    """
    if unit is None:
        return Relation.ELSEWHERE
    municipality = municipality_of(unit.area) if unit.area else None
    ours = municipality if unit.kind in (UnitKind.RECEIVING, UnitKind.PARTNER) else None
    return actor.relation_to(OrganizationId(unit.organization_id), ours)


def _relation_to_organization(actor: Editor, organization: Organization | None) -> Relation:
    if organization is None:
        return Relation.ELSEWHERE
    return actor.relation_to(organization.id, organization.municipality_code)
