"""Programs in the background: found again, stopped, and never mistaken for another."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from demo.one_machine.processes import Background
from demo.one_machine.service_user import ServiceUser
from demo.wait import wait_until
from operations.trouble import NotInTime
from tests.support.eventually import eventually

OURSELVES = ServiceUser(None, None)


def _start(folder: Path, code: str) -> Background:
    program = Background(folder / "program.pid")
    command = [sys.executable, "-c", code]
    program.start(command, log=folder / "program.log", environment=os.environ, user=OURSELVES)
    return program


def test_a_program_is_found_again_by_its_file(tmp_path: Path) -> None:
    """Another command, which did not start it, can tell that it runs and stop it."""
    _start(tmp_path, "import time; time.sleep(60)")
    found = Background(tmp_path / "program.pid")
    assert found.pid() is not None
    found.stop(saying="the program to stop", within=5)
    assert found.pid() is None
    assert not found.pid_file.exists()


def test_a_program_that_does_not_listen_is_ended_all_the_same(tmp_path: Path) -> None:
    """After the time that it was given."""
    program = _start(
        tmp_path, "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    eventually(lambda: "deaf" in (tmp_path / "program.log").read_text(), saying="the program stops listening")
    program.stop(saying="the deaf program to stop", within=0.3)
    assert program.pid() is None


def test_a_number_that_went_to_another_program_is_not_ours(tmp_path: Path) -> None:
    """A file with our own process id and another start time names nobody; nothing is signalled."""
    (tmp_path / "program.pid").write_text(f"{os.getpid()} 1\n")
    program = Background(tmp_path / "program.pid")
    assert program.pid() is None
    program.signal(signal.SIGKILL)


def test_a_file_without_sense_names_nobody(tmp_path: Path) -> None:
    """Half-written or empty files are no program."""
    for text in ("", "x", "12 34 56", "notanumber 5"):
        (tmp_path / "program.pid").write_text(text)
        assert Background(tmp_path / "program.pid").pid() is None


def test_waiting_in_vain_says_for_what() -> None:
    """And gives up early when there is no point."""
    with pytest.raises(NotInTime, match=r"Waited 0\.1 seconds for the cows to come home"):
        wait_until(lambda: False, saying="the cows to come home", within=0.1, every=0.01)
    with pytest.raises(NotInTime, match="the farm was sold"):
        wait_until(lambda: False, saying="the cows", within=60, give_up=lambda: "the farm was sold")
