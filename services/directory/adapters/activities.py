"""Activities as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from services.directory.adapters.tables import activities
from services.directory.adapters.versions import overwrite, write_new
from services.directory.domain.activity import Activity, ActivityStatus, Repeats, Session
from shared.kernel.identity import OrganizationId

_PLAIN = (
    "title",
    "description",
    "starts_at",
    "ends_at",
    "repeats_until",
    "place",
    "digital",
    "places",
    "sign_up",
    "cost",
)


class ActivityRows:
    """``domain.ports.Activities`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, activity_id: UUID) -> Activity | None:
        """One activity, or None."""
        query = select(activities).where(activities.c.id == activity_id)
        row = self._connection.execute(query).mappings().first()
        return None if row is None else activity_from(row)

    def add(self, activity: Activity) -> None:
        """Write a new one. Raises AlreadyRegistered."""
        write_new(self._connection, activities, _row(activity))

    def save(self, activity: Activity) -> None:
        """Write a changed one over the version before it. Raises VersionHasMoved."""
        overwrite(self._connection, activities, activity.id, _row(activity))


def activity_from(row: Mapping[Any, Any]) -> Activity:
    """An activity from its row."""
    return Activity(
        id=row["id"],
        organization_id=OrganizationId(row["organization_id"]),
        service_id=row["service_id"],
        session=Session(repeats=Repeats(row["repeats"]), **{name: row[name] for name in _PLAIN}),
        status=ActivityStatus(row["status"]),
        version=row["version"],
    )


def _row(activity: Activity) -> dict[str, Any]:
    session = activity.session
    return {
        "id": activity.id,
        "organization_id": activity.organization_id,
        "service_id": activity.service_id,
        "version": activity.version,
        "status": activity.status.value,
        "repeats": session.repeats.value,
        **{name: getattr(session, name) for name in _PLAIN},
    }
