"""What time it is, as something that can be handed in. All times are aware and in UTC; days are Swedish days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SWEDEN = ZoneInfo("Europe/Stockholm")


def swedish_day(moment: datetime) -> date:
    """Which day a moment (aware) falls on in Sweden: what a list in force, an age or a rule's period is asked about.

    What holds from the first of the month holds from midnight here, not in Greenwich.
    """
    return moment.astimezone(SWEDEN).date()


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; for tests and for seeding the past."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """The moment the clock was last set to."""
        return self._at

    def move_to(self, at: datetime) -> None:
        """Set the clock to a moment (aware)."""
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Let the clock go forward by a duration."""
        self._at += by
