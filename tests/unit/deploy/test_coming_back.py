"""How moments and reasons are said to the commands of coming back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from operations.operator_act import REASONS, known_service, moment, rule_for
from operations.trouble import Trouble

NOW = datetime(2026, 11, 29, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("6h", NOW - timedelta(hours=6)),
        ("3d", NOW - timedelta(days=3)),
        ("2026-11-28T23:00+01:00", datetime(2026, 11, 28, 22, tzinfo=UTC)),
        ("2026-11-28 22:00Z", datetime(2026, 11, 28, 22, tzinfo=UTC)),
    ],
)
def test_a_moment_is_said_as_people_say_it(said: str, meant: datetime) -> None:
    """A time of day, or so and so long ago; always with its zone afterwards."""
    assert moment(said, NOW) == meant
    assert moment(said, NOW).tzinfo is UTC


@pytest.mark.parametrize("said", ["", "yesterday", "6", "6x", "-6h", "2026-13-01", "2026-11-29T03:15Z"])
def test_what_is_no_moment_is_said_to_be_none(said: str) -> None:
    """Nor one that has not been yet."""
    with pytest.raises(Trouble, match="--since"):
        moment(said, NOW)


def test_a_reason_is_one_of_the_codes_and_a_service_one_of_four() -> None:
    """The sentence names those that there are."""
    assert {rule_for(each) for each in REASONS} == {f"operators-come-back-{each}" for each in REASONS}
    with pytest.raises(Trouble, match="broker-lost"):
        rule_for("because")
    assert known_service("audit") == "audit"
    with pytest.raises(Trouble, match="notifications"):
        known_service("broker")
