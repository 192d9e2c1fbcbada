"""A service's broker user can do its own work and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import amqp
import pytest

from shared.messaging import names
from shared.messaging.connection import connect
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.messaging.trouble import BrokerTrouble
from tests.integration.messaging.conftest import House


@pytest.fixture
def as_referral(house: House) -> Iterator[amqp.Channel]:
    """A channel of the referral service's broker user."""
    connection = connect(house.installation.settings().service("referral").broker_url, "test")
    yield connection.channel()
    connection.close()


def test_a_service_publishes_on_its_own_exchange(house: House) -> None:
    """Its own exchange takes its events, and the broker says so."""
    publisher = ConfirmedPublisher(house.installation.settings().service("referral").broker_url, "test")
    receipt = publisher.publish([Outgoing(names.exchange("referral"), "referral.sent.v1", "m", b"{}")])
    publisher.close()
    assert receipt.confirmed == {"m"}


@pytest.mark.parametrize(
    "exchange",
    ["lotsa.directory", "lotsa.audit.again", "lotsa.audit.parked", "lotsa.referral.again", "", "amq.topic"],
    ids=["another's", "another's way back", "another's parking", "own way back", "default", "built-in"],
)
def test_a_service_publishes_nowhere_else(house: House, exchange: str) -> None:
    """Neither in another's name nor into another's queues."""
    publisher = ConfirmedPublisher(house.installation.settings().service("referral").broker_url, "test")
    with pytest.raises(BrokerTrouble):
        publisher.publish([Outgoing(exchange, "audit.obey", "m", b"{}")])


@pytest.mark.parametrize("queue", ["audit.obey", "audit.obey.parked"])
def test_a_service_reads_no_other_services_queues(as_referral: amqp.Channel, queue: str) -> None:
    """Another's messages, parked or not, are not for it."""
    with pytest.raises(amqp.AccessRefused):
        as_referral.basic_get(queue)


@pytest.mark.holds("services-configure-no-broker")
def test_a_service_configures_nothing(as_referral: amqp.Channel) -> None:
    """Not even a queue under its own name."""
    with pytest.raises(amqp.AccessRefused):
        as_referral.queue_declare("referral.mine", durable=True)


def test_declaring_again_changes_nothing(house: House) -> None:
    """The migration step may run as often as it likes."""
    from shared.messaging.receive.subscribe import subscriptions_of
    from shared.messaging.topology import declare
    from shared.settings import SERVICES
    from tests.integration.messaging.listener import Listener

    declare(house.installation.settings().admin_broker_url, SERVICES, subscriptions_of(Listener))
