"""With which hour a service begins to tally: with the first of which everything is kept."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.kernel.clock import FixedClock
from shared.messaging.publish.tallies import Tallier
from shared.messaging.tally import ids_within

HOUR = datetime(2026, 11, 29, 20, 0, tzinfo=UTC)


class Outbox:
    """An engine that answers with the first that was sent, and whether the first of all is kept."""

    def __init__(self, first: UUID | None, whole: bool) -> None:
        self._answers: list[Any] = [first, whole]

    @contextmanager
    def connect(self) -> Any:
        """As an engine does."""
        yield self

    def execute(self, *_: Any) -> Outbox:
        """Each question is asked once, in this order."""
        return self

    def scalar(self) -> Any:
        """The next answer."""
        return self._answers.pop(0)

    scalar_one = scalar


@pytest.mark.parametrize(
    ("first", "whole", "begins"),
    [
        # the rest of its hour was forgotten
        (HOUR - timedelta(minutes=90), False, HOUR - timedelta(hours=1)),
        (HOUR - timedelta(minutes=90), True, HOUR - timedelta(hours=2)),
        # an hour ago and longer: all of it was sent, and forgotten, so that hour cannot be told of as empty
        (None, False, HOUR),
    ],
)
def test_it_begins_where_everything_is_kept(first: datetime | None, whole: bool, begins: datetime) -> None:
    """Else an upgrade from 0.1, which forgot after an hour, would be an alarm."""
    engine: Any = Outbox(None if first is None else ids_within(first, first)[0], whole)
    now = HOUR + timedelta(minutes=30)
    assert Tallier(engine, "", "referral", "test", clock=FixedClock(now))._begun(now) == begins
