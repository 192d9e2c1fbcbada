"""Promises in working days: by when a referral is acknowledged, the carer contacted, the referrer answered.

Limits are data. Days are Swedish calendar days; Saturdays, Sundays and the injected holidays do not count. A promise
holds until the end of its last working day in Sweden.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from services.referral.domain.lifecycle import CLOSED, State
from services.referral.domain.lifecycle import Promise as Promise
from shared.kernel.identity import UnitId

SATURDAY = 5


class Priority(StrEnum):
    """How soon; HL7 request priorities (``ServiceRequest.priority``)."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"


@dataclass(frozen=True)
class Limits:
    """Working days from the day of sending."""

    acknowledge: int
    first_contact: int
    answer: int


LIMITS: dict[Priority, Limits] = {
    Priority.ROUTINE: Limits(acknowledge=3, first_contact=7, answer=20),
    Priority.URGENT: Limits(acknowledge=1, first_contact=3, answer=10),
    Priority.ASAP: Limits(acknowledge=1, first_contact=1, answer=5),
}


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days count, and where: ``holidays`` are days off besides Saturdays and Sundays; ``zone`` is Sweden's."""

    holidays: Container[date]
    zone: tzinfo

    def works(self, day: date) -> bool:
        """Whether the day is a working day."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def after(self, moment: datetime, working_days: int) -> datetime:
        """The end (UTC) of the n-th working day after the moment's own day in Sweden; n is at least 1."""
        day = moment.astimezone(self.zone).date()
        left = working_days
        while left > 0:
            day += timedelta(days=1)
            left -= self.works(day)
        midnight = datetime.combine(day + timedelta(days=1), time(), self.zone)
        return midnight.astimezone(UTC)


@dataclass(frozen=True)
class Promises:
    """The promised moments (UTC), given when the referral is sent.

    ``first_contact_by`` is None for a carer who is not to be reached out to: then no contact is promised.
    """

    acknowledge_by: datetime
    first_contact_by: datetime | None
    answer_by: datetime


def promises(priority: Priority, sent_at: datetime, calendar: WorkingCalendar, *, reaches_out: bool = True) -> Promises:
    """What is promised to a referral of this priority sent now. ``reaches_out``: False if the carer makes contact."""
    limits = LIMITS[priority]
    return Promises(
        calendar.after(sent_at, limits.acknowledge),
        calendar.after(sent_at, limits.first_contact) if reaches_out else None,
        calendar.after(sent_at, limits.answer),
    )


@dataclass(frozen=True)
class Deadline:
    """The one next promise of an open referral, and the one unit that has to keep it.

    ``due_at`` is None where no day is set, and ``waiting_since`` then says since when it is waited for.
    """

    promise: Promise
    due_at: datetime | None
    owner: UnitId
    waiting_since: datetime | None = None

    def late(self, now: datetime) -> bool:
        """Whether the promise has been broken. What has no day is never late."""
        return self.due_at is not None and now >= self.due_at

    @property
    def place(self) -> datetime | None:
        """Where it stands in a list that begins with what is most urgent."""
        return self.due_at or self.waiting_since


def next_deadline(
    state: State,
    given: Promises,
    owner: UnitId,
    *,
    first_contact_at: datetime | None = None,
    withdrawn_at: datetime | None = None,
) -> Deadline | None:
    """The next promise of a referral: exactly one while it is open, none when it is closed or still a draft.

    A requested referral waits to be acknowledged. An accepted one waits for the first contact, if one was promised,
    until it is made; then to be answered, which completing does. When the carer has withdrawn (``withdrawn_at``), the
    old promises are no longer to be kept: what is waited for is that the unit acknowledges it, which closing does.
    """
    if state in CLOSED or state is State.DRAFT:
        return None
    if withdrawn_at is not None:
        return Deadline(Promise.ACKNOWLEDGE_WITHDRAWAL, None, owner, withdrawn_at)
    if state is State.REQUESTED:
        return Deadline(Promise.ACKNOWLEDGE, given.acknowledge_by, owner)
    if given.first_contact_by is not None and first_contact_at is None:
        return Deadline(Promise.FIRST_CONTACT, given.first_contact_by, owner)
    return Deadline(Promise.ANSWER, given.answer_by, owner)
