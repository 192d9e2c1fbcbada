"""What a file holds, read again when it has changed: keys, which are changed while processes run.

A file is looked at again at most once a second, when somebody asks; whoever meets something that may be newer than what
is known here (a signature by an unknown key) has it looked at at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

LOOK_AGAIN_AFTER_SECONDS = 1.0

Value = TypeVar("Value")


class Watched(Generic[Value]):
    """One file. ``read``: takes its path; what it raises the first time is raised to whoever makes this.

    ``wrong``: what it raises for a file that is away or half there; then what is known goes on being used.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], Value],
        *,
        wrong: type[Exception] | tuple[type[Exception], ...],
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._read = read
        self._wrong = wrong if isinstance(wrong, tuple) else (wrong,)
        self._seconds = seconds
        # before it is read: a change in between is then seen the next time
        self._stamp = self._look()
        self._value = read(path)
        self._looked_at = seconds()

    @property
    def current(self) -> Value:
        """What it holds, as of a second ago at the latest."""
        if self._seconds() - self._looked_at >= LOOK_AGAIN_AFTER_SECONDS:
            return self.now()
        return self._value

    @property
    def known(self) -> Value:
        """What it held when it was last looked at."""
        return self._value

    def now(self) -> Value:
        """What it holds now."""
        self._looked_at = self._seconds()
        stamp = self._look()
        if stamp is not None and stamp != self._stamp:
            with suppress(*self._wrong):
                self._value, self._stamp = self._read(self._path), stamp
        return self._value

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
