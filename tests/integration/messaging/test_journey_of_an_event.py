"""From an outbox row to an effect, through relay, broker and bus."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from tests.integration.messaging.conftest import House, eventually


def test_a_committed_event_is_carried_out_once(house: House, each_effect_once: Callable[..., None]) -> None:
    """What is committed to the outbox takes effect in the listening service, once."""
    with house.relaying(), house.bus():
        each_effect_once(house.send(*["normal"] * 50))


def test_correlation_goes_along_and_causation_is_the_event(house: House) -> None:
    """What a reaction publishes carries the same correlation, and the event that caused it."""
    journey = uuid4()
    with house.relaying(), house.bus():
        house.send("answer", correlation_id=journey)
        cause = eventually(
            lambda: house.ask("SELECT causation_id FROM outbox WHERE correlation_id = :c", c=journey),
            saying="the listener answered",
        )
    assert cause == house.ask("SELECT id FROM outbox WHERE correlation_id = :c", of="publisher", c=journey)


def test_announcements_reach_whoever_asks_for_them(house: House) -> None:
    """A relay's announcement has no sequence and does not pass the outbox, yet is delivered like any event."""
    with house.bus(), house.relaying(announce_every=0.2):
        (subject,) = house.send("normal")
        eventually(lambda: house.effects(subject), saying="the event was carried out")
        highest = house.ask("SELECT last_sequence FROM publisher", of="publisher")
        eventually(
            lambda: house.ask("SELECT count(*) FROM effects WHERE queue = :q", q=f"announced {highest} by referral"),
            saying="the highest sequence was announced",
        )
