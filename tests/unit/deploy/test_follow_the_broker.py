"""A broker that came up on other ports than those it was told at first: nobody goes on asking at the old ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from demo.one_machine.start import _follow_the_broker
from operations.install.installation import Servers

BEFORE = SimpleNamespace(servers=Servers("postgresql://127.0.0.1:1", "amqp://127.0.0.1:2", "http://127.0.0.1:3"))
AFTER = SimpleNamespace(servers=Servers("postgresql://127.0.0.1:1", "amqp://127.0.0.1:4", "http://127.0.0.1:5"))


def followed(now: Any) -> tuple[Any, int]:
    """Which installation is gone on with, and how often the processes were stopped."""
    stops: list[None] = []
    box: Any = SimpleNamespace(installation=lambda: now, stop_processes=lambda: stops.append(None))
    return _follow_the_broker(box, BEFORE), len(stops)  # type: ignore[arg-type]


def test_processes_that_were_told_the_old_ports_are_started_anew() -> None:
    """The relay is started while the broker still begins."""
    assert followed(AFTER) == (AFTER, 1)


def test_otherwise_they_go_on() -> None:
    """As on every day."""
    assert followed(SimpleNamespace(servers=BEFORE.servers))[1] == 0
