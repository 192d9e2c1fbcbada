"""The log is verified by itself, all the time: what is new at once, the whole in slices, within a day.

One tick after the other, each of them bounded: the newest entries first, then the next piece of the round that goes
over the whole log again and again. When a reviewer has asked, the round begins anew and takes more of each tick. What
does not hold becomes an alarm that stays until a reviewer closes it. How far it has come is kept sealed under audit's
master key, so that whoever can write the tables cannot have it say that all was looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.commands.note_findings import NoteFindings, note_findings
from services.audit.domain.alarms import (
    LOG_HAS_ANOTHER_KEY,
    LOG_HAS_SHRUNK,
    LOG_IS_AHEAD,
    THE_LOG,
    VERIFICATION_LATE,
    Alarm,
    follow,
)
from services.audit.domain.beside import NOT_OURS
from services.audit.domain.check_beside import ALL_CHECKS
from services.audit.domain.gaps import joined, lacking, runs
from services.audit.log.check import (
    ENTRY_CHANGED,
    ENTRY_MISSING,
    EVENTS_UNTOLD,
    UNSIGNED_ENTRIES,
    Check,
    Finding,
    Slice,
    told,
)
from services.audit.log.keys import VerifierKey
from services.audit.log.walk import Walk
from services.audit.processes.verification import Round, State
from shared.kernel.clock import Clock

SLICE = 128
WHOLE_WITHIN = timedelta(hours=12)
"""How long a round over the whole log may take when nobody is in a hurry; half of what is promised."""
LATE = timedelta(hours=26)
AHEAD = timedelta(minutes=1)


@dataclass(frozen=True)
class Pace:
    """How much one run does. ``every``: seconds between runs; ``at_most``: seconds of work when it is in a hurry."""

    every: float = 5.0
    at_most: float = 1.0
    least: int = 64


class Verifier:
    """Verifies a piece at each run. One at a time, by a lock in the database."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[AuditUnitOfWork]],
        key: VerifierKey,
        clock: Clock,
        *,
        checks: Sequence[Check] = ALL_CHECKS,
        pace: Pace | None = None,
        seconds: Callable[[], float] = time.monotonic,
        now_known: Callable[[], VerifierKey] | None = None,
    ) -> None:
        """``begin``: transactions that may read the log. ``now_known``: its public keys as they are now; they change
        while this goes on.
        """
        self._begin = begin
        self._key = key
        self._now_known = now_known or (lambda: key)
        self._clock = clock
        self._checks = checks
        self._pace = pace or Pace()
        self._seconds = seconds
        self._no_round_since: datetime | None = None

    def run(self) -> State | None:
        """Look at what is new and at the next piece of the whole; None when another process is at it."""
        with self._begin() as uow:
            return self._piece(uow) if uow.remembered.lock() else None

    def _piece(self, uow: AuditUnitOfWork) -> State:
        now = self._clock.now()
        self._key = self._now_known()
        state = _remembered(uow, now)
        # one budget for both: what is new goes first, and something of the whole is always done
        until = self._seconds() + self._pace.at_most
        size = uow.verification.size()
        found = self._look(uow, state, size)
        state.unsound = [[each.kind, each.first] for each in found]
        if state.tip is not None:
            found += self._walk_on(uow, state, state.tip, size, until)
        found += self._round(uow, state, now, until)
        note_findings(NoteFindings(found=found, at=now), uow)
        self._tell_when_late(uow, state, now)
        _tell_when_ahead(uow, now)
        state.looked_at = now
        uow.remembered.keep(state.to_json())
        return state

    def _look(self, uow: AuditUnitOfWork, state: State, size: int) -> list[Finding]:
        """What is seen without looking at entries: another key, entries that nobody signed, an end that is gone."""
        found = []
        if not set(uow.verification.keys()) <= {str(each) for each in self._key.all}:
            found.append(Finding(LOG_HAS_ANOTHER_KEY, 0, max(size - 1, 0), "log_keys"))
        unsigned = uow.verification.unsigned()
        if unsigned is not None:
            found.append(Finding(UNSIGNED_ENTRIES, *unsigned, "log_entries"))
        cut_off = uow.verification.cut_off()
        if cut_off is not None:
            found.append(Finding(ENTRY_MISSING, *cut_off, "log_entries"))
        found += uow.verification.beyond()
        if size < state.seen:
            found.append(Finding(LOG_HAS_SHRUNK, size, state.seen - 1))
            # a log that was put back from a copy goes on from where it is: that its end is gone is told once
            state.begin_anew()
        state.seen = size
        return found

    def _walk_on(self, uow: AuditUnitOfWork, state: State, walk: Walk, upto: int, until: float) -> list[Finding]:
        found: list[Finding] = []
        while walk.at < upto and self._seconds() < until:
            found += self._slice(uow, walk, min(walk.at + SLICE, upto))[0]
        state.new_wrong = _first(found, state.new_wrong, upto)
        return found

    def _round(self, uow: AuditUnitOfWork, state: State, now: datetime, until: float) -> list[Finding]:
        asked = uow.remembered.asked_at()
        wanted = asked is not None and (state.last is None or asked > state.last.begun_at)
        if wanted and state.round is not None and not state.round.hurried:
            state.round = None
        if state.round is None:
            # what has been heard is read before the size: it is then covered by it, while the sequencer goes on
            heard, size = uow.verification.heard(), uow.verification.size()
            state.round = Round(now, size, heard, hurried=wanted or state.tip is None)
        going = state.round
        # until a first round is over, also of a log that was put back, nobody looks at what is new; and as after some
        # days of rest: what is late is not left to the usual half day
        going.hurried = going.hurried or (state.last is not None and now - state.last.finished_at > LATE)
        left = share(going.size, self._pace)
        found: list[Finding] = []
        while going.walk.at < going.size and (left > 0 or (going.hurried and self._seconds() < until)):
            high = min(going.walk.at + min(SLICE, max(left, self._pace.least)), going.size)
            left -= high - going.walk.at
            wrong, numbers = self._slice(uow, going.walk, high)
            found += wrong
            for source, sequences in numbers.items():
                going.told[source] = joined(going.told.get(source, ()), runs(sequences))
        done = going.walk.at >= going.size
        if done:
            found += _untold(going)
        going.wrong = _first(found, going.wrong, going.size)
        if done:
            state.finish(now)
        return found

    def _slice(self, uow: AuditUnitOfWork, walk: Walk, high: int) -> tuple[list[Finding], dict[str, list[int]]]:
        part = uow.verification.slice(walk.at, high)
        found = walk.over(part, self._key, uow.verification.node)
        for check in self._checks:
            found += _checked(check, part)
        return found, told(part)

    def _tell_when_late(self, uow: AuditUnitOfWork, state: State, now: datetime) -> None:
        # whoever empties what is remembered has it begin anew, again and again; this process remembers since when
        begun = min(self._no_round_since or state.begun_at, state.begun_at)
        self._no_round_since = None if state.last else begun
        since = state.last.finished_at if state.last else begun
        late = [Alarm(VERIFICATION_LATE, THE_LOG, 0, 0)] if now - since > LATE else []
        kinds = (VERIFICATION_LATE,)
        uow.alarms.change(follow(late, uow.alarms.standing(kinds), (), now), now)


def _tell_when_ahead(uow: AuditUnitOfWork, now: datetime) -> None:
    signed_at = uow.verification.signed_at()
    found = [Alarm(LOG_IS_AHEAD, THE_LOG, 0, 0)] if signed_at is not None and signed_at - now > AHEAD else []
    uow.alarms.change(follow(found, uow.alarms.standing((LOG_IS_AHEAD,)), (), now), now)


def _checked(check: Check, part: Slice) -> list[Finding]:
    try:
        return list(check(part))
    except (*NOT_OURS, RecursionError):
        # what cannot even be looked at does not hold; and whoever wrote it must not stop the looking
        return [Finding(ENTRY_CHANGED, part.low, part.high - 1, "log_entries")]


def share(size: int, pace: Pace) -> int:
    """So many entries at each tick that a log of this size is gone over within WHOLE_WITHIN."""
    return max(pace.least, ceil(size / (WHOLE_WITHIN.total_seconds() / pace.every)))


def _remembered(uow: AuditUnitOfWork, now: datetime) -> State:
    kept = uow.remembered.read()
    return State(begun_at=now) if kept is None else State.from_json(kept)


def _untold(going: Round) -> Iterator[Finding]:
    """Events that the sequencer noted as heard when the round began, and that no entry tells of."""
    for source, heard in going.heard.items():
        for first, last in lacking(heard, going.told.get(source, ())):
            yield Finding(EVENTS_UNTOLD, first, last, source=source)


def _first(found: Iterable[Finding], before: int | None, size: int) -> int | None:
    """The first entry that does not hold. An event that no entry tells of stood after all that is left: in the middle
    the tree would have told."""
    places = [size if each.source else each.first for each in found]
    return min([*places, *([] if before is None else [before])], default=None)
