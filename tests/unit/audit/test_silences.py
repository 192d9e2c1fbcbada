"""Who is silent: after five minutes, but not because whoever listens was away for as long."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from services.audit.commands.reconcile_sequences import SILENCE, ReconcileSequences, reconcile_sequences
from services.audit.domain.alarms import PUBLISHER_SILENT, Alarm, Changes, Standing
from services.audit.domain.ports import Announcement
from shared.kernel.clock import FixedClock

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
SOURCE = "/lotsa/x/referral/1"
SECOND = timedelta(seconds=1)


class Sequences:
    """One publisher, that was last heard when the others of this page say."""

    def __init__(self, heard_at: datetime) -> None:
        self._said = Announcement(SOURCE, 7, heard_at, 7, ((1, 7),))

    def announcements(self, _: datetime) -> list[Announcement]:
        """What it said."""
        return [self._said]

    def oldest_waiting(self) -> None:
        """Nothing waits."""


class Alarms:
    """The open ones, and what became of them."""

    def __init__(self, *standing: Standing) -> None:
        self._standing = list(standing)
        self.changes = Changes()

    def lock(self) -> bool:
        """Nobody else is at it."""
        return True

    def standing(self, _: Collection[str]) -> list[Standing]:
        """The open ones."""
        return self._standing

    def accepted(self, _: Collection[str]) -> list[Standing]:
        """None was closed by hand."""
        return []

    def change(self, changes: Changes, _: datetime) -> None:
        """Keep it, to be looked at."""
        self.changes = changes


def asked(alarms: Alarms, *, begun: datetime, heard_at: datetime) -> list[Alarm]:
    work: Any = SimpleNamespace(sequences=Sequences(heard_at), alarms=alarms, clock=FixedClock(NOW))
    return reconcile_sequences(ReconcileSequences(parked=dict, begun=begun), work)


@pytest.mark.parametrize(("listens_since", "silent"), [(SECOND, False), (SILENCE - SECOND, False), (SILENCE, True)])
def test_a_start_is_no_silence(listens_since: timedelta, silent: bool) -> None:
    """As after an upgrade, when everything begins anew, and this process before the others."""
    alarms = Alarms()
    found = asked(alarms, begun=NOW - listens_since, heard_at=NOW - timedelta(hours=8))
    assert [each.kind for each in found] == [PUBLISHER_SILENT] * silent
    assert len(alarms.changes.opened) == silent


def test_a_silence_that_was_known_before_is_no_new_one() -> None:
    """A start neither ends it nor opens another."""
    known = Standing(uuid4(), Alarm(PUBLISHER_SILENT, SOURCE, 7, 7), NOW - timedelta(hours=7))
    alarms = Alarms(known)
    assert asked(alarms, begun=NOW, heard_at=NOW - timedelta(hours=8)) == [known.alarm]
    assert alarms.changes == Changes()
