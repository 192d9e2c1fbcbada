"""When the verification does not take its usual half day, and when it says that it is late."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.audit.domain.alarms import VERIFICATION_LATE, Changes
from services.audit.log.keys import SignerKey
from services.audit.log.walk import Walk
from services.audit.processes.verification import Result, State
from services.audit.processes.verify_in_background import LATE, Pace, Verifier
from shared.kernel.clock import FixedClock

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SIZE = 10_000


class Log:
    """A log of ten thousand entries, of which none is wrong, and what is remembered of it."""

    def __init__(self, state: State | None) -> None:
        self.kept: dict[str, Any] | None = None if state is None else state.to_json()
        self.opened: list[str] = []

    def lock(self) -> bool:
        """Nobody else is at it."""
        return True

    def read(self) -> dict[str, Any] | None:
        """What was kept."""
        return self.kept

    def keep(self, state: dict[str, Any]) -> None:
        """Keep it."""
        self.kept = state

    def asked_at(self) -> None:
        """Nobody has asked."""

    def size(self) -> int:
        """How long it is."""
        return SIZE

    def unsigned(self) -> None:
        """All is signed."""

    def signed_at(self) -> None:
        """At no time that matters here."""

    def cut_off(self) -> None:
        """All that is signed is there."""

    def keys(self) -> list[str]:
        """None but ours."""
        return []

    beyond = keys

    def heard(self) -> dict[str, Any]:
        """Nothing that must be told of."""
        return {}

    def standing(self, _: Collection[str]) -> list[Any]:
        """No alarm."""
        return []

    def change(self, changes: Changes, _: datetime) -> None:
        """What opens."""
        self.opened += [alarm.kind for alarm, _ in changes.opened]


def verifier(log: Log, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, *, at_most: float) -> Verifier:
    """One whose seconds stand still, so that a tick in a hurry goes to the end, and whose slices all hold."""

    def slice_(_: Any, walk: Walk, high: int) -> tuple[list[Any], dict[str, list[int]]]:
        walk.at = high
        return [], {}

    begin: Any = lambda: nullcontext(SimpleNamespace(verification=log, remembered=log, alarms=log))  # noqa: E731
    made = Verifier(begin, SignerKey.generate("x").verifier, clock, pace=Pace(at_most=at_most), seconds=lambda: 0.0)
    monkeypatch.setattr(made, "_slice", lambda uow, walk, high: slice_(uow, walk, high))
    return made


def tick(made: Verifier) -> State:
    state = made.run()
    assert state is not None
    return state


def ended(ago: timedelta) -> Result:
    return Result(NOW - ago - timedelta(hours=12), NOW - ago, SIZE, None)


@pytest.mark.parametrize(
    ("state", "whole"),
    [
        (None, True),
        (State(NOW, seen=SIZE, tip=Walk(at=SIZE), last=ended(timedelta(hours=1))), False),
        # after some days of rest
        (State(NOW, seen=SIZE, tip=Walk(at=SIZE), last=ended(LATE + timedelta(minutes=1))), True),
        # the log was put back, so that what is new can only be looked at when a round over it is over
        (State(NOW, seen=2 * SIZE, tip=Walk(at=2 * SIZE), last=ended(timedelta(hours=1))), True),
    ],
    ids=["first", "usual", "late", "put back"],
)
def test_it_hurries_when_it_has_reason_to(state: State | None, whole: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it takes the usual half day, and something of it at each tick."""
    log = Log(state)
    monkeypatch.setattr("services.audit.processes.verify_in_background.note_findings", lambda *_: None)
    found = tick(verifier(log, FixedClock(NOW), monkeypatch, at_most=1))
    assert (found.last is not None and found.last.finished_at == NOW) is whole


def test_whoever_empties_what_is_remembered_does_not_put_off_that_it_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process remembers since when no round has been over."""
    clock, log = FixedClock(NOW), Log(None)
    made = verifier(log, clock, monkeypatch, at_most=0)
    for _ in range(27):
        assert log.opened == []
        log.kept = None
        tick(made)
        clock.advance(timedelta(hours=1))
    tick(made)
    assert log.opened == [VERIFICATION_LATE]
