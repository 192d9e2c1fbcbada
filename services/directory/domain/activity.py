"""Activities: dated or recurring sessions of a support service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from typing import TypeVar
from uuid import UUID

from services.directory.domain.events import (
    ActivityCancelled,
    ActivityEvent,
    ActivitySaved,
    ActivityTakenUpAgain,
)
from services.directory.domain.refusals import (
    ActivityEndsBeforeItBegins,
    ActivityIsCancelled,
    ActivityIsNotCancelled,
    LastDayIsMissing,
    NameIsMissing,
    PeriodEndsBeforeItBegins,
)
from shared.kernel.actor import Actor
from shared.kernel.clock import SWEDEN, swedish_day
from shared.kernel.identity import OrganizationId

E = TypeVar("E", bound=ActivityEvent)

MOST_OCCURRENCES = 400


class ActivityStatus(StrEnum):
    """Whether it takes place."""

    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class Repeats(StrEnum):
    """How often it comes again. Richer patterns (RFC 5545) get their room here."""

    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"


STEP = {Repeats.WEEKLY: timedelta(days=7), Repeats.FORTNIGHTLY: timedelta(days=14)}


@dataclass(frozen=True)
class Session:
    """Everything about an activity that its owner writes.

    ``starts_at`` and ``ends_at`` are those of the first occurrence. ``repeats_until``: the last day it may fall on.
    ``places``: how many can come; None when it does not matter. ``sign_up``: how to, in words.
    """

    title: str
    starts_at: datetime
    ends_at: datetime
    description: str = ""
    repeats: Repeats = Repeats.ONCE
    repeats_until: date | None = None
    place: str = ""
    digital: bool = False
    places: int | None = None
    sign_up: str = ""
    cost: str = ""

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise NameIsMissing(fields={"/title": NameIsMissing.title})
        if self.ends_at <= self.starts_at:
            raise ActivityEndsBeforeItBegins(fields={"/ends_at": ActivityEndsBeforeItBegins.title})
        if self.repeats is not Repeats.ONCE:
            if self.repeats_until is None:
                raise LastDayIsMissing(fields={"/repeats_until": LastDayIsMissing.title})
            if self.repeats_until < swedish_day(self.starts_at):
                raise PeriodEndsBeforeItBegins(fields={"/repeats_until": PeriodEndsBeforeItBegins.title})

    def occurrences(self, since: datetime, before: datetime) -> list[tuple[datetime, datetime]]:
        """Beginnings and ends of the occurrences that end after ``since`` and begin before ``before``, in UTC.

        Ten in the morning stays ten in the morning when the clocks change: the steps are taken in Swedish time.
        """
        running = takewhile(lambda each: each[0] < before, self._all())
        return [each for each in running if each[1] > since]

    def _all(self) -> Iterator[tuple[datetime, datetime]]:
        length = self.ends_at - self.starts_at
        first = self.starts_at.astimezone(SWEDEN)
        step = STEP.get(self.repeats)
        for number in range(MOST_OCCURRENCES if step else 1):
            # wall-clock arithmetic: both have the same zone, so Python adds days, not hours
            begins = first + (step * number if step else timedelta())
            if self.repeats_until is not None and begins.date() > self.repeats_until:
                return
            yield begins.astimezone(self.starts_at.tzinfo), begins.astimezone(self.starts_at.tzinfo) + length


@dataclass(frozen=True)
class Activity:
    """One activity of one support service."""

    id: UUID
    organization_id: OrganizationId
    service_id: UUID
    session: Session
    status: ActivityStatus = ActivityStatus.SCHEDULED
    version: int = 1

    @classmethod
    def planned(
        cls,
        activity_id: UUID,
        organization_id: OrganizationId,
        service_id: UUID,
        session: Session,
        *,
        by: Actor,
        at: datetime,
    ) -> tuple[Activity, ActivitySaved]:
        """A new activity."""
        activity = cls(activity_id, organization_id, service_id, session)
        return activity, activity._told_as(ActivitySaved, by, at)

    def changed(self, session: Session, *, by: Actor, at: datetime) -> tuple[Activity, ActivitySaved]:
        """The activity as it will be. Raises ActivityIsCancelled."""
        if self.status is ActivityStatus.CANCELLED:
            raise ActivityIsCancelled
        activity = replace(self, session=session, version=self.version + 1)
        return activity, activity._told_as(ActivitySaved, by, at)

    def cancelled(self, *, by: Actor, at: datetime) -> tuple[Activity, ActivityCancelled]:
        """The activity, which will not take place. Raises ActivityIsCancelled the second time."""
        if self.status is ActivityStatus.CANCELLED:
            raise ActivityIsCancelled
        activity = replace(self, status=ActivityStatus.CANCELLED, version=self.version + 1)
        return activity, activity._told_as(ActivityCancelled, by, at)

    def taken_up_again(self, *, by: Actor, at: datetime) -> tuple[Activity, ActivityTakenUpAgain]:
        """The activity, which takes place after all. Raises ActivityIsNotCancelled."""
        if self.status is not ActivityStatus.CANCELLED:
            raise ActivityIsNotCancelled
        activity = replace(self, status=ActivityStatus.SCHEDULED, version=self.version + 1)
        return activity, activity._told_as(ActivityTakenUpAgain, by, at)

    def _told_as(self, event: type[E], by: Actor, at: datetime) -> E:
        return event(
            occurred_at=at,
            organization_id=self.organization_id,
            service_id=self.service_id,
            activity_id=self.id,
            version=self.version,
            status=self.status.value,
            by=by,
        )
