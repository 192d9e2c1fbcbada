"""Consume a service's queues over one connection that is watched by heartbeats and made anew within a second or two.

Written with the standard library's threads: in a bus process these are green (``run_bus`` patches first), in a test
they may be real ones.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import amqp

from shared.messaging import names
from shared.messaging.connection import body_of, connect, drop
from shared.messaging.receive.delivery import Delivery
from shared.messaging.receive.park import Settling
from shared.messaging.subscription import Subscription
from shared.observability import metrics
from shared.observability.episodes import Episode
from shared.observability.logs import logger

PREFETCH = 20
RECONNECT_AFTER = (0.1, 0.3, 0.5, 1.0)

_log = logger("messaging.consuming")


class Consuming:
    """Brings deliveries of ``subscriptions`` to ``take``, which must not block, until told to stop."""

    def __init__(
        self,
        broker_url: str,
        service: str,
        subscriptions: Sequence[Subscription],
        settling: Settling,
        take: Callable[[Delivery], None],
        *,
        prefetch: int = PREFETCH,
    ) -> None:
        self._url = broker_url
        self._service = service
        self._subscriptions = list(subscriptions)
        self._settling = settling
        self._take = take
        self._prefetch = prefetch
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._taking = True
        self._episode = Episode(_log, "the broker is back for good", service=service)
        self._listening = False
        self._connection: amqp.Connection | None = None
        # said from the beginning: of a bus that has never been connected nobody would hear that it is not
        metrics.connected.labels(service).set(0)

    @property
    def connected(self) -> bool:
        """Whether the queues are being consumed at this moment."""
        return self._connection is not None

    def run(self) -> None:
        """Consume until ``stop``; comes back after every kind of broker trouble."""
        failures = 0
        try:
            while not self._stopping.is_set():
                try:
                    connection = self._begin()
                    failures = 0
                    self._drain(connection)
                except Exception as error:  # noqa: BLE001 - whatever happens to a connection, a new one is made
                    if not self._stopping.is_set():
                        self._episode.trouble("the broker is away", error=error)
                finally:
                    self._leave()
                self._stopping.wait(RECONNECT_AFTER[min(failures, len(RECONNECT_AFTER) - 1)])
                failures += 1
        finally:
            self._stopped.set()

    def begin_anew(self) -> None:
        """Drop the connection; ``run`` makes another, and what was not settled comes again."""
        _log.error("something was left unsettled", service=self._service)
        drop(self._connection)

    def no_more(self) -> None:
        """Take no new deliveries, but stay connected so that those in hand can be acknowledged."""
        self._taking = False

    def stop(self, within: float = 5.0) -> None:
        """Leave the broker; what is not acknowledged goes to another."""
        self._taking = False
        self._stopping.set()
        self._stopped.wait(within)

    def _begin(self) -> amqp.Connection:
        connection = connect(self._url, f"{self._service} bus")
        try:
            for subscription in self._subscriptions:
                # one each: what is acknowledged up to a number is then of one queue only
                channel = connection.channel()
                channel.auto_decode = False  # a body goes on as it came, whatever encoding it claims
                # while one batch is carried out, the next should be here already
                channel.basic_qos(0, max(self._prefetch, 2 * subscription.batch), False)
                arrive = partial(self._arrive, channel, subscription)
                channel.basic_consume(subscription.queue, callback=arrive, on_cancel=self._cancelled)
        except BaseException:
            drop(connection)
            raise
        self._connection = connection
        metrics.reconnections.labels(self._service).inc()
        metrics.connected.labels(self._service).set(1)
        if not self._listening:
            self._listening = True
            _log.info("listening", service=self._service, queues=len(self._subscriptions))
        return connection

    def _drain(self, connection: amqp.Connection) -> None:
        ticked = time.monotonic()
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):  # nothing came
                connection.drain_events(timeout=0.5)
            if time.monotonic() - ticked >= 1.0:
                ticked = time.monotonic()
                connection.heartbeat_tick()
                self._settling.keep_alive()
                self._episode.well()

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        metrics.connected.labels(self._service).set(0)
        drop(connection)

    def _cancelled(self, _tag: str) -> None:
        # the queue was taken away or moved: begin anew
        raise ConnectionError("the broker cancelled a consumer")

    def _arrive(self, channel: amqp.Channel, subscription: Subscription, message: amqp.Message) -> None:
        if not self._taking:
            return  # stays unacknowledged, so another process gets it
        headers = message.headers or {}
        attempts = headers.get(names.ATTEMPTS, 0)
        self._take(
            Delivery(
                subscription=subscription,
                body=body_of(message),
                message_id=str(message.properties.get("message_id", "")),
                exchange=str(message.delivery_info["exchange"]),
                attempts=attempts if isinstance(attempts, int) else 0,
                settling=self._settling,
                is_live=lambda: channel.is_open and not self._stopping.is_set(),
                acknowledge=partial(_acknowledge, channel, message.delivery_info["delivery_tag"]),
                acknowledge_all=partial(_acknowledge, channel, message.delivery_info["delivery_tag"], multiple=True),
                wait=self._pause,
                replayed_by=headers.get(names.REPLAYED_BY),
            )
        )

    def _pause(self, seconds: float) -> None:
        self._stopping.wait(seconds)


def _acknowledge(channel: amqp.Channel, tag: int, *, multiple: bool = False) -> None:
    try:
        channel.basic_ack(tag, multiple)
    except Exception as error:  # noqa: BLE001 - as above
        # the connection is gone; the broker delivers it again, and the inbox knows it
        _log.info("could not acknowledge", error=error)
