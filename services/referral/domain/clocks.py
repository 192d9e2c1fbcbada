"""Promises in working days: by when a referral is acknowledged, the carer contacted, the referrer answered.

Limits are data. Days are Swedish calendar days; Saturdays, Sundays and the injected holidays do not count. A promise
holds until the end of its last working day in Sweden.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from services.referral.domain.states import CLOSED, State
from shared.kernel.identity import UnitId

SATURDAY = 5


class Priority(StrEnum):
    """How soon; HL7 request priorities (``ServiceRequest.priority``)."""

    ROUTINE = "routine"
    URGENT = "urgent"
    ASAP = "asap"


class Promise(StrEnum):
    """What is promised by a deadline."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_CONTACT = "first-contact"
    ANSWER = "answer"


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
    """The three promised moments (UTC), given when the referral is sent."""

    acknowledge_by: datetime
    first_contact_by: datetime
    answer_by: datetime


def promises(priority: Priority, sent_at: datetime, calendar: WorkingCalendar) -> Promises:
    """What is promised to a referral of this priority sent now."""
    limits = LIMITS[priority]
    return Promises(
        calendar.after(sent_at, limits.acknowledge),
        calendar.after(sent_at, limits.first_contact),
        calendar.after(sent_at, limits.answer),
    )


@dataclass(frozen=True)
class Deadline:
    """The one next promise of an open referral, and the one unit that has to keep it."""

    promise: Promise
    due_at: datetime
    owner: UnitId

    def late(self, now: datetime) -> bool:
        """Whether the promise has been broken."""
        return now >= self.due_at


def next_deadline(state: State, given: Promises, owner: UnitId) -> Deadline | None:
    """The next promise of a referral: exactly one while it is open, none when it is closed or still a draft.

    A requested referral waits to be acknowledged; an accepted one to be answered, which completing does. Contact with
    the carer is promised too, and becomes a deadline of its own once contact attempts are recorded.
    """
    if state in CLOSED or state is State.DRAFT:
        return None
    if state is State.REQUESTED:
        return Deadline(Promise.ACKNOWLEDGE, given.acknowledge_by, owner)
    return Deadline(Promise.ANSWER, given.answer_by, owner)
