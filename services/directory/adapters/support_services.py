"""Support services as rows: the service, its location and its hours there (HSDS ServiceAtLocation)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from services.directory.adapters.tables import locations, service_at_locations, support_services
from services.directory.adapters.versions import overwrite, write_new
from services.directory.domain.organization import Location
from services.directory.domain.support_service import Attend, Listing, ListingStatus, Schedule, SupportService, Weekday
from shared.kernel.identity import OrganizationId, uuid7

_PLACE = ("name", "address", "postal_code", "city", "area", "accessibility")
_TEXTS = ("name", "summary", "description", "eligibility", "cost", "email", "phone", "url", "digital")
_LISTS = ("forms", "target_groups", "areas", "languages")


class SupportServiceRows:
    """``domain.ports.SupportServices`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, service_id: UUID) -> SupportService | None:
        """One support service, or None."""
        query = select(support_services).where(support_services.c.id == service_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        location, schedules = self._where(service_id)
        return SupportService(
            id=row["id"],
            organization_id=OrganizationId(row["organization_id"]),
            listing=listing_from(row, location, schedules),
            assured_at=row["assured_at"],
            version=row["version"],
        )

    def add(self, service: SupportService) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        write_new(self._connection, support_services, _row(service))
        self._place(service)

    def save(self, service: SupportService) -> None:
        """Write a changed one over the version before it. Raises VersionHasMoved."""
        overwrite(self._connection, support_services, service.id, _row(service))
        self._connection.execute(delete(service_at_locations).where(service_at_locations.c.service_id == service.id))
        self._place(service)

    def _where(self, service_id: UUID) -> tuple[Location | None, tuple[Schedule, ...]]:
        join = service_at_locations.outerjoin(locations, service_at_locations.c.location_id == locations.c.id)
        query = (
            select(locations.c.id, *(locations.c[name] for name in _PLACE), service_at_locations.c.schedules)
            .select_from(join)
            .where(service_at_locations.c.service_id == service_id)
        )
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None, ()
        place = Location(**{name: row[name] for name in _PLACE}) if row["id"] else None
        return place, schedules_from(row["schedules"])

    def _place(self, service: SupportService) -> None:
        listing = service.listing
        if listing.location is None and not listing.schedules:
            return
        self._connection.execute(
            insert(service_at_locations).values(
                id=uuid7(),
                organization_id=service.organization_id,
                service_id=service.id,
                location_id=self._location_of(service.organization_id, listing.location),
                schedules=_rows_of(listing.schedules),
            )
        )

    def _location_of(self, organization_id: OrganizationId, place: Location | None) -> UUID | None:
        """The organisation's location that reads like this; None of what has no place."""
        if place is None:
            return None
        values = {name: getattr(place, name) for name in _PLACE}
        known = select(locations.c.id).where(
            locations.c.organization_id == organization_id,
            *(locations.c[name].is_not_distinct_from(value) for name, value in values.items()),
        )
        location_id: UUID | None = self._connection.execute(known).scalar()
        if location_id is None:
            location_id = uuid7()
            row = {"id": location_id, "organization_id": organization_id, **values}
            self._connection.execute(insert(locations).values(row))
        return location_id


def listing_from(row: Mapping[Any, Any], location: Location | None, schedules: tuple[Schedule, ...]) -> Listing:
    """What the owner wrote, from a row of ``support_services``."""
    plain: dict[str, Any] = {name: row[name] for name in _TEXTS}
    lists: dict[str, Any] = {name: tuple(row[name]) for name in _LISTS}
    return Listing(
        **plain,
        **lists,
        attend=Attend(row["attend"]),
        status=ListingStatus(row["status"]),
        location=location,
        schedules=schedules,
    )


def schedules_from(rows: list[dict[str, str]]) -> tuple[Schedule, ...]:
    """Weekly hours from their stored form."""
    return tuple(
        Schedule(Weekday(row["byday"]), time.fromisoformat(row["opens_at"]), time.fromisoformat(row["closes_at"]))
        for row in rows
    )


def _rows_of(schedules: tuple[Schedule, ...]) -> list[dict[str, str]]:
    return [
        {
            "byday": hours.byday.value,
            "opens_at": hours.opens_at.strftime("%H:%M"),
            "closes_at": hours.closes_at.strftime("%H:%M"),
        }
        for hours in schedules
    ]


def _row(service: SupportService) -> dict[str, Any]:
    listing = service.listing
    return {
        "id": service.id,
        "organization_id": service.organization_id,
        "version": service.version,
        "assured_at": service.assured_at,
        **{name: getattr(listing, name) for name in _TEXTS},
        **{name: list(getattr(listing, name)) for name in _LISTS},
        "attend": listing.attend.value,
        "status": listing.status.value,
    }
