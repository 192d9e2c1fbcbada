"""The supervisor outlives a full disk and a process that will not stay up, says little of it, and keeps logs small."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from demo.one_machine import log_files as rotating
from demo.one_machine import processes, supervisor
from demo.one_machine.log_files import keep_small, logs_of
from demo.one_machine.processes import Background
from demo.one_machine.supervisor import OURSELVES, Supervisor, write_wanted
from shared.observability import episodes
from tests.support.eventually import eventually


class World:
    """Time, and processes that end as soon as they have been started."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        self.starts = 0
        self.lives = False
        self.refuses: Callable[[], None] = lambda: None
        clock = SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr(supervisor, "time", clock)
        monkeypatch.setattr(episodes, "time", clock)
        monkeypatch.setattr(Background, "pid", lambda _: 4711 if self.lives and self.starts else None)
        monkeypatch.setattr(Background, "start", self._start)
        write_wanted(folder, {"web": ["web"]})
        self.supervisor = Supervisor(folder)

    def _start(self, *_: object, **__: object) -> None:
        self.refuses()
        self.starts += 1

    def goes_on(self, seconds: float) -> list[Any]:
        """What is said meanwhile."""
        until = self.now + seconds
        with capture_logs() as said:
            while self.now < until:
                self.supervisor.look()
                self.now += 0.5
        return said


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A box with one process that is wanted."""
    return World(tmp_path, monkeypatch)


def test_a_process_that_ends_all_night_is_told_of_seldom(world: World) -> None:
    """It is started again every ten seconds; eight hours of it are a few lines, and one when it stays up."""
    said = world.goes_on(8 * 3600)
    assert world.starts > 2_000
    assert 2 < len(said) < 25
    assert {line["event"] for line in said} == {"it ended, and is started again"}
    assert {line["name"] for line in said} == {"web"}
    world.lives = True
    assert [line["event"] for line in world.goes_on(120)] == ["it stays up"]


@pytest.mark.holds("after-a-full-disk")
def test_a_full_disk_ends_when_there_is_room_again(world: World) -> None:
    """What cannot be started, since its id cannot be written down, is started at a later look, by nobody's doing."""

    def no_room() -> None:
        raise OSError(28, "No space left on device")

    world.refuses = no_room
    said = world.goes_on(3600)
    assert world.starts == 0
    assert 0 < len(said) < 20
    world.refuses, world.lives = lambda: None, True
    world.goes_on(30)
    assert world.starts == 1


def test_what_cannot_be_written_down_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process whose id is in no file would be started a second time beside itself."""

    def no_room(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(processes, "write_whole", no_room)
    said = tmp_path / "said.log"
    mark = f"{os.getpid()}.5"
    with pytest.raises(OSError, match="No space"):
        Background(tmp_path / "sleeper.pid").start(
            [sys.executable, "-c", f"import time; time.sleep({mark})"], log=said, environment=os.environ, user=OURSELVES
        )
    eventually(lambda: not [each for each in command_lines() if mark in each], saying="it has ended")


def command_lines() -> list[str]:
    """What runs on this machine."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(each.read_text())
        except OSError:
            continue
    return found


def test_a_log_is_cut_while_it_is_written(tmp_path: Path) -> None:
    """Its writer goes on, in the same file; what was before lies beside it, once."""
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        for number in range(3):
            writer.write(b"%d" % number * 600)
            assert keep_small(log, largest=500)
            assert log.stat().st_size == 0
            assert not keep_small(log, largest=500)
        writer.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "web.log.1").read_bytes() == b"2" * 600
    assert len(list(tmp_path.iterdir())) == 2


def test_on_a_full_disk_a_logs_end_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no room for a second one; the last lines are what somebody will look for."""

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    log = tmp_path / "web.log"
    log.write_bytes(b"old" * 500_000 + b"new" * 1_000)
    monkeypatch.setattr(shutil, "copy2", no_room)
    assert keep_small(log, largest=500_000)
    assert log.stat().st_size == rotating.KEPT_OF_A_FULL_DISK
    assert log.read_bytes().endswith(b"new" * 1_000)
    assert not keep_small(tmp_path / "not-there.log")


def test_every_log_of_the_box_is_looked_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers' too, which write all night when a client comes and goes."""
    for name in ("logs/web.log", "logs/supervisor.log", "postgres/postgres.log", "rabbitmq/rabbitmq.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * 100)
    assert len(list(logs_of(tmp_path))) == 4
    monkeypatch.setattr(supervisor, "keep_small", lambda log: keep_small(log, largest=50))
    Supervisor(tmp_path).look()
    assert {each.stat().st_size for each in logs_of(tmp_path)} == {0}
