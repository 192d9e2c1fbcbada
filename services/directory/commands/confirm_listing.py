"""Assure that a support service's listing is still true: one click every three months."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.directory.commands.save_support_service import own_service
from services.directory.domain.permissions import Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.support_service import SupportService
from shared.kernel.refusals import VersionHasMoved


@dataclass(frozen=True, kw_only=True)
class ConfirmListing:
    """That the listing as of ``version`` is true."""

    service_id: UUID
    version: int


def confirm_listing(command: ConfirmListing, actor: Editor, uow: DirectoryWork) -> SupportService:
    """Note the assurance. Raises ListingIsNotYours, or VersionHasMoved when it is no longer what was read."""
    service = own_service(command.service_id, actor, uow)
    if service.version != command.version:
        raise VersionHasMoved
    confirmed, event = service.confirmed(by=actor, at=uow.clock.now())
    uow.services.save(confirmed)
    uow.record(event)
    return confirmed
