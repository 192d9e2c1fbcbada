"""What RabbitMQ said before it ended, short enough for a sentence."""

from __future__ import annotations

import re
from pathlib import Path

FEW_LINES = 4
LINE = 200
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_ERROR = re.compile(r"\[error\] <[0-9.]+> (.*\w.*)")


def said_since(log: Path, place: int) -> str:
    """Its errors since that place in its log, or else its last lines, as a sentence; empty where it said nothing."""
    said = _COLOURS.sub("", log.read_bytes()[place:].decode(errors="replace")).splitlines()
    lines = [" ".join(line.split())[:LINE] for line in said if any(sign.isalnum() for sign in line)]
    # of its errors the first is the cause, and long reports follow
    errors = [found[1] for line in lines if (found := _ERROR.search(line))]
    told = errors[:FEW_LINES] or lines[-FEW_LINES:]
    return f" It said: {' / '.join(told)}." if told else ""
