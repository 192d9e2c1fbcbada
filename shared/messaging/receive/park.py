"""Put a message aside, for later or for a person to look at: confirmed, before the original is acknowledged."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Protocol

from shared.messaging import names
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.messaging.subscription import Subscription
from shared.messaging.trouble import BrokerTrouble


class Held(Protocol):
    """What is known of a message that is to be put aside; a delivery knows it (``delivery.py``)."""

    @property
    def subscription(self) -> Subscription: ...

    @property
    def body(self) -> bytes: ...

    @property
    def message_id(self) -> str: ...

    @property
    def attempts(self) -> int: ...

    @property
    def replayed_by(self) -> str | None: ...


class Settling:
    """One service's way of putting messages aside. Its connection is made when first needed and kept apart from the
    consumers', so that neither waits for the other."""

    def __init__(self, broker_url: str, service: str) -> None:
        self._service = service
        self._publisher = ConfirmedPublisher(broker_url, f"{service} putting aside")
        self._lock = threading.Lock()

    def try_again(self, held: Held, seconds: int, reason: str) -> None:
        """Let it wait, and count the attempt. Raises BrokerTrouble unless the broker has it."""
        headers: dict[str, str | int] = {names.ATTEMPTS: held.attempts + 1, names.REASON: reason}
        self._publish(held, names.retry_exchange(self._service, seconds), headers)

    def park(self, held: Held, reason: str) -> None:
        """Lay it on the parked queue, the body as it came. Raises BrokerTrouble unless the broker has it."""
        headers: dict[str, str | int] = {
            names.ATTEMPTS: held.attempts,
            names.REASON: reason,
            names.PARKED_AT: datetime.now(UTC).isoformat(timespec="seconds"),
        }
        self._publish(held, names.parked_exchange(self._service), headers)

    def _publish(self, held: Held, exchange: str, headers: dict[str, str | int]) -> None:
        if held.replayed_by:
            headers[names.REPLAYED_BY] = held.replayed_by
        message = Outgoing(exchange, held.subscription.queue, held.message_id, held.body, headers)
        with self._lock:
            receipt = self._publisher.publish([message])
        if message.message_id not in receipt.confirmed:
            raise BrokerTrouble("not taken")

    def keep_alive(self) -> None:
        """Send a heartbeat if due, unless a message is on its way just now."""
        if self._lock.acquire(blocking=False):
            try:
                self._publisher.keep_alive()
            except BrokerTrouble:
                pass  # the next message will connect anew
            finally:
                self._lock.release()

    def close(self) -> None:
        """Drop the connection."""
        with self._lock:
            self._publisher.close()
