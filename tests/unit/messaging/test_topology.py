"""What the broker is asked for, and nothing else: exchanges, queues with every argument, bindings."""

from __future__ import annotations

import pytest

from operations.install.migrate import subscriptions
from shared.messaging import names
from shared.messaging.subscription import EVERY_PUBLISHER, Subscription
from shared.messaging.topology import exchanges, queues
from shared.settings import SERVICES

QUEUES = {each.name: each for each in queues(SERVICES, subscriptions())}


def test_whatever_a_queue_is_bound_to_is_declared() -> None:
    """As it is declared: the broker refuses a second declaration of an exchange with another type."""
    declared = {each.name: each.type for each in exchanges(SERVICES, subscriptions())}
    bound = {way.exchange.name: way.exchange.type for queue in QUEUES.values() for way in queue.bindings}
    assert bound.items() <= declared.items()


def test_all_survive_a_restart_in_several_places() -> None:
    """Durable quorum queues, whoever goes."""
    for each in QUEUES.values():
        assert (each.durable, each.auto_delete, each.exclusive) == (True, False, False)
        assert each.queue_arguments["x-queue-type"] == "quorum"
    assert all(each.durable and not each.auto_delete for each in exchanges(SERVICES, subscriptions()))


@pytest.mark.parametrize("subscription", subscriptions(), ids=lambda each: each.queue)
def test_a_subscription_hears_what_it_asks_for_and_loses_nothing(subscription: Subscription) -> None:
    """Its types of its publishers, its own that come again; what it cannot carry out goes to its parked queue."""
    own, parked = QUEUES[subscription.queue], QUEUES[names.parked_queue(subscription.queue)]
    heard = {
        (names.exchange(source), event_type)
        for publisher, event_type in subscription.bindings
        for source in (SERVICES if publisher == EVERY_PUBLISHER else (publisher,))
    }
    again = (names.again_exchange(subscription.service), subscription.queue)
    assert {(way.exchange.name, way.routing_key) for way in own.bindings} == heard | {again}
    assert own.queue_arguments == {
        "x-queue-type": "quorum",
        "x-delivery-limit": names.DELIVERY_LIMIT,
        "x-dead-letter-exchange": names.parked_exchange(subscription.service),
        "x-dead-letter-routing-key": subscription.queue,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    (way,) = parked.bindings
    assert (way.exchange.name, way.routing_key) == (own.queue_arguments["x-dead-letter-exchange"], subscription.queue)
    assert "x-dead-letter-exchange" not in parked.queue_arguments


@pytest.mark.parametrize("service", SERVICES)
def test_what_waits_comes_again_under_its_own_key(service: str) -> None:
    """A waiting queue for each delay, whose end leads back."""
    for seconds in names.RETRY_SECONDS:
        waiting = QUEUES[names.retry_queue(service, seconds)]
        assert waiting.queue_arguments["x-message-ttl"] == seconds * 1000
        assert waiting.queue_arguments["x-dead-letter-exchange"] == names.again_exchange(service)
        assert "x-dead-letter-routing-key" not in waiting.queue_arguments
        assert [way.exchange.type for way in waiting.bindings] == ["fanout"]
