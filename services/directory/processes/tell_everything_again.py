"""Tell how everything stands that others keep a copy of, so that an empty or an old copy is whole again.

Nothing has happened, and the events say so: they are others than those of a change. Each part is a transaction of its
own; what changes meanwhile is told by itself, and a copy keeps what is newer (``shared/storage/staff.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from services.directory.domain.events import EndedSessionToldAgain, RoutingRulesToldAgain, UnitToldAgain
from services.directory.domain.ports import DirectoryWork
from shared.kernel.identity import AssignmentId

AT_ONCE = 500


@dataclass(frozen=True)
class ToldAgain:
    """How many of each were told."""

    units: int
    assignments: int
    municipalities: int
    ended_sessions: int


class TellingAgain:
    """Of every unit, every assignment (ended ones too), all routing rules and the sessions that have ended."""

    def __init__(self, begin: Callable[[], AbstractContextManager[DirectoryWork]]) -> None:
        """``begin``: transactions of an operator's."""
        self._begin = begin

    def run(self) -> ToldAgain:
        """Tell of all of them."""
        with self._begin() as uow:
            now = uow.clock.now()
            units = uow.units.every()
            uow.record(*(each.told_as(UnitToldAgain, now) for each in units))
            municipalities = uow.rules.municipalities()
            for code in municipalities:
                rules = uow.rules.of(code)
                if rules is not None:
                    uow.record(rules.told_as(RoutingRulesToldAgain, now))
            sessions = uow.ended_sessions()
            for session_id, expires_at in sessions:
                uow.record(EndedSessionToldAgain(occurred_at=now, session_id=session_id, expires_at=expires_at))
        return ToldAgain(len(units), self._tell_of_assignments(), len(municipalities), len(sessions))

    def _tell_of_assignments(self) -> int:
        told, last = 0, None
        while True:
            with self._begin() as uow:
                part = uow.assignments.after(last, AT_ONCE)
                if not part:
                    return told
                now = uow.clock.now()
                uow.record(*(each.told_again(now) for each in part))
            told += len(part)
            last = AssignmentId(part[-1].id)
