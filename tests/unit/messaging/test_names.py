"""The rights of a broker user fit the names of its own exchanges and queues, and no others."""

from __future__ import annotations

import re

import pytest

from shared.messaging import names


@pytest.mark.parametrize(
    ("exchange", "allowed"),
    [
        (names.exchange("audit"), True),
        (names.retry_exchange("audit", 600), True),
        (names.parked_exchange("audit"), True),
        (names.again_exchange("audit"), False),
        (names.exchange("auditor"), False),
        (names.exchange("referral"), False),
        ("amq.default", False),
    ],
)
def test_writing(exchange: str, allowed: bool) -> None:
    """A service writes events, retries and parked messages; only the broker brings them back."""
    assert bool(re.search(names.rights("audit")[1], exchange)) is allowed


@pytest.mark.parametrize(
    ("queue", "allowed"),
    [
        ("audit.remember", True),
        (names.parked_queue("audit.remember"), True),
        (names.parked_queue("referral.remember"), False),
        (names.retry_queue("audit", 1), False),
        ("referral.remember", False),
        ("my.audit.remember", False),
    ],
)
def test_reading(queue: str, allowed: bool) -> None:
    """A service reads its reactions' queues, and what was parked from them."""
    assert bool(re.search(names.rights("audit")[2], queue)) is allowed
