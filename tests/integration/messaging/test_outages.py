"""Whatever goes away comes back, and no healthy message pays for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from uuid import UUID

from shared.messaging.receive.parked_messages import Parking
from tests.integration.messaging.conftest import House, eventually
from tests.integration.messaging.wire import Wire


def parked(house: House, subjects: list[UUID]) -> set[UUID]:
    """Which of these subjects' events are parked; what other tests have parked is none of our business."""
    asked = "SELECT array_agg(id) FROM outbox WHERE data->>'referral_id' = ANY (:s)"
    events = set(house.ask(asked, of="publisher", s=[str(each) for each in subjects]))
    assert len(events) == len(subjects)
    with Parking(house.installation.settings().admin_broker_url) as parking:
        return events & {each.event_id for each in parking.look("audit.obey")}


def test_a_broken_database_pauses_and_burns_no_attempts(house: House, each_effect_once: Callable[..., None]) -> None:
    """Five database outages while messages are in hand: all are carried out once, none is put aside or parked."""
    url = house.installation.environment()["LOTSA_AUDIT_DATABASE_URL"]
    with Wire(url) as wire, house.relaying(), house.bus(LOTSA_AUDIT_DATABASE_URL=wire.url) as bus:
        subjects = []
        for _ in range(5):
            subjects += house.send(*["normal"] * 40)
            wire.cut()
            time.sleep(0.7)  # the outage itself: nothing to wait for
            wire.mend()
        each_effect_once(subjects)
        log = bus.log
    assert "waiting for the world to be whole" in log
    assert "put aside" not in log
    assert parked(house, subjects) == set()


def test_a_lost_broker_is_found_again(house: House, each_effect_once: Callable[..., None]) -> None:
    """However long it was away, waiting messages are carried out once it is back."""
    url = house.installation.environment()["LOTSA_AUDIT_BROKER_URL"]
    with Wire(url) as wire, house.relaying(), house.bus(LOTSA_AUDIT_BROKER_URL=wire.url) as bus:
        wire.cut()
        eventually(lambda: "the broker is away" in bus.log, saying="the bus noticed")
        subjects = house.send("normal")
        time.sleep(3)  # the outage itself: long enough for the waits between tries to have grown
        wire.mend()
        each_effect_once(subjects)


def test_a_frozen_broker_is_noticed_by_its_silence(house: House, each_effect_once: Callable[..., None]) -> None:
    """Missing heartbeats end the connection; after the thaw messages are carried out, once."""
    url = house.installation.environment()["LOTSA_AUDIT_BROKER_URL"]
    with Wire(url) as wire, house.relaying(), house.bus(LOTSA_AUDIT_BROKER_URL=wire.url) as bus:
        wire.freeze()
        subjects = house.send(*["normal"] * 30)
        eventually(lambda: "the broker is away" in bus.log, saying="the bus noticed")
        wire.thaw()
        each_effect_once(subjects)


def test_a_killed_bus_costs_nothing(house: House, each_effect_once: Callable[..., None]) -> None:
    """Three buses killed with messages in hand: the fourth carries out the rest, and nothing twice."""
    with house.relaying():
        subjects = []
        for _ in range(3):
            subjects += house.send(*["normal"] * 60)
            with house.bus() as bus:
                began = partial(house.effects, subjects[-60])
                eventually(began, saying="the bus began", every=0.01)
                bus.kill()
        with house.bus():
            each_effect_once(subjects)
    assert parked(house, subjects) == set()


def test_a_bus_stops_cleanly_when_asked(house: House, each_effect_once: Callable[..., None]) -> None:
    """SIGTERM lets work in hand finish, takes the ready file away and exits with 0."""
    with house.relaying(), house.bus() as bus:
        subjects = house.send(*["normal"] * 200)
        eventually(lambda: house.effects(subjects[0]), saying="the bus began", every=0.01)
        assert bus.stop() == 0
        assert not bus.ready_file.exists()
        with house.bus():
            each_effect_once(subjects)


def test_a_timer_that_raises_goes_on(house: House) -> None:
    """What a timer raises is logged by its type, and the next tick comes."""
    before = house.ask("SELECT count(*) FROM ticks")
    with house.bus() as bus:
        eventually(lambda: house.ask("SELECT count(*) FROM ticks") > before + 3, saying="the timer ticked on")
        log = bus.log
    assert '"error": "ValueError"' in log
    assert "191212121212" not in log
