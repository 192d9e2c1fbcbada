"""Ranges as PostgreSQL writes them in text: ``{[1,4),[7,8)}``."""

from __future__ import annotations

import re

from services.audit.domain.gaps import Ranges

_RANGE = re.compile(r"\[(\d+),(\d+)\)")


def as_multirange(ranges: Ranges) -> str:
    """Runs as a multirange's text."""
    return "{" + ",".join(f"[{first},{last + 1})" for first, last in ranges) + "}"


def as_runs(multirange: str) -> Ranges:
    """A multirange's text as runs."""
    return tuple((int(first), int(last) - 1) for first, last in _RANGE.findall(multirange))
