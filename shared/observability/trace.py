"""W3C Trace Context (Level 1, section 3.2): the thread that ties a request to all it caused."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SHAPE = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def make() -> str:
    """A new ``traceparent``: version 00, random trace and parent ids, sampled."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"


def is_valid(traceparent: str | None) -> bool:
    """Whether this is a version 00 ``traceparent`` whose ids are not all zeros. Anything may be asked about."""
    match = _SHAPE.fullmatch(traceparent) if isinstance(traceparent, str) else None
    return match is not None and match[1] != "0" * 32 and match[2] != "0" * 16


def child(traceparent: str | None) -> str:
    """A ``traceparent`` with the same trace id and a new parent id; a new trace when there is none to follow."""
    if traceparent is None or not is_valid(traceparent):
        return make()
    version, trace_id, _, flags = traceparent.split("-")
    return f"{version}-{trace_id}-{os.urandom(8).hex()}-{flags}"


def current() -> str | None:
    """The ``traceparent`` of what is being done now, or None outside of any."""
    return _current.get()


@contextmanager
def following(traceparent: str | None) -> Iterator[str]:
    """Work under a child of ``traceparent`` (from a request's header or an envelope); yields the child."""
    mine = child(traceparent)
    token = _current.set(mine)
    try:
        yield mine
    finally:
        _current.reset(token)
