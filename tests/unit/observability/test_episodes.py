"""Whoever tries again and again for a night says so in a few lines: the first, some with a count, and the last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from shared.messaging.publish.publisher import ConfirmedPublisher
from shared.messaging.publish.relay import Relay
from shared.messaging.publish.tallies import Tallier
from shared.messaging.receive import consumer as consuming
from shared.messaging.receive.consumer import Consuming
from shared.messaging.receive.timers import _TICK, every
from shared.messaging.trouble import BrokerTrouble
from shared.observability import episodes
from shared.observability.episodes import Episode
from shared.observability.logs import logger
from shared.web import health

HOUR = 3600.0
NIGHT = 8 * HOUR
A_FEW = 25
"""Of one trouble in eight hours: the first, twelve at intervals twice as long each time, the hours, the end."""


class Clock(threading.Event):
    """Time that goes on when somebody waits, for a night; then the waiting is over."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000.0
        self.until = self.now + NIGHT
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        self.now += timeout or 0.0
        return self.is_set()

    def is_set(self) -> bool:
        return self.now >= self.until


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that episodes go by."""
    made = Clock()
    monkeypatch.setattr(episodes, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """What was said."""
    with capture_logs() as said:
        yield said


def away(*_: object, **__: object) -> Any:
    """The database does not answer."""
    raise OperationalError("", None, ConnectionError())


def no_broker(*_: object, **__: object) -> Any:
    """The broker does not answer."""
    raise BrokerTrouble("ConnectionRefusedError")


class _Lock:
    """A database connection that gives the relay its lock, and no more."""

    def __enter__(self) -> _Lock:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execution_options(self, **_: object) -> _Lock:
        return self

    def execute(self, *_: object) -> Any:
        return SimpleNamespace(scalar_one=lambda: True)

    def commit(self) -> None:
        pass

    invalidate = commit


def a_relay(connect: Callable[..., Any]) -> Relay:
    """A relay with this way to its database."""
    return Relay(SimpleNamespace(connect=connect), "amqp://127.0.0.1:1/", "referral", "test")  # type: ignore[arg-type]


def the_relays_broker(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The relay, its broker away."""
    monkeypatch.setattr(ConfirmedPublisher, "open", no_broker)
    a_relay(_Lock).run(clock)


def the_relays_database(clock: Clock, _: pytest.MonkeyPatch) -> None:
    """The relay, its database away."""
    a_relay(away).run(clock)


def the_tallier(clock: Clock, _: pytest.MonkeyPatch) -> None:
    """The one who tallies hours, its database away."""
    engine = SimpleNamespace(connect=away)
    Tallier(engine, "amqp://127.0.0.1:1/", "referral", "test").run(clock)  # type: ignore[arg-type]


def the_bus(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bus, its broker away."""
    monkeypatch.setattr(consuming, "connect", no_broker)
    bus = Consuming("", "referral", [], SimpleNamespace(), print)  # type: ignore[arg-type]
    bus._stopping = clock
    bus.run()


def a_timer(clock: Clock, _: pytest.MonkeyPatch) -> None:
    """What a service does by the clock, twice a second, its database away."""

    class Service:
        name = "referral"

        @every(seconds=0.5)
        def sweep(self) -> None:
            away()

    with capture_logs() as said:
        Service().sweep(_TICK)  # type: ignore[call-arg]
    assert said[0]["timer"] == "referral.sweep"
    while not clock.wait(0.5):
        # nameko makes one for each tick
        Service().sweep(_TICK)  # type: ignore[call-arg]


def the_health_of_a_web(clock: Clock, _: pytest.MonkeyPatch) -> None:
    """Somebody asks every second whether a web process is ready."""
    app = Flask("test")
    app.register_blueprint(health.blueprint("referral", {"database": away, "keys": lambda: False}))
    client = app.test_client()
    while not clock.wait(1.0) and clock.waits < 5_000:
        assert client.get("/referral/health/ready").status_code == 503
    clock.now = clock.until


PLACES = [the_relays_broker, the_relays_database, the_tallier, the_bus, a_timer, the_health_of_a_web]


@pytest.mark.holds("a-lasting-trouble-is-told-seldom")
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_a_night_of_trouble_is_told_in_a_few_lines(
    clock: Clock, lines: list[Any], monkeypatch: pytest.MonkeyPatch, place: Callable[..., None]
) -> None:
    """A thousand tries and more, each of which failed."""
    place(clock, monkeypatch)
    assert clock.waits > 1_000
    assert 1 <= len(lines) <= 2 * A_FEW
    told = [line for line in lines if "times" in line]
    assert told
    assert all(line["times"] > 1 and line["for_seconds"] >= 0 for line in told)


@pytest.mark.holds("a-lasting-trouble-is-told-seldom")
def test_it_is_told_when_it_begins_seldom_after_and_when_it_is_over(clock: Clock, lines: list[Any]) -> None:
    """At once; after 10, 30, 70, 150 … seconds; and five seconds after the last failure that it is over."""
    episode = Episode(logger("test"), "it is well", service="referral")
    for _ in range(200):
        episode.trouble("it fails", error=ValueError())
        clock.now += 1
    assert [line.get("for_seconds", 0) for line in lines] == [0, 10, 30, 70, 150]
    assert [line.get("times", 1) for line in lines] == [1, 11, 31, 71, 151]
    assert {line["service"] for line in lines} == {"referral"}
    clock.now += 5
    episode.well()
    episode.well()
    assert (lines[-1]["event"], lines[-1]["times"], lines[-1]["for_seconds"]) == ("it is well", 200, 199)
    assert len(lines) == 6
    episode.trouble("it fails", error=ValueError())
    assert "times" not in lines[-1], "another trouble begins anew"
    assert len(lines) == 7


def test_well_for_a_moment_is_not_well(clock: Clock, lines: list[Any]) -> None:
    """A broker that comes and goes every second is one trouble."""
    episode = Episode(logger("test"), "it is well")
    for _ in range(1_000):
        episode.trouble("it fails")
        clock.now += 1
        episode.well()
    assert {line["event"] for line in lines} == {"it fails"}
    assert len(lines) < 10


def test_another_kind_of_error_is_told_at_once(clock: Clock, lines: list[Any]) -> None:
    """The first time: it may be what somebody looks for. Not each time that two of them take turns."""
    episode = Episode(logger("test"), "it is well")
    for number in range(100):
        episode.trouble("it fails", error=KeyError() if number % 2 else ValueError())
    assert len(lines) == 2
    for number in range(100):
        episode.trouble("it fails", error=type(f"Kind{number}", (Exception,), {})())
    assert len(lines) <= episodes.MOST_KINDS
