"""One delivery of one message to one queue, from arrival until it is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.messaging.receive.park import Settling
from shared.messaging.subscription import Subscription


@dataclass(frozen=True, eq=False)
class Delivery:
    """A message that this process holds and must settle: acknowledge, put aside or park.

    ``attempts``: how often a reaction has already raised on it. ``exchange``: by which it came. ``is_live``: whether
    the connection that brought it still stands; otherwise the broker has given it to another. ``replayed_by``: who sent
    it back from the parked queue, as a code. ``acknowledge_all``: this one, and whatever came before it over the same
    channel and is not settled yet; for subscriptions whose deliveries are settled in the order in which they came.
    """

    subscription: Subscription
    body: bytes
    message_id: str
    exchange: str
    attempts: int
    settling: Settling
    is_live: Callable[[], bool]
    acknowledge: Callable[[], None]
    acknowledge_all: Callable[[], None]
    wait: Callable[[float], None]
    replayed_by: str | None = None

    @property
    def live(self) -> bool:
        """Whether it is still ours to settle."""
        return self.is_live()
