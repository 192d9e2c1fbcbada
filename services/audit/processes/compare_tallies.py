"""Holds what services say that they told, and who looked, against the log: so what was never told is missed too.

An outbox row that was dropped before it had a number, or changed before it was sent, leaves no gap in the numbers. But
the service still has the access record, and says for each hour how many it has and what they are. One hour at a time is
compared, some minutes after it was said; what differs is compared again before anybody is told, and again until it does
not differ. An hour that a service leaves out, and a service that says nothing, are told of too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.domain.alarms import LOOKS_DIFFER, TALLY_MISSING, TOLD_DIFFERS, Alarm, follow, stands_still
from services.audit.domain.ports import Announcement
from services.audit.domain.tallies import AGAIN_AFTER, LOOKS, TOLD, Kept, number_of, publisher_in
from shared.kernel.clock import Clock
from shared.messaging.tally import LOOK_BACK, Tally

KINDS = {TOLD: TOLD_DIFFERS, LOOKS: LOOKS_DIFFER}
LEFT_OUT_AFTER = timedelta(minutes=10)
"""So long after a later hour was said, an earlier one is left out: they are said in order."""
SILENT_AFTER = timedelta(hours=3)
SPEAKS_WITHIN = timedelta(minutes=5)


class Comparer:
    """Compares an hour at each run. Remembers since when it has missed a publisher, so that a start is no silence."""

    def __init__(self, begin: Callable[[], AbstractContextManager[AuditUnitOfWork]], clock: Clock) -> None:
        """``begin``: transactions that may read the log."""
        self._begin = begin
        self._clock = clock
        self._begun = clock.now()
        self._missed: dict[str, datetime] = {}

    def run(self) -> None:
        """Compare the next hour, and set the alarms to what is true now.

        While the log takes nothing in no hour is compared: it would differ for that reason alone.
        """
        with self._begin() as uow:
            self._compare(uow)

    def _compare(self, uow: AuditUnitOfWork) -> None:
        now = self._clock.now()
        announcements = uow.sequences.announcements(now)
        kept = None if stands_still(uow.sequences.oldest_waiting()) else uow.tallies.due(now)
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

    def _silent(self, uow: AuditUnitOfWork, announcements: Sequence[Announcement], now: datetime) -> list[str]:
        """Publishers whose relay speaks and who have said nothing of any hour for long."""
        heard = uow.tallies.last_heard()
        speak = {publisher_in(each.source) for each in announcements if now - each.heard_at <= SPEAKS_WITHIN}
        missed = {each for each in speak if now - heard.get(each, self._begun) > SILENT_AFTER}
        self._missed = {each: self._missed.get(each, now) for each in missed}
        return sorted(each for each, since in self._missed.items() if now - since >= LEFT_OUT_AFTER)


def differing(kept: Kept, counted: Mapping[str, Tally | None]) -> list[str]:
    """In what a service and the log differ about an hour: ``told``, ``looks``, both or nothing."""
    said = {TOLD: (kept.told, kept.told_digest), LOOKS: (kept.looks, kept.looks_digest)}
    return [
        what
        for what, (count, digest) in said.items()
        if count is not None and (log := counted[what]) is not None and (log.count, log.digest) != (count, digest)
    ]
