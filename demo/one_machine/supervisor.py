"""Keeps the product's processes running: starts what is wanted, restarts what died, stops them all at the end.

    python -m demo.one_machine.supervisor FOLDER

What is wanted stands in `FOLDER/run/wanted.json` (name → command line) and is read again every second, so that a
process can be added once the others are ready. Every process has a file with its id, so that a new supervisor finds
what an old one that was killed left behind.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

from demo.one_machine.log_files import keep_small, logs_of
from demo.one_machine.processes import Background
from demo.one_machine.product import given_to
from demo.one_machine.service_user import ServiceUser
from shared.observability.episodes import Episode
from shared.observability.logs import configure, logger

LOOK_EVERY_SECONDS = 0.5
STOP_WITHIN_SECONDS = 15.0
LONGEST_PAUSE_SECONDS = 10.0
LOOK_AT_LOGS_EVERY_SECONDS = 10.0
OURSELVES = ServiceUser(None, None)

_log = logger("onebox.supervisor")


def wanted_file(folder: Path) -> Path:
    """Where the wanted processes stand."""
    return folder / "run" / "wanted.json"


def write_wanted(folder: Path, wanted: dict[str, list[str]]) -> None:
    """Say which processes are wanted; a running supervisor follows within a second."""
    file = wanted_file(folder)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(wanted))
    draft.rename(file)


def process(folder: Path, name: str) -> Background:
    """One of the supervised processes, or the supervisor itself."""
    return Background(folder / "run" / f"{name}.pid")


class Supervisor:
    """Starts processes, and again when they end. A process that ends again and again is given longer pauses.

    Whatever a full disk refuses is tried again at the next look, and told seldom.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._not_before: dict[str, float] = {}
        self._pause: dict[str, float] = {}
        self._since: dict[str, float] = {}
        self._look_at_logs_at = 0.0
        self._episodes: dict[str, Episode] = {}

    def run(self, stop: threading.Event) -> None:
        """Supervise until `stop` is set, then stop every process."""
        while not stop.is_set():
            self.look()
            stop.wait(LOOK_EVERY_SECONDS)
        for name in [*self._wanted()][::-1]:
            process(self._folder, name).signal(signal.SIGTERM)
        for name in self._wanted():
            process(self._folder, name).stop(saying=f"{name} to stop", within=STOP_WITHIN_SECONDS)

    def look(self) -> None:
        """Start what is wanted and does not run, and keep the logs small."""
        for name, command in self._wanted().items():
            episode = self._episodes.setdefault(name, _episode(name))
            try:
                started = self._tend(name, command, episode)
            except OSError as error:
                episode.trouble("it could not be started", error=error)
            else:
                if not started:
                    episode.well()
        if time.monotonic() >= self._look_at_logs_at:
            self._look_at_logs_at = time.monotonic() + LOOK_AT_LOGS_EVERY_SECONDS
            for log in logs_of(self._folder):
                keep_small(log)

    def _wanted(self) -> dict[str, list[str]]:
        try:
            found: dict[str, list[str]] = json.loads(wanted_file(self._folder).read_text())
        except (OSError, ValueError):
            return {}
        return found

    def _tend(self, name: str, command: list[str], episode: Episode) -> bool:
        """Whether it had to be started. Raises OSError."""
        now = time.monotonic()
        if process(self._folder, name).pid() is not None:
            return False
        if now < self._not_before.get(name, 0):
            return True
        if name in self._since:
            episode.trouble("it ended, and is started again")
        lived = now - self._since.get(name, now)
        pause = 0.0 if lived > 30 else min(LONGEST_PAUSE_SECONDS, self._pause.get(name, 0.25) * 2)
        self._pause[name] = pause
        self._not_before[name] = now + pause
        self._since[name] = now
        log = self._folder / "logs" / f"{name}.log"
        log.parent.mkdir(mode=0o700, exist_ok=True)
        process(self._folder, name).start(command, log=log, environment=given_to(name, os.environ), user=OURSELVES)
        return True


def _episode(name: str) -> Episode:
    # longer than the longest pause between two tries
    return Episode(_log, "it stays up", settled_after=6 * LONGEST_PAUSE_SECONDS, name=name)


def main() -> None:
    """Supervise the folder named on the command line until SIGTERM."""
    configure("supervisor")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Supervisor(Path(sys.argv[1])).run(stop)


if __name__ == "__main__":
    main()
