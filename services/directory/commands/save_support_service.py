"""Add a support service to an organisation's listing, or change one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from services.directory.commands.authorise import authorise
from services.directory.commands.readable_fields import email_at, name_at, telephone_at, web_address_at
from services.directory.domain.organization import Location
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import AlreadyRegistered, ListingIsNotYours, PlaceIsNotNamed
from services.directory.domain.support_service import Listing, SupportService
from shared.kernel.clock import swedish_day
from shared.kernel.identity import OrganizationId
from shared.kernel.refusals import VersionHasMoved


@dataclass(frozen=True, kw_only=True)
class AddSupportService:
    """A new support service of one organisation."""

    service_id: UUID
    organization_id: OrganizationId
    listing: Listing


@dataclass(frozen=True, kw_only=True)
class EditSupportService:
    """Another listing for a support service, made from ``version``."""

    service_id: UUID
    version: int
    listing: Listing


def add_support_service(command: AddSupportService, actor: Editor, uow: DirectoryWork) -> SupportService:
    """List a new support service. Raises ListingIsNotYours, AlreadyRegistered, TermIsUnknown or AreaIsUnknown."""
    relation = actor.relation_to(command.organization_id, None)
    authorise(Act.EDIT_LISTING, relation, actor, uow, about="organization", subject=command.organization_id)
    if uow.organizations.find(command.organization_id) is None:
        raise ListingIsNotYours
    if uow.services.find(command.service_id) is not None:
        raise AlreadyRegistered
    _check(command.listing, None, uow)
    service, event = SupportService.offered(
        command.service_id, command.organization_id, _written(command.listing), by=actor, at=uow.clock.now()
    )
    uow.services.add(service)
    uow.record(event)
    return service


def edit_support_service(command: EditSupportService, actor: Editor, uow: DirectoryWork) -> SupportService:
    """Change a support service.

    Only what is new in its listing is looked at: a code that went out of force after it was chosen does not stand
    in the way of another sentence. Raises ListingIsNotYours, VersionHasMoved, TermIsUnknown or AreaIsUnknown.
    """
    service = own_service(command.service_id, actor, uow)
    if service.version != command.version:
        raise VersionHasMoved
    _check(command.listing, service.listing, uow)
    edited, event = service.edited(_written(command.listing, service.listing), by=actor, at=uow.clock.now())
    uow.services.save(edited)
    uow.record(event)
    return edited


def _check(listing: Listing, before: Listing | None, uow: DirectoryWork) -> None:
    today = swedish_day(uow.clock.now())
    uow.taxonomies.target_groups.require(_new("target_groups", listing, before), today)
    uow.taxonomies.forms.require(_new("forms", listing, before), today)
    for code in _new("areas", listing, before):
        uow.areas.require(code)
    if listing.location and (before is None or before.location != listing.location):
        _require_a_name(listing.location)


def _require_a_name(place: Location) -> None:
    if not (place.name.strip() or place.address.strip()):
        raise PlaceIsNotNamed(fields={"/location/name": PlaceIsNotNamed.title})


def _new(name: str, listing: Listing, before: Listing | None) -> list[str]:
    kept = getattr(before, name) if before else ()
    return [code for code in getattr(listing, name) if code not in kept]


def _written(listing: Listing, kept: Listing | None = None) -> Listing:
    """The listing as it is kept. Raises what ``written`` refuses."""
    return replace(
        listing,
        name=name_at("/name", listing.name, kept.name if kept else ""),
        summary=name_at("/summary", listing.summary, kept.summary if kept else ""),
        email=email_at("/email", listing.email, kept.email if kept else ""),
        phone=telephone_at("/phone", listing.phone, kept.phone if kept else ""),
        url=web_address_at("/url", listing.url, kept.url if kept else ""),
    )


def own_service(service_id: UUID, actor: Editor, uow: DirectoryWork) -> SupportService:
    """A support service that this person may edit; otherwise the attempt is recorded and ListingIsNotYours raised."""
    service = uow.services.find(service_id)
    owner = service.organization_id if service else None
    relation = actor.relation_to(owner, None)
    authorise(Act.EDIT_LISTING, relation, actor, uow, about="support-service", subject=service_id)
    if service is None:
        raise ListingIsNotYours
    return service
