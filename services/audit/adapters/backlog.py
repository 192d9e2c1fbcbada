"""Whether events still wait before audit: what lies in its own queue is late, and not missing."""

from __future__ import annotations

import time
from collections.abc import Callable

import amqp

from shared.messaging.connection import connect, drop

AT_MOST = 600.0
"""Seconds for which a queue that is never empty, or a broker that is away, is believed to be the reason."""


def waiting_in(broker_url: str, queue: str) -> int:
    """How many messages no consumer has been given yet; one at least where a broker that is away cannot tell."""
    if not broker_url:
        return 0
    connection = None
    try:
        connection = connect(broker_url, "backlog")
        return int(connection.channel().queue_declare(queue, passive=True).message_count)
    except (OSError, amqp.AMQPError):
        return 1
    finally:
        drop(connection)


class Backlog:
    """Asked at each reconciliation that would open an alarm. ``waiting``: how many messages wait."""

    def __init__(self, waiting: Callable[[], int], *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._waiting = waiting
        self._seconds = seconds
        self._since: float | None = None

    def __call__(self) -> bool:
        """Whether audit is behind, and has not been for so long that something else must be wrong."""
        if not self._waiting():
            self._since = None
            return False
        now = self._seconds()
        if self._since is None:
            self._since = now
        return now - self._since < AT_MOST
