"""When the audit log's open alarms are told of: the first at once, more an hour later, and all of them daily."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from shared.kernel.identity import UnitId

MORE_AFTER = timedelta(hours=1)
"""A letter says that there is an alarm and not which, so that another within the hour would say nothing new."""
AGAIN_AFTER = timedelta(days=1)

OPERATORS = UnitId(UUID("0b5e7a70-0000-4000-8000-00000000a1a2"))
"""Stands for those who run the system, who are no unit: their address is a setting."""


@dataclass(frozen=True)
class Standing:
    """The alarms that are open now. ``told_at``: when a letter last went out; ``untold``: whether one is newer than it.

    ``about``: the oldest of them, by whose id the letter is known.
    """

    about: UUID
    untold: bool
    told_at: datetime | None


def is_due(standing: Standing, now: datetime) -> bool:
    """Whether a letter is to go out now."""
    if standing.told_at is None:
        return True
    return now - standing.told_at >= (MORE_AFTER if standing.untold else AGAIN_AFTER)
