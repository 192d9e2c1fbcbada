"""A broker that takes connections and messages, and confirms and delivers none of them: it rings, day and night.

As RabbitMQ does on a full disk: it runs, it answers, it says that it is there, and its queues stand still. Nobody need
ask ``lotsa doctor`` first.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Iterator

import pytest
import yaml
from prometheus_client import REGISTRY

from demo.one_machine.private_rabbitmq import PrivateRabbitMQ
from operations.checkout import CHECKOUT
from shared.messaging.connection import ANSWER_TIMEOUT, HEARTBEAT, connect, drop
from shared.messaging.publish.relay import ANNOUNCE_EVERY
from shared.messaging.receive.subscribe import subscriptions_of
from shared.messaging.topology import declare
from shared.observability import metrics
from shared.settings import SERVICES
from tests.integration.messaging.conftest import House, eventually
from tests.integration.messaging.listener import Listener
from tests.support.private_broker import private_broker, rabbitmqctl

pytestmark = pytest.mark.timeout(400)
RULES = yaml.safe_load((CHECKOUT / "deploy/prometheus/alerts.yml").read_text())["groups"]


def measured(name: str) -> float:
    """What the publisher's relay shows."""
    value = REGISTRY.get_sample_value(name, {"publisher": "referral"})
    assert value is not None
    return value


def rings(alert: str, at: float) -> bool:
    """Whether a rule's expression is true at a moment, by what the relay shows now."""
    [rule] = [each for group in RULES for each in group["rules"] if each["alert"] == alert]
    form = re.fullmatch(r"(time\(\) - )?max by \(publisher\) \((\w+)\) > (\d+)", rule["expr"])
    assert form, "the rule is of another form: evaluate it anew"
    value = measured(form[2])
    return (at - value if form[1] else value) > int(form[3])


@pytest.fixture
def broker() -> Iterator[PrivateRabbitMQ]:
    """One of the test's own, with this room's exchanges and queues."""
    with private_broker() as made:
        made.start()
        declare(made.amqp_url, SERVICES, subscriptions_of(Listener))
        yield made


def unsent(house: House) -> int:
    """How many events wait or are unconfirmed."""
    return int(house.ask("SELECT count(*) FROM outbox WHERE sent_at IS NULL", of="publisher"))


def troubles() -> float:
    """How often the relay has lost its broker."""
    labels = {"publisher": "referral", "kind": "broker"}
    return REGISTRY.get_sample_value("lotsa_relay_troubles_total", labels) or 0


def test_it_is_seen_whether_anything_happens_or_not(house: House, broker: PrivateRabbitMQ) -> None:
    """Its process and its socket live on; when it last confirmed anything, and what waits, tell of it."""
    with house.relaying(broker_url=broker.amqp_url):
        house.send("normal")
        eventually(lambda: unsent(house) == 0, saying="the relay works")
        assert not rings("LotsaBrokerConfirmsNothing", time.time())
        rabbitmqctl(broker, "set_disk_free_limit", "1000000GB")
        confirmed_at, before = measured("lotsa_broker_confirmed_timestamp_seconds"), troubles()
        house.send("normal", "normal")
        eventually(lambda: measured("lotsa_outbox_waiting") == 2, saying="what waits is measured without the broker")
        eventually(lambda: troubles() > before + 1, saying="the relay gets no confirm, and again none")
        assert measured("lotsa_broker_confirmed_timestamp_seconds") == confirmed_at
        waits = measured("lotsa_outbox_age_seconds")
        eventually(lambda: measured("lotsa_outbox_age_seconds") > waits > 0, saying="the age grows")
        assert rings("LotsaBrokerConfirmsNothing", confirmed_at + 121)
        # two minutes later: nobody waits for them here
        later(house)
        eventually(lambda: rings("LotsaOutboxWaits", time.time()), saying="what waits rings too")
        assert unsent(house) == 2, "and none of it is taken for sent"


def later(house: House) -> None:
    """What waits was written two minutes ago."""
    with house.publisher.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET written_at = written_at - interval '2 minutes'")


def test_a_broker_that_is_away_is_measured_too(house: House) -> None:
    """What waits is known from the database alone, however long nobody answers."""
    with house.relaying(broker_url="amqp://127.0.0.1:9/"):
        house.send("normal", "normal", "normal")
        eventually(lambda: measured("lotsa_outbox_waiting") == 3, saying="what waits is measured")
        later(house)
        eventually(lambda: rings("LotsaOutboxWaits", time.time()), saying="it rings")


def test_a_quiet_day_does_not_ring(house: House) -> None:
    """Each relay says how far it has come, whether anything happens or not, and more often than it rings."""
    with house.relaying(announce_every=0.5):
        eventually(lambda: measured("lotsa_broker_confirmed_timestamp_seconds") > 0, saying="it was confirmed once")
        first = measured("lotsa_broker_confirmed_timestamp_seconds")
        eventually(lambda: measured("lotsa_broker_confirmed_timestamp_seconds") > first, saying="and again")
    assert not rings("LotsaBrokerConfirmsNothing", first + ANNOUNCE_EVERY + 10)


def test_who_stands_by_shows_nothing_of_what_was(house: House) -> None:
    """Another relay is active now, elsewhere: the last that this one saw would ring for ever."""
    waiting = house.relay(broker_url="amqp://127.0.0.1:9/")
    with house.publisher.connect() as other:
        key = zlib.crc32(b"lotsa relay referral")
        other.exec_driver_sql("SELECT pg_advisory_lock(%s)", (key,))
        metrics.outbox_age.labels("referral").set(600)
        stop = threading.Event()
        thread = threading.Thread(target=waiting.run, args=(stop,), daemon=True)
        thread.start()
        try:
            eventually(lambda: measured("lotsa_outbox_age_seconds") == 0, saying="it shows nothing")
        finally:
            stop.set()
            thread.join(30)
            # the lock is the session's, which the pool would keep for the next test
            other.invalidate()


def test_it_is_given_so_long_for_each_answer_and_no_longer(broker: PrivateRabbitMQ) -> None:
    """Its heartbeats are no answer; and one that has stopped in the middle of a greeting is not waited for either."""
    connection = connect(broker.amqp_url, "somebody who waits")
    try:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            # long enough for two of its heartbeats
            connection.drain_events(timeout=HEARTBEAT + 1)
        assert HEARTBEAT < time.monotonic() - began < HEARTBEAT + 3
        broker.pause()
        # each of its threads stops at the next turn that it gets
        time.sleep(1)
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            connection.channel()
        assert time.monotonic() - began < ANSWER_TIMEOUT + 2
    finally:
        broker.resume()
        drop(connection)
