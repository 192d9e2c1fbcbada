"""How much was told in an hour, as a count and a digest: made by who tells and by who remembers, to be compared.

The digest is SHA-256 over one record after the other, in the order of their ids: the id's 16 bytes, then SHA-256 of the
record's type and data as JSON with sorted names; the ids that an access names are sorted too, since the log remembers
those of a list as a set. Two sets with one digest are one set: nothing is added up, so that
nobody can look for others that make the same sum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

HOUR = timedelta(hours=1)
LOOK_BACK = timedelta(days=7)
"""How far back hours are said, and so how far back one that was left out is missed."""
_USER = ("issuer", "subject")
_ACCESS = "access.recorded.v1"
_SETS = ("subjects", "consents")


class OutOfOrder(ValueError):
    """A record came after one with a greater id."""


class Tally:
    """Counts records as they pass by in the order of their ids, in constant memory."""

    def __init__(self) -> None:
        self.count = 0
        self._before = -1
        self._digest = hashlib.sha256()

    def add(self, record_id: UUID, kind: str, data: Mapping[str, Any]) -> None:
        """Take the next record. Raises OutOfOrder. One that is there twice counts twice: that too is a difference."""
        if record_id.int < self._before:
            raise OutOfOrder
        said = hashlib.sha256(_canonical(kind, data)).digest()
        self._before = record_id.int
        self.count += 1
        self._digest.update(record_id.bytes + said)

    @property
    def digest(self) -> str:
        """Over all that has passed by, in hex."""
        return self._digest.hexdigest()


def hour_of(record_id: UUID) -> datetime:
    """The hour in which an id of version 7 was made (RFC 9562, 5.7: its first 48 bits are Unix milliseconds)."""
    made = datetime.fromtimestamp((record_id.int >> 80) / 1000, UTC)
    return made.replace(minute=0, second=0, microsecond=0)


def ids_within(first: datetime, last: datetime) -> tuple[UUID, UUID]:
    """The least id that could be made at ``first``, and the least at ``last``: a range that leaves out the latter."""
    return _least(first), _least(last)


def _least(at: datetime) -> UUID:
    return UUID(int=int(at.timestamp() * 1000) << 80)


def _canonical(kind: str, data: Mapping[str, Any]) -> bytes:
    said = dict(data)
    if any(name in said for name in _USER):
        # whoever names one of the two names both: the log keeps them together
        said = {**dict.fromkeys(_USER, ""), **said}
    if kind == _ACCESS:
        said |= {name: sorted(said[name]) for name in _SETS if name in said}
    return json.dumps([kind, said], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
