"""Support services: what an organisation offers carers (HSDS Service, ServiceAtLocation, Schedule)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from services.directory.domain.events import ListingConfirmed, ListingEvent, SupportServiceSaved
from services.directory.domain.organization import Location
from services.directory.domain.refusals import NameIsMissing, OpeningHoursAreNone
from shared.kernel.actor import Actor
from shared.kernel.identity import OrganizationId
from shared.vocabulary.hours import Hours
from shared.vocabulary.languages import SWEDISH
from shared.vocabulary.misread import Misread

E = TypeVar("E", bound=ListingEvent)

FRESH_FOR = timedelta(days=92)
"""Owners assure every three months that a listing is still true."""


class ListingStatus(StrEnum):
    """HSDS ``service.status``, the two of its values that we use."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class Attend(StrEnum):
    """How one comes to take part."""

    DROP_IN = "drop-in"
    BOOKING = "booking"
    THROUGH_ADVISER = "through-adviser"


class Weekday(StrEnum):
    """RFC 5545 weekday codes, as HSDS ``schedule.byday`` uses them."""

    MONDAY = "MO"
    TUESDAY = "TU"
    WEDNESDAY = "WE"
    THURSDAY = "TH"
    FRIDAY = "FR"
    SATURDAY = "SA"
    SUNDAY = "SU"


@dataclass(frozen=True)
class Schedule:
    """Weekly hours (HSDS Schedule), local time. They may pass midnight; from midnight to midnight is all day."""

    byday: Weekday
    opens_at: time
    closes_at: time

    def __post_init__(self) -> None:
        try:
            Hours(self.opens_at, self.closes_at)
        except Misread as wrong:
            raise OpeningHoursAreNone(fields={"/closes_at": wrong.title}) from None

    @property
    def hours(self) -> Hours:
        """The span of the day."""
        return Hours(self.opens_at, self.closes_at)


@dataclass(frozen=True)
class Listing:
    """Everything about a support service that its owner writes. Codes come from the taxonomies.

    ``areas``: for whom, by municipality or district; none means everybody. ``eligibility``: who may come, in words.
    ``location``: where it usually is; None for what is digital or by telephone. ``schedules``: when it is open there,
    or when it answers, if it has no place.
    """

    name: str
    summary: str
    description: str = ""
    forms: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    languages: tuple[str, ...] = (SWEDISH,)
    eligibility: str = ""
    cost: str = ""
    attend: Attend = Attend.DROP_IN
    email: str = ""
    phone: str = ""
    url: str = ""
    digital: bool = False
    location: Location | None = None
    schedules: tuple[Schedule, ...] = ()
    status: ListingStatus = ListingStatus.ACTIVE

    def __post_init__(self) -> None:
        missing = [name for name in ("name", "summary") if not getattr(self, name).strip()]
        if missing:
            raise NameIsMissing(fields={f"/{name}": NameIsMissing.title for name in missing})


@dataclass(frozen=True)
class SupportService:
    """One support service. ``assured_at``: when its owner last said that the listing is true."""

    id: UUID
    organization_id: OrganizationId
    listing: Listing
    assured_at: datetime
    version: int = field(default=1)

    @classmethod
    def offered(
        cls, service_id: UUID, organization_id: OrganizationId, listing: Listing, *, by: Actor, at: datetime
    ) -> tuple[SupportService, SupportServiceSaved]:
        """A new support service; writing it is assuring it."""
        service = cls(service_id, organization_id, listing, at)
        return service, service._told_as(SupportServiceSaved, by, at)

    def edited(self, listing: Listing, *, by: Actor, at: datetime) -> tuple[SupportService, SupportServiceSaved]:
        """The support service with another listing; editing it is assuring it."""
        service = replace(self, listing=listing, assured_at=at, version=self.version + 1)
        return service, service._told_as(SupportServiceSaved, by, at)

    def confirmed(self, *, by: Actor, at: datetime) -> tuple[SupportService, ListingConfirmed]:
        """The same listing, assured once more."""
        service = replace(self, assured_at=at, version=self.version + 1)
        return service, service._told_as(ListingConfirmed, by, at)

    def is_fresh(self, at: datetime) -> bool:
        """Whether the listing was assured recently enough to be trusted."""
        return at - self.assured_at <= FRESH_FOR

    def _told_as(self, event: type[E], by: Actor, at: datetime) -> E:
        return event(
            occurred_at=at,
            organization_id=self.organization_id,
            service_id=self.id,
            version=self.version,
            status=self.listing.status.value,
            by=by,
        )
