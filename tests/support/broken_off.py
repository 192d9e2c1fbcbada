"""Starts the box as `lotsa run` does, with a small seed, and breaks off where it is told: for tests alone.

    python -m tests.support.broken_off PORT [interrupt|kill STEP]

STEP is the beginning of a step's name; it breaks off a moment after that step began.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from demo.one_machine import start
from lotsa import cli

SMALL = "from demo import seed; from lotsa.settings import current_settings as s; seed.run(s(), over_the_year=2)"
AFTER_SECONDS = 0.3
LONGEST_S = 5
SIGNALS = {"interrupt": signal.SIGINT, "kill": signal.SIGKILL}


def break_off(how: str, at: str) -> None:
    """Plant it."""
    step = start.Steps.step

    @contextmanager
    def breaking(self: start.Steps, name: str) -> Iterator[None]:
        with step(self, name):
            if name.startswith(at):
                soon = threading.Timer(AFTER_SECONDS, os.kill, (os.getpid(), SIGNALS[how]))
                soon.start()
                yield
                # a step that was quicker is broken off at its end; so is one that swallowed the interruption, as
                # Python does within a destructor
                soon.cancel()
                os.kill(os.getpid(), SIGNALS[how])
                time.sleep(LONGEST_S)
            else:
                yield

    start.Steps.step = breaking  # type: ignore[method-assign]


def main() -> None:
    """What the command line says."""
    port, *rest = sys.argv[1:]
    # whoever runs the tests in the background has them ignore it, and a child inherits that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    start.SEED = [sys.executable, "-c", SMALL]
    if rest:
        break_off(*rest)
    cli.app(["run", "--port", port])


if __name__ == "__main__":
    main()
