"""What the chaos run's clients count as answered."""

from __future__ import annotations

import pytest

from tests.chaos.submitting import Submission


@pytest.mark.parametrize(("after", "answered"), [(0.1, True), (29.9, True), (30.1, False), (180.0, False)])
def test_answered_is_within_half_a_minute(after: float, answered: bool) -> None:
    """However often the client had to ask: one seed in every test run is held to it, and `make chaos` alike."""
    late = Submission("a-key", 1000.0, location="/api/referral/v1/referrals/1", ended=1000.0 + after)
    assert late.answered is answered


def test_what_never_came_is_not_answered() -> None:
    """A client that gave up."""
    assert not Submission("a-key", 1000.0, tries=[(1000.0, 15.0, None)]).answered
