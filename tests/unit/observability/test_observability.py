"""Logs are discreet, traces follow on, health says what does not work."""

from __future__ import annotations

import io
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from shared.observability import trace
from shared.observability.health import ReadyFile, is_ready, look
from shared.observability.logs import about, configure, logger


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What is logged."""
    root = logging.getLogger()
    before, level, config = root.handlers, root.level, structlog.get_config()
    stream = io.StringIO()
    configure("test", stream=stream)
    yield stream
    root.handlers = before
    root.setLevel(level)
    structlog.configure(**config)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """The lines as objects."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_identifiers_and_no_exception_text(written: io.StringIO) -> None:
    """The type of an exception is told, its words are not."""
    with trace.following(None) as traceparent, about(event_id="e1"):
        try:
            raise ValueError("Gun Svensson")
        except ValueError as error:
            logger("room").error("it failed", error=error)
            logger("room").exception("it failed again")
    first, second = lines(written)
    assert first["error"] == second["error"] == "ValueError"
    assert (first["event_id"], first["room"], first["process"]) == ("e1", "room", "test")
    assert first["trace_id"] == traceparent.split("-")[1]
    assert "Gun" not in written.getvalue()


def test_a_librarys_own_words_are_left_out(written: io.StringIO) -> None:
    """A library may quote a statement or a body: where it spoke is told, what it said is not."""
    try:
        raise KeyError("Gun Svensson")
    except KeyError:
        logging.getLogger("some.library").exception("failed on %s", "Gun Svensson")
    (line,) = lines(written)
    assert (line["room"], line["error"]) == ("some.library", "KeyError")
    assert "Gun" not in written.getvalue()


def test_a_trace_is_followed() -> None:
    """A child keeps the trace and has an id of its own."""
    parent = trace.make()
    with trace.following(parent) as mine:
        assert trace.current() == mine
        assert mine != parent
        assert mine.split("-")[1] == parent.split("-")[1]
    assert trace.current() is None


@pytest.mark.parametrize(
    "traceparent",
    [None, "", "00-x", "01-" + "a" * 32 + "-" + "b" * 16 + "-01", "00-" + "0" * 32 + "-" + "b" * 16 + "-01"],
)
def test_nonsense_begins_a_new_trace(traceparent: str | None) -> None:
    """W3C Trace Context, 3.2.2: what cannot be read is not passed on."""
    assert not trace.is_valid(traceparent)
    assert trace.is_valid(trace.child(traceparent))


def test_health_names_what_does_not_work() -> None:
    """A check that raises does not work, and the others are still asked."""

    def broken() -> bool:
        raise ConnectionError("password=secret")

    readiness = look({"database": broken, "broker": lambda: True})
    assert readiness.parts == {"database": False, "broker": True}
    assert not readiness.ready


def test_a_ready_file_is_fresh_and_ones_own(tmp_path: Path) -> None:
    """An old file, or another process's, does not count."""
    path = tmp_path / "run" / "bus.ready"
    file = ReadyFile(path)
    file.say(False)
    assert not is_ready(path)
    file.say(True)
    assert is_ready(path, pid=os.getpid())
    assert not is_ready(path, pid=1)
    old = time.time() - 60
    os.utime(path, (old, old))
    assert not is_ready(path)
    file.say(False)
    assert not path.exists()
