"""Structured logs: one JSON object a line, holding identifiers and codes only, never contents.

An exception is logged by its type and its place in the code: its text may quote the data it stumbled on. What a
library, or Python itself, would say goes the same way: its words are dropped, its place is told.
"""

from __future__ import annotations

import logging
import secrets
import sys
import threading
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, TextIO

from shared.observability import trace

# structlog would load rich, and that pygments, for colours that no line here has: each process would begin later
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # None: not to be had
import structlog  # noqa: E402

if sys.modules.get("rich") is None:
    sys.modules.pop("rich", None)

# libraries that quote statements, parameters, addresses or message bodies when they are talkative
_TALKATIVE = ("amqp", "kombu", "nameko", "sqlalchemy", "psycopg", "urllib3", "werkzeug", "eventlet")
_FRAMES = 6


def configure(process: str, *, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Set up logging for this process; ``process`` names it in every line. Called once, at its start.

    What nobody catches, in the main thread or another, is a line of this log too.
    """
    _configure_structlog(process, level, stream)
    sys.excepthook = _nobody_caught
    threading.excepthook = lambda given: _nobody_caught(given.exc_type, given.exc_value, given.exc_traceback)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(_LibraryLine(process))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def _configure_structlog(process: str, level: str, stream: TextIO | None) -> None:
    # one for all lines: a writer is made for each, and they share the stream's lock
    undisturbed: Any = _Undisturbed(stream)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add(process),
            _mask_exceptions,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=lambda *_: structlog.WriteLogger(undisturbed),
        cache_logger_on_first_use=False,
    )


class _Undisturbed:
    """A stream that has no say in the work: on a full disk a line is lost, not whoever would have written it."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            return (self._stream or sys.stderr).write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError):
            (self._stream or sys.stderr).flush()


def logger(name: str) -> Any:
    """A logger whose lines carry ``name`` as ``room``."""
    # not bound yet: a logger made when its module is imported must follow a configure() that comes later
    return structlog.get_logger(room=name)


@contextmanager
def about(**identifiers: object) -> Iterator[None]:
    """Let every line inside carry these identifiers."""
    with structlog.contextvars.bound_contextvars(**identifiers):
        yield


def kind_of(error: BaseException) -> str:
    """An exception told without its text: its type, and PostgreSQL's SQLSTATE where there is one."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    name = type(error).__name__
    return f"{name}({state})" if state else name


def place_of(error: BaseException) -> str:
    """Where in the code it happened, the innermost first, as file:line; nothing of what was in hand there."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " < ".join(f"{'/'.join(each.filename.split('/')[-3:])}:{each.lineno}" for each in reversed(frames))


def _nobody_caught(kind: type[BaseException], error: BaseException | None, trace_of_it: TracebackType | None) -> None:
    # to be interrupted, or to end on purpose (as a thread may), is no fault
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logger("observability.logs").critical("nobody caught it", error=error or kind())


def _add(process: str) -> Any:
    def processor(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["process"] = process
        traceparent = trace.current()
        if traceparent is not None:
            line["trace_id"] = traceparent.split("-")[1]
        return line

    return processor


def _mask_exceptions(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = line.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else (sys.exc_info()[1] if given else None)
    if error is not None:
        line["error"] = error
    if any(isinstance(value, BaseException) for value in line.values()):
        # a page has told somebody its own; what nobody was told can be named by it all the same
        line.setdefault("reference", secrets.token_hex(4))
    for key, value in list(line.items()):
        if isinstance(value, BaseException):
            line[key] = kind_of(value)
            where = place_of(value)
            if where:
                line["at"] = where
    return line


class _LibraryLine(logging.Formatter):
    """A library's own log record: its logger, level and the place it came from, never its text."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        line = {
            "event": "a library reports",
            "room": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "place": f"{record.module}:{record.lineno}",
            "process": self._process,
        }
        if error is not None:
            line["error"] = kind_of(error)
            line["at"] = place_of(error)
            line["reference"] = secrets.token_hex(4)
        rendered = structlog.processors.JSONRenderer()(None, "", line)
        return rendered if isinstance(rendered, str) else rendered.decode()


# structlog's own default prints exceptions whole: be discreet even where nobody called configure()
_configure_structlog("lotsa", "INFO", None)
