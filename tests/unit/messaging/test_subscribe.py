"""Subscriptions are declared on the method, and read from the class."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from shared.contracts.common import RelayAnnounced
from shared.contracts.directory import AssignmentGranted, UnitChanged
from shared.kernel.steady import SteadyTime
from shared.messaging.receive import timers
from shared.messaging.receive.subscribe import Subscribed, subscribe, subscriptions_of
from shared.messaging.receive.timers import every
from shared.messaging.topology import event_types_nobody_hears


class Keeper:
    """A service class."""

    name = "keeper"

    @subscribe(UnitChanged, AssignmentGranted)
    def keep_the_directory(self, event: object, uow: object) -> tuple[object, object]:
        """A reaction."""
        return event, uow

    @subscribe(RelayAnnounced)
    def hear(self, event: object, uow: object) -> None:
        """Another."""

    @every(seconds=60)
    def sweep(self) -> None:
        """A timer."""
        raise ValueError("told")


def test_a_queue_is_named_after_service_and_method() -> None:
    """And bound to the publisher and type of each contract."""
    hear, keep = subscriptions_of(Keeper)
    assert (hear.queue, hear.bindings) == ("keeper.hear", (("*", "relay.announced.v1"),))
    assert keep.queue == "keeper.keep_the_directory"
    assert keep.bindings == (("directory", "assignment.granted.v1"), ("directory", "unit.changed.v1"))
    assert keep.listens_to("unit.changed.v1")
    assert not keep.listens_to("relay.announced.v1")


def test_decorated_methods_stay_ordinary_methods() -> None:
    """A test calls them as they are written, and hears what they raise."""
    assert Keeper().keep_the_directory(1, 2) == (1, 2)
    with pytest.raises(ValueError, match="told"):
        Keeper().sweep()


def test_when_a_timer_last_did_its_work_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not of one that fails at every tick, and that is what rings; one that is passed over by the date is well."""
    ticked = 0

    class Works:
        name = "works"

        @every(seconds=60)
        def tick(self) -> str:
            nonlocal ticked
            ticked += 1
            if ticked == 3:
                raise ValueError
            return "something was there"

        @every(seconds=60, by_the_date=True)
        def sweep(self) -> None:
            raise AssertionError("passed over")

    def done_at(timer: str) -> float | None:
        return REGISTRY.get_sample_value("lotsa_timer_done_timestamp_seconds", {"timer": timer})

    Keeper().sweep(timers._TICK)  # type: ignore[call-arg]
    assert done_at("keeper.sweep") == 0
    for moment, expected in ((100.0, 100.0), (200.0, 200.0), (300.0, 200.0), (400.0, 400.0)):
        monkeypatch.setattr(time, "time", lambda moment=moment: moment)
        Works().tick(timers._TICK)  # type: ignore[call-arg]
        assert done_at("works.tick") == expected
    assert ticked == 4
    monkeypatch.setattr(timers, "_date_holds", lambda: False)
    Works().sweep(timers._TICK)  # type: ignore[call-arg]
    assert done_at("works.sweep") == 400.0


def test_unheard_events_are_found() -> None:
    """The broker would return them for ever, so they are looked for beforehand."""
    published = [("directory", "unit.changed.v1"), ("directory", "listing.changed.v1"), ("x", "relay.announced.v1")]
    assert event_types_nobody_hears(published, subscriptions_of(Keeper)) == [("directory", "listing.changed.v1")]


def test_a_worker_that_raises_has_everything_unsettled_delivered_again() -> None:
    """Else a later acknowledgement "up to here" would cover what it left behind."""

    class Bus:
        begun = 0

        def begin_anew(self) -> None:
            self.begun += 1

    door, bus = Subscribed((RelayAnnounced,)), Bus()
    door.bus = bus
    assert door._look_back(None, "done", None) == ("done", None)
    assert bus.begun == 0
    raised = (ValueError, ValueError(), None)
    assert door._look_back(None, None, raised) == (None, raised)
    assert bus.begun == 1


def test_what_forgets_by_the_date_waits_for_a_date_that_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passed over until the clock has been steady for a quarter of an hour, and again after each jump; told once."""
    swept: list[None] = []

    class Forgets:
        name = "keeper"

        @every(seconds=60, by_the_date=True)
        def sweep(self) -> None:
            swept.append(None)

    wall, seconds = datetime(2026, 3, 2, 12, tzinfo=UTC), 0.0
    monkeypatch.setattr(timers, "_date", SteadyTime(seconds=lambda: seconds))
    monkeypatch.setattr(timers, "datetime", SimpleNamespace(now=lambda _: wall))

    def minutes(count: int) -> int:
        nonlocal wall, seconds
        before = len(swept)
        for _ in range(count):
            wall, seconds = wall + timedelta(minutes=1), seconds + 60
            Forgets().sweep(timers._TICK)  # type: ignore[call-arg]
        return len(swept) - before

    assert minutes(14) == 0
    assert minutes(10) == 10
    wall += timedelta(days=400)
    with capture_logs() as said:
        assert minutes(15) == 0
    assert [(line["event"].partition(";")[0], line["seconds"]) for line in said] == [
        ("the clock has jumped", 400 * 86_400)
    ]
    assert minutes(10) == 10
    Forgets().sweep()
    assert len(swept) == 21, "whoever calls it is not asked for the date"
