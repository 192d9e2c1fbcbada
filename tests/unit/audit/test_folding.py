"""Lists that somebody was shown again and again are told once for each user and day, and no entry gets lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.audit.views.fold import folded
from services.audit.views.steps import Step

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LIST = Step(
    index=1, id=UUID(int=1), type="access.recorded.v1", occurred_at=NOON, recorded_at=NOON, action="list",
    outcome="allowed", unit_id=UUID(int=2), unit_name="Anhörigstödet", assignment=UUID(int=3), concerns=None,
    role="adviser", user="bo", rule="own-unit", purpose="care", record_kind="referral", subjects=(), consents=(),
    data={},
)  # fmt: skip
STEP = replace(LIST, type="referral.accepted.v1", action="referral.accepted", outcome="done", rule=None, purpose=None)


def counted(*steps: Step) -> list[int]:
    """How many entries each place in the track holds."""
    return [each.times for each in folded(steps)]


def test_the_same_persons_lists_of_a_day_are_one() -> None:
    """With every entry in it, from the first to the last."""
    steps = [replace(LIST, index=number, occurred_at=NOON + timedelta(minutes=number)) for number in range(5)]
    [told] = folded(steps)
    assert list(told.steps) == steps
    assert (told.first.index, told.last.index, told.times) == (0, 4, 5)


@pytest.mark.parametrize(
    "other",
    [
        {"user": "bosse"}, {"unit_id": UUID(int=9)}, {"role": "auditor"}, {"rule": "receiving-unit"},
        {"purpose": "log-review"}, {"action": "search"}, {"occurred_at": NOON + timedelta(days=1)},
        {"assignment": UUID(int=9)},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_what_differs_stands_by_itself(other: dict[str, object]) -> None:
    """Another user, unit, role, reason, errand or day is another place in the track."""
    assert counted(LIST, replace(LIST, **other), LIST) == [2, 1]


def test_the_day_is_the_swedish_one() -> None:
    """A quarter past eleven in the evening and a quarter to one: two days in Sweden, one in UTC."""
    evening = replace(LIST, occurred_at=datetime(2026, 11, 21, 22, 15, tzinfo=UTC))
    night = replace(LIST, occurred_at=datetime(2026, 11, 21, 23, 45, tzinfo=UTC))
    assert counted(evening, night) == [1, 1]


def test_readings_and_refusals_are_never_folded() -> None:
    """Each opening, and each attempt that was refused, is told with its own time."""
    read, refused = replace(LIST, action="read"), replace(LIST, outcome="refused")
    assert counted(read, read, refused, refused) == [1, 1, 1, 1]


def test_a_step_between_keeps_before_and_after_apart() -> None:
    """What was seen before a step is told before it; a reading in between does not matter."""
    assert counted(LIST, LIST, STEP, LIST, replace(LIST, action="read"), LIST) == [2, 1, 2, 1]
