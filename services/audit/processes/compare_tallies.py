"""Holds what services say that they told, and who looked, against the log: so what was never told is missed too.

An outbox row that was dropped before it had a number, or changed before it was sent, leaves no gap in the numbers. But
the service still has the access record, and says for each hour how many it has and what they are. One hour at a time is
compared, some minutes after it was said; what differs is compared again before anybody is told, and again until it does
not differ. An hour that a service leaves out, and a service that says nothing, are told of too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from services.audit.domain.alarms import LOOKS_DIFFER, TALLY_MISSING, TOLD_DIFFERS, Alarm, follow
from services.audit.domain.ports import Alarms, Announcement
from services.audit.domain.tallies import AGAIN_AFTER, LOOKS, TOLD, Kept, number_of, publisher_in
from shared.kernel.clock import Clock

KINDS = {TOLD: TOLD_DIFFERS, LOOKS: LOOKS_DIFFER}
LOOK_BACK = timedelta(days=7)
LEFT_OUT_AFTER = timedelta(minutes=10)
"""So long after a later hour was said, an earlier one is left out: they are said in order."""
SILENT_AFTER = timedelta(hours=3)
SPEAKS_WITHIN = timedelta(minutes=5)


class Counted(Protocol):
    """A count and a digest of what the log has."""

    @property
    def count(self) -> int: ...

    @property
    def digest(self) -> str: ...


class Tallies(Protocol):
    """What services said, and the same counted from the log."""

    def due(self, now: datetime) -> Kept | None:
        """The next hour to compare."""
        ...

    def counted(self, publisher: str, hour: datetime) -> Mapping[str, Counted | None]:
        """The same counted from the log, ``told`` and ``looks``; None for what cannot be compared any more."""
        ...

    def note(self, kept: Kept, differs: Collection[str], at: datetime) -> None:
        """Note that an hour was compared, and in what it differs."""
        ...

    def differing(self, since: datetime) -> list[tuple[str, datetime, list[str]]]:
        """The hours that have differed since then or longer."""
        ...

    def unsaid(self, back: timedelta, heard_by: datetime) -> list[tuple[str, datetime]]:
        """Hours that a publisher has left out, though the log has something of them."""
        ...

    def last_heard(self) -> dict[str, datetime]:
        """When each publisher last said anything of any hour."""
        ...


class Comparing(Protocol):
    """The unit of work that this needs; it must be allowed to read the log."""

    @property
    def tallies(self) -> Tallies: ...

    @property
    def alarms(self) -> Alarms: ...


class Comparer:
    """Compares an hour at each tick. Remembers since when it has missed a publisher, so that a start is no silence."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun = clock.now()
        self._missed: dict[str, datetime] = {}

    def tick(self, uow: Comparing, announcements: Sequence[Announcement], *, stands_still: bool = False) -> None:
        """Compare the next hour, and set the alarms to what is true now. Commits nothing.

        ``stands_still``: the log takes nothing in just now, so that it would differ for that reason alone.
        """
        now = self._clock.now()
        kept = None if stands_still else uow.tallies.due(now)
        if kept is not None:
            uow.tallies.note(kept, differing(kept, uow.tallies.counted(kept.publisher, kept.hour)), now)
        found = [
            Alarm(KINDS[what], publisher, number_of(hour), number_of(hour))
            for publisher, hour, differs in uow.tallies.differing(now - AGAIN_AFTER)
            for what in differs
        ]
        found += [
            Alarm(TALLY_MISSING, publisher, number_of(hour), number_of(hour))
            for publisher, hour in uow.tallies.unsaid(LOOK_BACK, now - LEFT_OUT_AFTER)
        ]
        found += [Alarm(TALLY_MISSING, publisher, 0, 0) for publisher in self._silent(uow, announcements, now)]
        kinds = (TOLD_DIFFERS, LOOKS_DIFFER, TALLY_MISSING)
        uow.alarms.change(follow(found, uow.alarms.standing(kinds), uow.alarms.accepted(kinds), now), now)

    def _silent(self, uow: Comparing, announcements: Sequence[Announcement], now: datetime) -> list[str]:
        """Publishers whose relay speaks and who have said nothing of any hour for long."""
        heard = uow.tallies.last_heard()
        speak = {publisher_in(each.source) for each in announcements if now - each.heard_at <= SPEAKS_WITHIN}
        missed = {each for each in speak if now - heard.get(each, self._begun) > SILENT_AFTER}
        self._missed = {each: self._missed.get(each, now) for each in missed}
        return sorted(each for each, since in self._missed.items() if now - since >= LEFT_OUT_AFTER)


def differing(kept: Kept, counted: Mapping[str, Counted | None]) -> list[str]:
    """In what a service and the log differ about an hour: ``told``, ``looks``, both or nothing."""
    said = {TOLD: (kept.told, kept.told_digest), LOOKS: (kept.looks, kept.looks_digest)}
    return [
        what
        for what, (count, digest) in said.items()
        if count is not None and (log := counted[what]) is not None and (log.count, log.digest) != (count, digest)
    ]
