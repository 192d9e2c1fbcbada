"""Health: *live* means that the process turns round; *ready* means that it can do its work now."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

STALE_AFTER_SECONDS = 15.0


@dataclass(frozen=True)
class Readiness:
    """The answer to "are you ready?": each part by name, true when it works."""

    parts: Mapping[str, bool]

    @property
    def ready(self) -> bool:
        """Whether every part works."""
        return all(self.parts.values())


def look(checks: Mapping[str, Callable[[], bool]]) -> Readiness:
    """Ask every check; one that raises counts as not working, and its words go nowhere."""
    return Readiness({name: _ask(check) for name, check in checks.items()})


def _ask(check: Callable[[], bool]) -> bool:
    try:
        return bool(check())
    except Exception:  # noqa: BLE001 - a check that fails in any way does not work
        return False


class ReadyFile:
    """A file that exists, freshly touched and holding the process's id, while a process without a port is ready.

    Where it cannot be written (the disk is full) it grows stale, which says "not ready" by itself, and is written again
    when it can be: the process that says so goes on.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, ready: bool) -> None:
        """Touch the file, or take it away; raises nothing that a disk may say."""
        with contextlib.suppress(OSError):
            self._say(ready)

    def _say(self, ready: bool) -> None:
        if not ready:
            self._path.unlink(missing_ok=True)
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        written = self._path.with_suffix(".new")
        written.write_text(f"{os.getpid()}\n")
        written.replace(self._path)


def is_ready(path: Path, *, pid: int | None = None, within: float = STALE_AFTER_SECONDS) -> bool:
    """Whether a process keeps its ready file fresh (and, if asked, is that very process)."""
    try:
        # one from the future is of a clock that has been put back: whoever lives touches it again at once
        fresh = abs(time.time() - path.stat().st_mtime) <= within
        return fresh and (pid is None or path.read_text().strip() == str(pid))
    except OSError:
        return False
