"""The log as it is written in the field: what the process's own configuration puts on its stream, line by line."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from shared.observability.logs import configure


class WrittenLog:
    """What has been logged since."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        """All of it."""
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each line as an object."""
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def written_log() -> Iterator[WrittenLog]:
    """Logging as a process of the product has it, undone when the block ends."""
    root = logging.getLogger()
    before, level, config = root.handlers, root.level, structlog.get_config()
    hooks = sys.excepthook, threading.excepthook
    written = WrittenLog()
    configure("test", stream=written.stream)
    try:
        yield written
    finally:
        root.handlers = before
        root.setLevel(level)
        structlog.configure(**config)
        sys.excepthook, threading.excepthook = hooks
