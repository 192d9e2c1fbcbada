"""What counts as a silence, and when a letter about it is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notifications.domain.silence import AGAIN_AFTER, MORE_AFTER, SILENCE, Listening, Signs, is_due

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WORD, LATER = NOON, NOON + timedelta(seconds=10)
ONE, OTHER = UUID(int=1), UUID(int=2)
WHOLE = SILENCE.total_seconds()


class Looks:
    """One process that looks at given seconds of its own clock."""

    def __init__(self) -> None:
        self._now = 0.0
        self._listening = Listening(lambda: self._now)

    def at(self, seconds: float, heard_at: datetime | None, waiting: UUID | None = None) -> bool:
        """Whether it is silent then."""
        self._now = seconds
        return self._listening.silent_for(Signs(heard_at, waiting)) is not None


@pytest.mark.parametrize("heard_at", [WORD, None])
def test_a_directory_that_is_not_heard_is_a_silence_at_the_very_bound(heard_at: datetime | None) -> None:
    """Also one that has never been heard; from this process's first look on, however old its last word is."""
    looks = Looks()
    assert not looks.at(0, heard_at)
    assert not looks.at(WHOLE - 1, heard_at)
    assert looks.at(WHOLE, heard_at)
    assert looks.at(WHOLE + 1000, heard_at)
    assert not looks.at(WHOLE + 1001, LATER), "a word ends it"
    assert not looks.at(2 * WHOLE, LATER)
    assert looks.at(2 * WHOLE + 1001, LATER)


def test_an_outbox_that_stands_still_is_a_silence_while_the_directory_speaks() -> None:
    """The same event waits all the time; where the oldest is another each time, it moves, however full it is."""
    stands, moves, empty = Looks(), Looks(), Looks()
    silent = []
    for look in range(int(WHOLE) // 10 + 2):
        heard_at = NOON + look * timedelta(seconds=10)
        silent.append(stands.at(10 * look, heard_at, ONE))
        assert not moves.at(10 * look, heard_at, UUID(int=look))
        assert not empty.at(10 * look, heard_at)
    assert silent == [False] * (int(WHOLE) // 10) + [True, True]
    assert not stands.at(WHOLE + 20, NOON + SILENCE + timedelta(hours=1), OTHER)


def test_an_outbox_that_was_empty_begins_to_wait_then() -> None:
    """Not from the moment when it was last full."""
    looks = Looks()
    for look in range(100):
        looks.at(10 * look, NOON + look * timedelta(seconds=10))
    assert not looks.at(1000, NOON + timedelta(hours=1), ONE)
    assert not looks.at(1000 + WHOLE - 1, NOON + timedelta(hours=2), ONE)
    assert looks.at(1000 + WHOLE, NOON + timedelta(hours=3), ONE)


@pytest.mark.parametrize(
    ("silent_for", "told_ago", "due"),
    [
        (SILENCE, None, True),
        (timedelta(days=2), AGAIN_AFTER, True),
        (timedelta(days=2), AGAIN_AFTER - timedelta(seconds=1), False),
        # of an earlier silence
        (SILENCE, MORE_AFTER, True),
        (SILENCE, MORE_AFTER - timedelta(seconds=1), False),
        # of this one
        (MORE_AFTER + SILENCE, MORE_AFTER, False),
    ],
)
def test_when_a_letter_is_due(silent_for: timedelta, told_ago: timedelta | None, due: bool) -> None:
    """At once; the same again each day; another no more often than once an hour."""
    assert is_due(silent_for, None if told_ago is None else NOON - told_ago, NOON) is due
