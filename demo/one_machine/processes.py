"""Programs that go on after the command that started them has ended, found again by a file that names them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from demo.one_machine.service_user import ServiceUser
from demo.wait import wait_until
from operations.trouble import NotInTime
from operations.whole_files import write_whole

_children: dict[int, subprocess.Popen[bytes]] = {}


class Background:
    """One program in the background. Its file holds process id and start time, so that a number that has gone
    to another program in the meantime is never mistaken for ours."""

    def __init__(self, pid_file: Path) -> None:
        self.pid_file = pid_file

    def start(
        self,
        command: list[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        user: ServiceUser,
        cwd: Path | None = None,
    ) -> None:
        """Start the program in a session of its own, its output appended to `log`.

        Raises OSError, and then nothing runs: what cannot be written down is not found again.
        """
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=cwd,
                start_new_session=True,
                **user.popen(),
            )
        _children[process.pid] = process
        try:
            self.note(process.pid)
        except OSError:
            process.kill()
            process.wait()
            raise

    def note(self, pid: int) -> None:
        """Write down a program that was started otherwise, so that it is found again."""
        self.pid_file.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(self.pid_file, f"{pid} {_started(pid)}\n", mode=0o644)

    def pid(self) -> int | None:
        """The process id while the program runs, otherwise None."""
        try:
            number, started = self.pid_file.read_text().split()
            pid = int(number)
        except (OSError, ValueError):
            return None
        _reap(pid)
        return pid if _started(pid) == started else None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal when the program runs."""
        pid = self.pid()
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def stop(self, *, saying: str, within: float) -> None:
        """Ask the program to end, and end it the hard way when it has not after `within` seconds."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            wait_until(lambda: self.pid() is None, saying=saying, within=within)
        except NotInTime:
            self.signal(signal.SIGKILL)
            wait_until(lambda: self.pid() is None, saying=saying, within=5)
        self.pid_file.unlink(missing_ok=True)


def _started(pid: int) -> str:
    """When the process started, in clock ticks since the machine did; empty for one that has ended."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if after_name[0] in "ZX" else after_name[19]


def _reap(pid: int) -> None:
    """Let go of a child that has ended; a process that is nobody's child of ours is left alone."""
    if pid in _children and _children[pid].poll() is not None:
        del _children[pid]
