"""Hours that services tally: when one is compared, what may differ, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOLD, LOOKS = "told", "looks"

SETTLED_AFTER = timedelta(minutes=2)
"""So long after it was heard, what was told before it has come too."""
AGAIN_AFTER = timedelta(minutes=5)
"""An hour that differs is compared again before anybody is told, and again until it does not."""

KEPT_FOR = timedelta(days=37)
"""So long an hour is kept that agreed: what a service has sent it keeps for thirty days, and may send again."""


@dataclass(frozen=True)
class Kept:
    """What a publisher (``/lotsa/<installation>/<service>``) said of an hour. ``since``: since when it has differed."""

    publisher: str
    hour: datetime
    told: int
    told_digest: str
    looks: int | None
    looks_digest: str | None
    since: datetime | None


def number_of(hour: datetime) -> int:
    """An hour as one number that people can read, in UTC: 2026112920 is from 20 to 21 on 29 November."""
    return int(f"{hour.astimezone(UTC):%Y%m%d%H}")


def hour_numbered(number: int) -> datetime:
    """The hour again. Raises ValueError for what is none."""
    return datetime.strptime(str(number), "%Y%m%d%H").replace(tzinfo=UTC)


def publisher_in(source: str) -> str:
    """Who speaks, whatever the epoch: a source without its last part."""
    return source.rpartition("/")[0]
