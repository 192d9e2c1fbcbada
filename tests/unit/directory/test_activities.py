"""Activities: when they take place, and what becomes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.directory.domain.activity import Activity, ActivityStatus, Repeats, Session
from services.directory.domain.events import ActivityCancelled, ActivitySaved
from services.directory.domain.refusals import (
    ActivityEndsBeforeItBegins,
    ActivityIsCancelled,
    LastDayIsMissing,
    NameIsMissing,
    PeriodEndsBeforeItBegins,
)
from shared.kernel.clock import SWEDEN
from shared.kernel.identity import OrganizationId
from tests.support.cast import DANI

NOW = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


def session(**changes: object) -> Session:
    """A café, Thursdays at ten until the middle of November; the clocks go back on 25 October."""
    values: dict[str, object] = {
        "title": "Anhörigcafé",
        "starts_at": datetime(2026, 10, 15, 10, 0, tzinfo=SWEDEN),
        "ends_at": datetime(2026, 10, 15, 12, 0, tzinfo=SWEDEN),
        "repeats": Repeats.WEEKLY,
        "repeats_until": date(2026, 11, 12),
    }
    return Session(**{**values, **changes})  # type: ignore[arg-type]


def test_ten_in_the_morning_stays_ten_when_the_clocks_change() -> None:
    """Five Thursdays at ten by Swedish clocks, before and after the change to winter time."""
    found = session().occurrences(NOW, NOW + timedelta(days=90))
    assert [begins.astimezone(SWEDEN).strftime("%d %H:%M") for begins, _ in found] == [
        "15 10:00",
        "22 10:00",
        "29 10:00",
        "05 10:00",
        "12 10:00",
    ]
    assert {ends - begins for begins, ends in found} == {timedelta(hours=2)}


def test_the_same_holds_for_moments_read_back_in_utc() -> None:
    """A session that comes from the database is in UTC; its occurrences are the same moments."""
    stored = session(
        starts_at=datetime(2026, 10, 15, 8, 0, tzinfo=UTC), ends_at=datetime(2026, 10, 15, 10, 0, tzinfo=UTC)
    )
    whole = NOW + timedelta(days=90)
    assert stored.occurrences(NOW, whole) == session().occurrences(NOW, whole)


def test_only_what_is_still_on_or_to_come_is_shown() -> None:
    """An occurrence under way counts; one that has ended does not, nor one that begins after the period."""
    during = datetime(2026, 10, 22, 9, 0, tzinfo=UTC)
    found = session().occurrences(during, during + timedelta(days=8))
    assert [begins.astimezone(SWEDEN).day for begins, _ in found] == [22, 29]


def test_every_other_week_and_once() -> None:
    """Fortnightly skips a week; once is once."""
    period = (NOW, NOW + timedelta(days=90))
    assert len(session(repeats=Repeats.FORTNIGHTLY).occurrences(*period)) == 3
    assert len(session(repeats=Repeats.ONCE, repeats_until=None).occurrences(*period)) == 1


def test_a_session_must_hold_together() -> None:
    """A title, an end after the beginning, and a last day when it comes again."""
    with pytest.raises(NameIsMissing):
        session(title=" ")
    with pytest.raises(ActivityEndsBeforeItBegins):
        session(ends_at=datetime(2026, 10, 15, 10, 0, tzinfo=SWEDEN))
    with pytest.raises(LastDayIsMissing):
        session(repeats_until=None)
    with pytest.raises(PeriodEndsBeforeItBegins):
        session(repeats_until=date(2026, 10, 14))


def test_a_cancelled_activity_stays_cancelled() -> None:
    """Cancelling counts as a change, is told, and cannot be changed or done again."""
    activity, planned = Activity.planned(uuid4(), OrganizationId(uuid4()), uuid4(), session(), by=DANI, at=NOW)
    assert isinstance(planned, ActivitySaved)
    cancelled, told = activity.cancelled(by=DANI, at=NOW)
    assert isinstance(told, ActivityCancelled)
    assert (cancelled.status, cancelled.version) == (ActivityStatus.CANCELLED, 2)
    with pytest.raises(ActivityIsCancelled):
        cancelled.changed(session(), by=DANI, at=NOW)
    with pytest.raises(ActivityIsCancelled):
        cancelled.cancelled(by=DANI, at=NOW)
