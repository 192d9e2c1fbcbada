"""Fills an empty demonstration: Stockholm's units and partners, the cast, and a year of invented referrals.

Everything is made by the real commands, under a shifted clock, as history: it is told, recorded and logged like
anything else, and nobody is notified. Relay and bus must be running. A second run does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from demo.seed.arrival import wait_until_arrived, wait_until_heard
from demo.seed.directory import seed_directory
from demo.seed.staff import grant_assignments
from demo.seed.stories import OVER_THE_YEAR
from demo.seed.year import seed_year
from shared.kernel.clock import SystemClock
from shared.settings import Settings


def run(
    settings: Settings,
    say: Callable[[str], None] = lambda _: None,
    *,
    now: datetime | None = None,
    over_the_year: int = OVER_THE_YEAR,
) -> None:
    """Seed. ``say`` is told in short sentences what has been done. Raises NotInTime when nobody hears what is told.

    ``over_the_year``: how many referrals, besides the thirty-odd that show every state.
    """
    now = now or SystemClock().now()
    seed_directory(settings, say=say)
    grant_assignments(settings)
    wait_until_heard(settings)
    say("every service has heard of units, people and rules")
    sent = seed_year(settings, now, say, over_the_year)
    say(f"{sent} referrals with all that happened to them" if sent else "the referrals are there already")
    wait_until_arrived(settings)
    say("every event has arrived, and is in the log")
