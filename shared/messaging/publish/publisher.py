"""Publish and know: every message is confirmed, returned or refused by the broker, or the connection is dropped."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import amqp

from shared.contracts.envelope import CONTENT_TYPE
from shared.messaging.connection import connect, drop
from shared.messaging.trouble import BrokerTrouble

CONFIRM_TIMEOUT = 5.0


@dataclass(frozen=True)
class Outgoing:
    """A message to publish. ``message_id`` must be unique within a batch."""

    exchange: str
    routing_key: str
    message_id: str
    body: bytes
    headers: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What became of a batch, by message id. ``returned``: no queue takes it. ``refused``: the broker said no."""

    confirmed: frozenset[str]
    returned: frozenset[str]
    refused: frozenset[str]


class ConfirmedPublisher:
    """Publishes batches with pipelined confirms. Not for two threads at once. Connects when first needed."""

    def __init__(self, broker_url: str, name: str, *, confirm_timeout: float = CONFIRM_TIMEOUT) -> None:
        self._url = broker_url
        self._name = name
        self._timeout = confirm_timeout
        self._connection: amqp.Connection | None = None
        self._channel: amqp.Channel | None = None
        self._last_tag = 0
        self._pending: dict[int, str] = {}
        self._returned: set[str] = set()
        self._refused: set[str] = set()

    @property
    def connected(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self._connection is not None

    @property
    def sockets(self) -> tuple[int, ...]:
        """The connection's descriptor, if there is one: the broker speaks of itself when it goes, or beats."""
        descriptor = -1 if self._connection is None else self._connection.sock.fileno()
        return () if descriptor < 0 else (descriptor,)

    def publish(self, messages: Sequence[Outgoing]) -> Receipt:
        """Publish all and wait for the broker's word on each. Raises BrokerTrouble when it does not come in time."""
        try:
            channel = self._channel or self._open()
            self._returned, self._refused = set(), set()
            for message in messages:
                self._last_tag += 1
                self._pending[self._last_tag] = message.message_id
                channel.basic_publish(_wire(message), message.exchange, message.routing_key, mandatory=True)
            deadline = time.monotonic() + self._timeout
            while self._pending:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError("no confirm in time")
                channel.connection.drain_events(timeout=left)
        except Exception as error:  # noqa: BLE001 - whatever broke, nothing more is known of these messages
            self.close()
            raise BrokerTrouble(type(error).__name__) from None
        sent = {message.message_id for message in messages}
        confirmed = sent - self._returned - self._refused
        return Receipt(frozenset(confirmed), frozenset(self._returned), frozenset(self._refused))

    def open(self) -> None:
        """Connect if not connected. Raises BrokerTrouble."""
        if self._connection is None:
            try:
                self._open()
            except Exception as error:  # noqa: BLE001 - as above
                self.close()
                raise BrokerTrouble(type(error).__name__) from None

    def keep_alive(self) -> None:
        """Send a heartbeat if due and hear whether the broker has gone. Raises BrokerTrouble."""
        if self._connection is None:
            return
        try:
            self._connection.heartbeat_tick()
            self._connection.drain_events(timeout=0)
        except TimeoutError:
            pass  # nothing was said, as is usual
        except Exception as error:  # noqa: BLE001 - as above
            self.close()
            raise BrokerTrouble(type(error).__name__) from None

    def close(self) -> None:
        """Drop the connection; unconfirmed messages count as not published."""
        connection, self._connection, self._channel = self._connection, None, None
        self._pending.clear()
        drop(connection)

    def _open(self) -> amqp.Channel:
        self._connection = connect(self._url, self._name)
        channel = self._connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)
        self._channel, self._last_tag = channel, 0
        return channel

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._settle(tag, multiple)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self._refused.update(self._settle(tag, multiple))

    def _on_return(self, _reason: Exception, _exchange: str, _routing_key: str, message: amqp.Message) -> None:
        # a returned message is confirmed too, a moment later
        self._returned.add(message.properties["message_id"])

    def _settle(self, tag: int, multiple: bool) -> list[str]:
        tags = [each for each in self._pending if each <= tag] if multiple else [tag]
        return [self._pending.pop(each) for each in tags if each in self._pending]


def _wire(message: Outgoing) -> amqp.Message:
    return amqp.Message(
        message.body,
        content_type=CONTENT_TYPE,
        delivery_mode=2,
        message_id=message.message_id,
        application_headers=dict(message.headers),
    )
