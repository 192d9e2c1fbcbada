"""Exchanges and queues, declared by the migration step with the administrator's broker user, before anyone publishes.

A broker confirms a message that no queue takes, so a queue that is declared late has lost what came before. Services
themselves may configure nothing. Works on RabbitMQ 3.10 (which has neither a default delivery limit nor delayed
retries) and 4.x: every argument is written out.
"""

from __future__ import annotations

from collections.abc import Sequence

import amqp

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
        channel = connection.channel()
        for publisher in publishers:
            _exchange(channel, names.exchange(publisher), "topic")
        for service in sorted({subscription.service for subscription in subscriptions}):
            _declare_retry_queues(channel, service)
        for subscription in subscriptions:
            _queue(channel, subscription, publishers)
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


def _declare_retry_queues(channel: amqp.Channel, service: str) -> None:
    _exchange(channel, names.parked_exchange(service), "direct")
    _exchange(channel, names.again_exchange(service), "direct")
    for seconds in names.RETRY_SECONDS:
        # one waiting queue per delay, since a queue lets messages go in order; they keep their routing key
        waiting: dict[str, int | str] = {
            "x-message-ttl": seconds * 1000,
            **_dead_letters_to(names.again_exchange(service)),
        }
        _exchange(channel, names.retry_exchange(service, seconds), "fanout")
        _declare(channel, names.retry_queue(service, seconds), waiting)
        channel.queue_bind(names.retry_queue(service, seconds), names.retry_exchange(service, seconds))


def _queue(channel: amqp.Channel, subscription: Subscription, publishers: Sequence[str]) -> None:
    service, queue = subscription.service, subscription.queue
    # the limit is a backstop: a killed consumer counts against every message it held, healthy or not
    limited: dict[str, int | str] = {"x-delivery-limit": names.DELIVERY_LIMIT, "x-dead-letter-routing-key": queue}
    _declare(channel, queue, limited | _dead_letters_to(names.parked_exchange(service)))
    _declare(channel, names.parked_queue(queue), {"x-delivery-limit": _AS_GOOD_AS_UNLIMITED})
    channel.queue_bind(names.parked_queue(queue), names.parked_exchange(service), queue)
    channel.queue_bind(queue, names.again_exchange(service), queue)
    for publisher, event_type in subscription.bindings:
        for source in publishers if publisher == EVERY_PUBLISHER else (publisher,):
            channel.queue_bind(queue, names.exchange(source), event_type)


def _dead_letters_to(exchange: str) -> dict[str, int | str]:
    # at-most-once, the default, may lose a message between two queues; it needs reject-publish to be possible
    return {
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def _exchange(channel: amqp.Channel, name: str, kind: str) -> None:
    channel.exchange_declare(name, kind, durable=True, auto_delete=False)


def _declare(channel: amqp.Channel, name: str, arguments: dict[str, int | str]) -> None:
    channel.queue_declare(name, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum", **arguments})
