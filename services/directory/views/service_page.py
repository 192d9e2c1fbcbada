"""One support service with its organisation and what is on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.directory.adapters.organizations import OrganizationRows
from services.directory.adapters.support_services import SupportServiceRows
from services.directory.domain.organization import Organization
from services.directory.domain.support_service import ListingStatus, SupportService
from services.directory.views.occurrences import AHEAD, Occurrence, occurrences


@dataclass(frozen=True)
class ServicePage:
    """What the page shows. ``upcoming``: the next occurrence of each activity, in order of time."""

    service: SupportService
    organization: Organization
    fresh: bool
    upcoming: list[Occurrence]


def service_page(connection: Connection, service_id: UUID, now: datetime) -> ServicePage | None:
    """The page, or None when nothing is listed publicly under this id."""
    service = SupportServiceRows(connection).find(service_id)
    if service is None or service.listing.status is not ListingStatus.ACTIVE:
        return None
    organization = OrganizationRows(connection).find(service.organization_id)
    if organization is None or not organization.active:
        return None
    upcoming: dict[UUID, Occurrence] = {}
    for each in occurrences(connection, [service_id], now, now + AHEAD):
        upcoming.setdefault(each.activity.id, each)
    return ServicePage(service, organization, service.is_fresh(now), list(upcoming.values()))
