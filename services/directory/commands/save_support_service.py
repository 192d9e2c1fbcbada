"""Add a support service to an organisation's listing, or change one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from services.directory.commands.authorise import authorise
from services.directory.commands.written import email_at, name_at, telephone_at, web_address_at
from services.directory.domain.areas import Areas
from services.directory.domain.organization import Location
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import AlreadyRegistered, ListingIsNotYours, PlaceIsNotNamed
from services.directory.domain.support_service import Listing, SupportService
from services.directory.domain.taxonomy import Taxonomies
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


class SupportServiceEditing:
    """The two commands, with the lists that a listing's codes must come from."""

    def __init__(self, taxonomies: Taxonomies, areas: Areas) -> None:
        self._taxonomies = taxonomies
        self._areas = areas

    def add(self, work: DirectoryWork, editor: Editor, asked: AddSupportService) -> SupportService:
        """List a new support service. Raises ListingIsNotYours, AlreadyRegistered, TermIsUnknown or AreaIsUnknown."""
        relation = editor.relation_to(asked.organization_id, None)
        authorise(work, editor, Act.EDIT_LISTING, relation, about="organization", subject=asked.organization_id)
        if work.organizations.find(asked.organization_id) is None:
            raise ListingIsNotYours
        if work.services.find(asked.service_id) is not None:
            raise AlreadyRegistered
        self._check(work, asked.listing, None)
        service, event = SupportService.offered(
            asked.service_id, asked.organization_id, _written(asked.listing), by=editor.actor, at=work.clock.now()
        )
        work.services.add(service)
        work.happened(event)
        return service

    def edit(self, work: DirectoryWork, editor: Editor, asked: EditSupportService) -> SupportService:
        """Change a support service.

        Only what is new in its listing is looked at: a code that went out of force after it was chosen does not stand
        in the way of another sentence. Raises ListingIsNotYours, VersionHasMoved, TermIsUnknown or AreaIsUnknown.
        """
        service = own_service(work, editor, asked.service_id)
        if service.version != asked.version:
            raise VersionHasMoved
        self._check(work, asked.listing, service.listing)
        edited, event = service.edited(_written(asked.listing, service.listing), by=editor.actor, at=work.clock.now())
        work.services.save(edited)
        work.happened(event)
        return edited

    def _check(self, work: DirectoryWork, listing: Listing, before: Listing | None) -> None:
        today = swedish_day(work.clock.now())
        self._taxonomies.target_groups.require(_new("target_groups", listing, before), today)
        self._taxonomies.forms.require(_new("forms", listing, before), today)
        for code in _new("areas", listing, before):
            self._areas.require(code)
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


def own_service(work: DirectoryWork, editor: Editor, service_id: UUID) -> SupportService:
    """A support service that this person may edit; otherwise the attempt is recorded and ListingIsNotYours raised."""
    service = work.services.find(service_id)
    owner = service.organization_id if service else None
    relation = editor.relation_to(owner, None)
    authorise(work, editor, Act.EDIT_LISTING, relation, about="support-service", subject=service_id)
    if service is None:
        raise ListingIsNotYours
    return service
