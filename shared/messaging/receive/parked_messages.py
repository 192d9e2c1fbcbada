"""Parked messages: look at them without showing what they hold, and send them back or throw them away.

For the command line and the status page, with the administrator's broker user. Only identifiers, types, reasons and
counts are told; a body is never shown, since nobody has vouched for what is in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import amqp

from shared.contracts.envelope import Envelope, UndecodableEnvelope
from shared.messaging import names
from shared.messaging.connection import body_of, connect
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.messaging.trouble import BrokerTrouble

DELIVERY_LIMIT_REACHED = "the delivery limit was reached"
LAID_BACK_WITHIN_SECONDS = 2.0
HELD_BY_OTHERS_SECONDS = 1.0


@dataclass(frozen=True)
class Parked:
    """A parked message, masked. What could not be read has no event id and no type.

    ``handle``: what an operator calls it by: the event's id, or the message's, or, where there is neither, one made
    from its bytes. ``id``: the first or the second of these, as far as it is one of ours.
    """

    queue: str
    message_id: str
    event_id: UUID | None
    event_type: str | None
    source: str | None
    sequence: int | None
    time: str | None
    reason: str
    attempts: int
    parked_at: str | None
    replayed_by: str | None
    size: int
    handle: str

    @property
    def id(self) -> UUID | None:
        """The event's id, or the message's; None where nobody knows what somebody wrote there."""
        return self.event_id or _uuid(self.message_id)

    def is_called(self, wanted: Collection[str]) -> bool:
        """Whether it is one of these. What has no id has no such name: neither "" nor "None" is anybody's."""
        names_of_it = {self.handle, self.message_id, str(self.event_id or "")} - {""}
        return not names_of_it.isdisjoint(wanted)


class Parking:
    """The parked queues, looked at over one connection. Use as a context manager."""

    def __init__(self, admin_broker_url: str) -> None:
        self._url = admin_broker_url
        self._connection: amqp.Connection | None = None

    def __enter__(self) -> Self:
        self._connection = connect(self._url, "parking")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def count(self, queue: str) -> int:
        """How many messages are parked from a queue. Raises amqp.NotFound when there is no such queue."""
        channel = self._channel()
        count = channel.queue_declare(names.parked_queue(queue), passive=True).message_count
        channel.close()
        return int(count)

    def look(self, queue: str, *, at_most: int = 1_000) -> list[Parked]:
        """The parked messages of a queue, oldest first; they stay where they are."""
        channel = self._channel()
        held = _take(channel, queue, at_most=at_most)
        found = [_masked(queue, message) for message in held]
        _give_back(channel, queue, held)
        return found

    def replay(
        self,
        queue: str,
        event_ids: Iterable[UUID | str] | None,
        *,
        by: str,
        before: Callable[[Parked], None] = lambda _parked: None,
    ) -> list[Parked]:
        """Send messages back to their queue with a fresh count of attempts; None means all. Returns what went.

        ``event_ids``: event ids, or message ids of what could not be read. ``by``: a code for who asks, never a name.
        ``before``: called with each message first, to audit the replay; what it raises leaves the message parked.
        The copy is confirmed before the parked one goes: a crash between repeats it. Raises BrokerTrouble.
        """
        wanted = None if event_ids is None else {str(each) for each in event_ids}
        publisher = ConfirmedPublisher(self._url, "replay")
        channel = self._channel()
        # all are taken before any is sent: one that is parked anew meanwhile is not met a second time
        held = _take(channel, queue, wanted=wanted)
        replayed = []
        try:
            for message in list(held):
                parked = _masked(queue, message)
                if wanted is not None and not parked.is_called(wanted):
                    continue
                before(parked)
                _send_back(publisher, parked, body_of(message), by)
                _drop(channel, held, message)
                replayed.append(parked)
        finally:
            publisher.close()
            _give_back(channel, queue, held)
        return replayed

    def discard(self, queue: str, wanted: Collection[str], *, before: Callable[[Parked], None]) -> list[Parked]:
        """Throw messages away for good: those called so. Returns what went.

        ``before``: called with each message first, to audit it; what it raises leaves the message parked. A crash
        between leaves it parked too: it is then audited once more when it is thrown away again.
        """
        channel = self._channel()
        held = _take(channel, queue, wanted=wanted)
        gone = []
        try:
            for message in list(held):
                parked = _masked(queue, message)
                if parked.is_called(wanted):
                    before(parked)
                    _drop(channel, held, message)
                    gone.append(parked)
        finally:
            _give_back(channel, queue, held)
        return gone

    def _channel(self) -> amqp.Channel:
        if self._connection is None:
            raise RuntimeError("use Parking as a context manager")
        channel = self._connection.channel()
        channel.auto_decode = False
        return channel


def list_parked(admin_broker_url: str, queues: Sequence[str]) -> dict[str, int]:
    """How many messages each of these queues has parked."""
    with Parking(admin_broker_url) as parking:
        return {queue: parking.count(queue) for queue in queues}


def _take(
    channel: amqp.Channel, queue: str, *, at_most: int | None = None, wanted: Collection[str] | None = None
) -> list[Any]:
    """The messages that are parked, taken out of everybody else's sight until they are dropped or given back.

    One that is wanted may just now be held by somebody who looks, as audit does to explain its gaps: it is waited for.
    """
    held: list[Any] = []
    until = time.monotonic() + HELD_BY_OTHERS_SECONDS
    while at_most is None or len(held) < at_most:
        message = channel.basic_get(names.parked_queue(queue))
        if message is not None:
            held.append(message)
        elif wanted is None or _all_there(queue, held, wanted) or time.monotonic() > until:
            break
        else:
            time.sleep(0.05)
    return held


def _all_there(queue: str, held: Sequence[Any], wanted: Collection[str]) -> bool:
    parked = [_masked(queue, message) for message in held]
    return all(any(each.is_called([one]) for each in parked) for one in wanted)


def _drop(channel: amqp.Channel, held: list[Any], message: Any) -> None:
    channel.basic_ack(message.delivery_info["delivery_tag"])
    held.remove(message)


def _give_back(channel: amqp.Channel, queue: str, held: Sequence[Any]) -> None:
    """Lay back what is held, and return when the queue has it.

    The broker lays back some time after it was asked, and whoever looked meanwhile would find nothing: it counts only
    what can be had. Somebody else may take them in the same moment, so the wait has a bound.
    """
    for message in held:
        channel.basic_reject(message.delivery_info["delivery_tag"], requeue=True)
    until = time.monotonic() + LAID_BACK_WITHIN_SECONDS
    while held and time.monotonic() < until:
        if channel.queue_declare(names.parked_queue(queue), passive=True).message_count >= len(held):
            break
        time.sleep(0.005)
    channel.close()


def _send_back(publisher: ConfirmedPublisher, parked: Parked, body: bytes, by: str) -> None:
    headers: dict[str, str | int] = {names.ATTEMPTS: 0, names.REPLAYED_BY: by}
    message = Outgoing(
        names.again_exchange(names.service_of(parked.queue)), parked.queue, parked.message_id, body, headers
    )
    if parked.message_id not in publisher.publish([message]).confirmed:
        raise BrokerTrouble("not taken")


def _masked(queue: str, message: Any) -> Parked:
    headers: dict[str, Any] = message.headers or {}
    body = body_of(message)
    try:
        envelope: Envelope | None = Envelope.from_bytes(body)
    except UndecodableEnvelope:
        envelope = None
    attempts = headers.get(names.ATTEMPTS, 0)
    message_id = str(message.properties.get("message_id", ""))
    return Parked(
        queue=queue,
        message_id=message_id,
        event_id=envelope.id if envelope else None,
        event_type=envelope.type if envelope else None,
        source=envelope.source if envelope else None,
        sequence=envelope.sequence if envelope else None,
        time=envelope.time.isoformat() if envelope else None,
        reason=str(headers.get(names.REASON, DELIVERY_LIMIT_REACHED)),
        attempts=attempts if isinstance(attempts, int) else 0,
        parked_at=headers.get(names.PARKED_AT),
        replayed_by=headers.get(names.REPLAYED_BY),
        size=len(body),
        handle=str(envelope.id) if envelope else str(_uuid(message_id) or f"bytes-{sha256(body).hexdigest()[:16]}"),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
