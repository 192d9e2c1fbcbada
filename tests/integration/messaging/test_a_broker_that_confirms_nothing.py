"""A broker that takes connections and messages, and confirms and delivers none of them: it rings, day and night.

As RabbitMQ does on a full disk, or when its write-ahead log has ended there: it runs, it answers, its queues stand
still. Nobody need ask ``lotsa doctor`` first.
"""

from __future__ import annotations

import re
import threading
import time
import zlib

import yaml
from prometheus_client import REGISTRY

from deploy.onebox.places import CHECKOUT
from shared.messaging.relay import ANNOUNCE_EVERY
from shared.observability import metrics
from tests.integration.messaging.conftest import House, eventually

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
