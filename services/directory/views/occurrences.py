"""When activities take place, in the weeks to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, func, or_, select

from services.directory.adapters.activities import activity_from
from services.directory.adapters.tables import activities
from services.directory.domain.activity import Activity, ActivityStatus
from shared.kernel.clock import SWEDEN, swedish_day

AHEAD = timedelta(days=120)


@dataclass(frozen=True)
class Occurrence:
    """One time that an activity takes place (or would have, had it not been cancelled)."""

    activity: Activity
    starts_at: datetime
    ends_at: datetime

    @property
    def cancelled(self) -> bool:
        """Whether it does not take place after all."""
        return self.activity.status is ActivityStatus.CANCELLED


def occurrences(
    connection: Connection, service_ids: Sequence[UUID], since: datetime, before: datetime, *, cancelled: bool = True
) -> list[Occurrence]:
    """Every occurrence of these support services' activities in a period, in order of time."""
    return sorted(
        (
            Occurrence(activity, starts_at, ends_at)
            for activity in _running(connection, service_ids, since, before)
            if cancelled or activity.status is not ActivityStatus.CANCELLED
            for starts_at, ends_at in activity.session.occurrences(since, before)
        ),
        key=lambda each: (each.starts_at, each.activity.id),
    )


def next_occurrences(connection: Connection, service_ids: Sequence[UUID], now: datetime) -> dict[UUID, Occurrence]:
    """The next time that each of these support services has something on."""
    upcoming: dict[UUID, Occurrence] = {}
    for each in occurrences(connection, service_ids, now, now + AHEAD, cancelled=False):
        upcoming.setdefault(each.activity.service_id, each)
    return upcoming


def running_activities(connection: Connection, service_id: UUID, now: datetime) -> list[Activity]:
    """One support service's activities that are on or still to come, in order of their first time."""
    found = _running(connection, [service_id], now, now + AHEAD)
    return sorted(found, key=lambda each: (each.session.starts_at, each.id))


def _running(connection: Connection, service_ids: Sequence[UUID], since: datetime, before: datetime) -> list[Activity]:
    ends_on = func.date(func.timezone(SWEDEN.key, activities.c.ends_at))
    last_day = func.coalesce(activities.c.repeats_until, ends_on)
    query = select(activities).where(
        activities.c.service_id.in_(service_ids),
        activities.c.starts_at < before,
        or_(activities.c.ends_at > since, last_day >= swedish_day(since)),
    )
    return [activity_from(row) for row in connection.execute(query).mappings()]
