"""Organisations as rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from services.directory.adapters.tables import organizations
from services.directory.adapters.versions import overwrite, write_new
from services.directory.domain.organization import Organization, OrganizationKind
from shared.kernel.identity import OrganizationId


class OrganizationRows:
    """``domain.ports.Organizations`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, organization_id: OrganizationId) -> Organization | None:
        """One organisation, or None. Writing checks the version, so that no lock is needed to read."""
        query = select(organizations).where(organizations.c.id == organization_id)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        return Organization(**{**row, "id": OrganizationId(row["id"]), "kind": OrganizationKind(row["kind"])})

    def add(self, organization: Organization) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        write_new(self._connection, organizations, _row(organization))

    def save(self, organization: Organization) -> None:
        """Write a changed one over the version before it. Raises VersionHasMoved."""
        overwrite(self._connection, organizations, organization.id, _row(organization))


def _row(organization: Organization) -> dict[str, Any]:
    return {
        "id": organization.id,
        "version": organization.version,
        "name": organization.name,
        "kind": organization.kind.value,
        "municipality_code": organization.municipality_code,
        "description": organization.description,
        "website": organization.website,
        "email": organization.email,
        "phone": organization.phone,
        "identifier": organization.identifier,
        "active": organization.active,
    }
