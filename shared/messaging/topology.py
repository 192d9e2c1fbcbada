"""Exchanges and queues, declared by the migration step with the administrator's broker user, before anyone publishes.

A broker confirms a message that no queue takes, so a queue that is declared late has lost what came before. Services
themselves may configure nothing. Works on RabbitMQ 3.10 (which has neither a default delivery limit nor delayed
retries) and 4.x: every argument is written out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kombu.entity import Exchange, Queue, binding
from kombu.transport.pyamqp import Channel

from shared.contracts.common import RelayAnnounced
from shared.messaging import names
from shared.messaging.connection import connect
from shared.messaging.subscription import EVERY_PUBLISHER, Subscription

# a quorum queue counts a look at a parked message as a delivery, and RabbitMQ 4 would drop it at the twentieth
_AS_GOOD_AS_UNLIMITED = 1_000_000


def declare(admin_broker_url: str, publishers: Sequence[str], subscriptions: Sequence[Subscription]) -> None:
    """Declare all that these publishers and subscriptions need; repeating it changes nothing.

    Raises amqp.PreconditionFailed when a queue exists with other arguments.
    """
    connection = connect(admin_broker_url, "topology")
    try:
        channel = Channel(connection)
        channel.open()
        for exchange in exchanges(publishers, subscriptions):
            exchange.declare(channel=channel)
        for queue in queues(publishers, subscriptions):
            queue.queue_declare(channel=channel)
            for each in queue.bindings:
                each.bind(queue, channel=channel)
    finally:
        connection.close()


def event_types_nobody_hears(
    published: Sequence[tuple[str, str]], subscriptions: Sequence[Subscription]
) -> list[tuple[str, str]]:
    """Which (publisher, event type) pairs no subscription binds: the broker would return such events for ever."""
    heard = {binding for subscription in subscriptions for binding in subscription.bindings}
    return [
        (publisher, event_type)
        for publisher, event_type in published
        if not heard & {(publisher, event_type), (EVERY_PUBLISHER, event_type)}
        and event_type != RelayAnnounced.event_type
    ]


def permissions(prefix: str, services: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """The least rights of each service's broker user, as a part of RabbitMQ's definitions file."""
    entries = []
    for service in services:
        configure, write, read = names.rights(service)
        entries.append(
            {
                "user": f"{prefix}_{service}",
                "vhost": prefix,
                "configure": configure,
                "write": write,
                "read": read,
            }
        )
    admin = {"user": f"{prefix}_admin", "vhost": prefix, "configure": ".*", "write": ".*", "read": ".*"}
    return {"permissions": [*entries, admin]}


def exchanges(publishers: Sequence[str], subscriptions: Sequence[Subscription]) -> Iterator[Exchange]:
    """Each publisher's own, and by which a service's messages are parked, wait, and come again."""
    for publisher in publishers:
        yield _of(publisher)
    for service in _services(subscriptions):
        yield _parking(service)
        yield _again(service)
        for seconds in names.RETRY_SECONDS:
            yield _waiting(service, seconds)


def queues(publishers: Sequence[str], subscriptions: Sequence[Subscription]) -> Iterator[Queue]:
    """Each subscription's own and its parked one, and where a service's messages wait; with what they are bound to."""
    for service in _services(subscriptions):
        for seconds in names.RETRY_SECONDS:
            # one waiting queue per delay, since a queue lets messages go in order; they keep their routing key
            yield _quorum(
                names.retry_queue(service, seconds),
                [binding(_waiting(service, seconds))],
                {"x-message-ttl": seconds * 1000, **_dead_letters_to(names.again_exchange(service))},
            )
    for subscription in subscriptions:
        service, queue = subscription.service, subscription.queue
        heard = [
            binding(_of(source), event_type)
            for publisher, event_type in subscription.bindings
            for source in (publishers if publisher == EVERY_PUBLISHER else (publisher,))
        ]
        # the limit is a backstop: a killed consumer counts against every message it held, healthy or not
        limited: dict[str, int | str] = {"x-delivery-limit": names.DELIVERY_LIMIT, "x-dead-letter-routing-key": queue}
        yield _quorum(
            names.parked_queue(queue),
            [binding(_parking(service), queue)],
            {"x-delivery-limit": _AS_GOOD_AS_UNLIMITED},
        )
        yield _quorum(
            queue,
            [binding(_again(service), queue), *heard],
            limited | _dead_letters_to(names.parked_exchange(service)),
        )


def _services(subscriptions: Sequence[Subscription]) -> list[str]:
    return sorted({subscription.service for subscription in subscriptions})


def _of(publisher: str) -> Exchange:
    return Exchange(names.exchange(publisher), "topic")


def _parking(service: str) -> Exchange:
    return Exchange(names.parked_exchange(service), "direct")


def _again(service: str) -> Exchange:
    return Exchange(names.again_exchange(service), "direct")


def _waiting(service: str, seconds: int) -> Exchange:
    return Exchange(names.retry_exchange(service, seconds), "fanout")


def _quorum(name: str, bindings: list[binding], arguments: dict[str, int | str]) -> Queue:
    return Queue(name, bindings=bindings, queue_arguments={"x-queue-type": "quorum", **arguments})


def _dead_letters_to(exchange: str) -> dict[str, int | str]:
    # at-most-once, the default, may lose a message between two queues; it needs reject-publish to be possible
    return {
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
