"""The processes that chaos kills: started by the harness itself, and at once again when they are gone."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Processes:
    """Keeps named processes running, each with its log in a folder. A killed one is started again within 50 ms.

    `given` says what a process is given of the environment, as the product's own supervisor does.
    """

    def __init__(
        self,
        commands: Mapping[str, list[str]],
        environment: Mapping[str, str],
        logs: Path,
        given: Callable[[str, Mapping[str, str]], dict[str, str]] = lambda _, whole: dict(whole),
    ) -> None:
        self._given = given
        self._commands = dict(commands)
        self._environment = {**os.environ, **environment, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    @property
    def names(self) -> list[str]:
        """Every process's name."""
        return list(self._commands)

    def start(self, *names: str) -> None:
        """Start these, or all, and watch over them."""
        for name in names or self._commands:
            self._start(name)
        if not self._watcher.is_alive():
            self._watcher.start()

    def pid(self, name: str) -> int | None:
        """The process id, while it runs."""
        with self._lock:
            process = self._running.get(name)
            return process.pid if process is not None and process.poll() is None else None

    def kill(self, name: str) -> None:
        """SIGKILL; it is started again by itself."""
        with self._lock:
            process = self._running.get(name)
            if process is not None:
                process.kill()

    def stop(self) -> None:
        """Ask all to end, and end them."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join(5)
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            for name, process in list(self._running.items()):
                if process.poll() is not None:
                    self._start(name)

    def _start(self, name: str) -> None:
        with self._lock, (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._commands[name],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._given(name, self._environment),
                cwd=ROOT,
            )
