"""Logs are discreet, traces follow on, health says what does not work."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.observability import trace
from shared.observability.health import ReadyFile, is_ready, look
from shared.observability.logs import about, logger
from tests.support.written_log import WrittenLog, written_log

HERE = ["tests", "unit/observability/test_observability.py"][1]


@pytest.fixture
def written() -> Iterator[WrittenLog]:
    """What is logged."""
    with written_log() as log:
        yield log


def test_a_line_carries_identifiers_and_no_exception_text(written: WrittenLog) -> None:
    """The type of an exception is told, its words are not."""
    with trace.following(None) as traceparent, about(event_id="e1"):
        try:
            raise ValueError("Gun Svensson")
        except ValueError as error:
            logger("room").error("it failed", error=error)
            logger("room").exception("it failed again")
    first, second = written.lines
    assert first["error"] == second["error"] == "ValueError"
    assert first["at"] == second["at"]
    assert first["at"].startswith(f"{HERE}:")
    assert (first["event_id"], first["room"], first["process"]) == ("e1", "room", "test")
    assert first["trace_id"] == traceparent.split("-")[1]
    assert "Gun" not in written.text


def test_a_log_that_cannot_be_written_disturbs_nobody(written: WrittenLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk the line is lost, and whoever would have written it goes on; with room again the next is there."""

    def no_room(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(written.stream, "write", no_room)
    monkeypatch.setattr(written.stream, "flush", no_room)
    logger("room").error("lost")
    monkeypatch.undo()
    logger("room").error("there")
    assert [line["event"] for line in written.lines] == ["there"]


def test_a_librarys_own_words_are_left_out(written: WrittenLog) -> None:
    """A library may quote a statement or a body: where it spoke is told, what it said is not."""
    try:
        raise KeyError("Gun Svensson")
    except KeyError:
        logging.getLogger("some.library").exception("failed on %s", "Gun Svensson")
    (line,) = written.lines
    assert (line["room"], line["error"]) == ("some.library", "KeyError")
    assert line["at"].startswith(f"{HERE}:")
    assert abs(datetime.fromisoformat(line["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)
    assert "Gun" not in written.text


@pytest.mark.parametrize("where", ["main", "thread"])
def test_what_nobody_caught_is_a_line_like_any_other(written: WrittenLog, where: str) -> None:
    """Python would print the exception whole, with what it quotes: type, place and time are told, its words are not."""

    def breaks() -> None:
        raise ValueError("Gun Svensson")

    if where == "thread":
        thread = threading.Thread(target=breaks)
        thread.start()
        thread.join()
    else:
        try:
            breaks()
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    (line,) = written.lines
    assert (line["level"], line["error"], line["timestamp"][:2]) == ("critical", "ValueError", "20")
    assert line["at"].startswith(f"{HERE}:")
    assert "Gun" not in written.text


@pytest.mark.parametrize("ends", [SystemExit, KeyboardInterrupt])
def test_what_ends_on_purpose_is_no_fault(written: WrittenLog, ends: type[BaseException]) -> None:
    """A thread may end itself, and somebody may press Ctrl+C: nobody has to look for what broke."""

    def leaves() -> None:
        raise ends

    thread = threading.Thread(target=leaves)
    thread.start()
    thread.join()
    assert written.lines == []


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
    ahead = time.time() + 3600
    os.utime(path, (ahead, ahead))
    assert not is_ready(path), "the clock was put back, and whoever wrote it may be gone"
    file.say(False)
    assert not path.exists()


def test_whoever_logs_loads_nothing_that_colours_lines() -> None:
    """It took a process some sixty milliseconds at its start; the command line, which does colour, still finds it."""
    script = (
        "import sys, shared.observability.logs\n"
        "assert not {'rich', 'pygments'} & sys.modules.keys()\n"
        "from rich.console import Console\n"
        "Console().print('[red]fine[/red]')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "fine", "")
