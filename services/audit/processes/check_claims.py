"""What is given up, excused, told under a number, or begun anew: is it so by the word of whoever may say it?

Audit's own password is enough to note that numbers are given up, or to put something in the queue under a number of
somebody else's. So what is noted is held against the restores that the log itself tells of, and what was heard against
the heights that the relays announce: nobody but a relay gives numbers. A service that speaks in another epoch has
another database than before, and the log is to say by whom and why. What is seen for the first time may only be on
its way, and is looked at again before anybody is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.domain.alarms import (
    BEGUN_ANEW_UNTOLD,
    GIVEN_UP_UNTOLD,
    NUMBER_NOT_GIVEN,
    Alarm,
    follow,
    stands_still,
)
from services.audit.domain.gaps import Ranges, lacking
from services.audit.domain.given_up import NotedOfRestores, ToldOfRestores
from services.audit.domain.ports import Announcement
from services.audit.domain.tallies import number_of, publisher_in
from shared.kernel.clock import Clock

WAITS = timedelta(minutes=3)
"""For so long it may be on its way: a relay announces each minute, a restore enters the log within seconds."""
UNKNOWN_WAITS = timedelta(minutes=15)
"""What comes after audit's own loss comes in an order of its own, the word that an epoch is over last."""


class ClaimsChecker:
    """Remembers since when something has been as it should not be."""

    def __init__(self, begin: Callable[[], AbstractContextManager[AuditUnitOfWork]], clock: Clock) -> None:
        """``begin``: transactions that may read the log."""
        self._begin = begin
        self._clock = clock
        self._since: dict[tuple[str, str], tuple[datetime, int]] = {}

    def run(self) -> None:
        """Set the alarms to what is true now; of a word that waits to enter the log nothing can be said yet."""
        with self._begin() as uow:
            if not stands_still(uow.sequences.oldest_waiting()):
                self._check(uow)

    def _check(self, uow: AuditUnitOfWork) -> None:
        now = self._clock.now()
        announcements = uow.sequences.announcements(now)
        noted, told = uow.claims.noted(), uow.claims.told()
        kinds = (GIVEN_UP_UNTOLD, NUMBER_NOT_GIVEN, BEGUN_ANEW_UNTOLD)
        standing = uow.alarms.standing(kinds)
        # what was told of is not looked at anew by a process that has just begun
        open_for = {(each.alarm.kind, each.alarm.source) for each in standing}
        untold = [*_given_up_untold(noted, told), *_excused_untold(noted, told)]
        found = self._waited(untold, open_for, now)
        found += self._not_given(uow.claims.heard(), noted, announcements, open_for, now)
        found += self._begun_anew(announcements, told, open_for, now)
        uow.alarms.change(follow(found, standing, uow.alarms.accepted(kinds), now), now)

    def _waited(self, untold: Sequence[Alarm], open_for: Collection[tuple[str, str]], now: datetime) -> list[Alarm]:
        seen = {(each.kind, each.source) for each in untold}
        for known in [key for key in self._since if key[0] == GIVEN_UP_UNTOLD and key not in seen]:
            del self._since[known]
        # since when anything of a source was untold: who adds to it gains no time
        since = {key: self._since.setdefault(key, (now, 0))[0] for key in seen}
        ripe = {key for key in seen if key in open_for or now - since[key] >= WAITS}
        return [each for each in untold if (each.kind, each.source) in ripe]

    def _not_given(
        self,
        heard: dict[str, Ranges],
        noted: NotedOfRestores,
        announcements: Sequence[Announcement],
        open_for: Collection[tuple[str, str]],
        now: datetime,
    ) -> list[Alarm]:
        """Numbers that no relay says it has given, though it has spoken since they were heard."""
        found = []
        said = {each.source: each for each in announcements}
        for source, numbers in heard.items():
            highest = max((last for _, last in numbers), default=0)
            spoken = said.get(source)
            key = (NUMBER_NOT_GIVEN, source)
            if source in noted.gave_up or (spoken is not None and spoken.highest >= highest):
                self._since.pop(key, None)
                continue
            since, reached = self._since.get(key, (now, highest))
            if spoken is not None and spoken.highest >= reached:
                # what was beyond it then has been said since
                since, reached = now, highest
            self._since[key] = since, reached
            if spoken is None and (key in open_for or now - since >= UNKNOWN_WAITS):
                found.append(Alarm(NUMBER_NOT_GIVEN, source, min(first for first, _ in numbers), highest))
            elif spoken is not None and (key in open_for or spoken.heard_at - since >= WAITS):
                found.append(Alarm(NUMBER_NOT_GIVEN, source, spoken.highest + 1, reached))
        return found

    def _begun_anew(
        self,
        announcements: Sequence[Announcement],
        told: ToldOfRestores,
        open_for: Collection[tuple[str, str]],
        now: datetime,
    ) -> list[Alarm]:
        """Publishers that have spoken in several epochs, of which no entry says that all but one are over.

        The number is how many epochs there have been: what a reviewer has closed is not opened again, and the next is.
        """
        spoken: defaultdict[str, list[str]] = defaultdict(list)
        for each in announcements:
            spoken[publisher_in(each.source)].append(each.source)
        found = []
        for publisher, sources in spoken.items():
            key = (BEGUN_ANEW_UNTOLD, publisher)
            if len(set(sources) - told.ended) < 2:
                self._since.pop(key, None)
                continue
            since, _ = self._since.setdefault(key, (now, 0))
            if key in open_for or now - since >= UNKNOWN_WAITS:
                found.append(Alarm(BEGUN_ANEW_UNTOLD, publisher, len(sources), len(sources)))
        return found


def _given_up_untold(noted: NotedOfRestores, told: ToldOfRestores) -> Iterable[Alarm]:
    for source, runs in noted.gave_up.items():
        for first, last in lacking(runs, told.gave_up.get(source, ())):
            yield Alarm(GIVEN_UP_UNTOLD, source, first, last, where="given_up_sequences.given_up")
        if not runs and source not in told.over:
            yield Alarm(GIVEN_UP_UNTOLD, source, 0, 0, where="given_up_sequences.source")


def _excused_untold(noted: NotedOfRestores, told: ToldOfRestores) -> Iterable[Alarm]:
    known = set(told.excused)
    for publisher, first, last in noted.excused:
        if (publisher, first, last) not in known:
            place = "restored_hours.publisher"
            yield Alarm(GIVEN_UP_UNTOLD, publisher, number_of(first), number_of(last), where=place)
