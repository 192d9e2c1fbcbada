"""One organisation and what it offers; and the list of organisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, text

from services.directory.adapters.activities import activity_from
from services.directory.adapters.organizations import OrganizationRows
from services.directory.adapters.support_services import SupportServiceRows
from services.directory.adapters.tables import activities, support_services
from services.directory.domain.activity import Activity
from services.directory.domain.organization import Organization
from services.directory.domain.support_service import ListingStatus, SupportService
from shared.kernel.identity import OrganizationId
from shared.kernel.swedish_order import swedish_order


@dataclass(frozen=True)
class OrganizationPage:
    """What the page shows."""

    organization: Organization
    services: list[SupportService]


@dataclass(frozen=True)
class OwnListing:
    """A support service as its owner sees it: with its activities, past and cancelled ones too."""

    service: SupportService
    fresh: bool
    activities: list[Activity]


def organization_page(
    connection: Connection, organization_id: UUID, *, everything: bool = False
) -> OrganizationPage | None:
    """An organisation and its active support services (with ``everything``: those taken down too), or None."""
    organization = OrganizationRows(connection).find(OrganizationId(organization_id))
    if organization is None or not (organization.active or everything):
        return None
    query = select(support_services.c.id).where(support_services.c.organization_id == organization_id)
    ids = connection.execute(query.order_by(support_services.c.id)).scalars().all()
    rows = SupportServiceRows(connection)
    services = [service for each in ids if (service := rows.find(each)) is not None]
    shown = [each for each in services if everything or each.listing.status is ListingStatus.ACTIVE]
    return OrganizationPage(organization, sorted(shown, key=lambda each: swedish_order(each.listing.name)))


def own_listings(connection: Connection, organization_id: UUID, now: datetime) -> list[OwnListing]:
    """Everything that an organisation has listed, for the person who looks after it."""
    page = organization_page(connection, organization_id, everything=True)
    if page is None:
        return []
    return [
        OwnListing(service, service.is_fresh(now), _activities_of(connection, service.id)) for service in page.services
    ]


def organizations_list(
    connection: Connection, *, after: UUID | None = None, limit: int = 50
) -> tuple[list[Organization], UUID | None]:
    """Active organisations by id, and the id to go on from, or None at the end."""
    rows = connection.execute(
        text(
            "select id from organizations where active and (cast(:after as uuid) is null or id > cast(:after as uuid)) "
            "order by id limit :limit"
        ),
        {"after": after, "limit": limit + 1},
    )
    ids = list(rows.scalars())
    found = OrganizationRows(connection)
    shown = [organization for each in ids[:limit] if (organization := found.find(each)) is not None]
    return shown, ids[limit - 1] if len(ids) > limit else None


def _activities_of(connection: Connection, service_id: UUID) -> list[Activity]:
    query = select(activities).where(activities.c.service_id == service_id).order_by(activities.c.starts_at)
    return [activity_from(row) for row in connection.execute(query).mappings()]
