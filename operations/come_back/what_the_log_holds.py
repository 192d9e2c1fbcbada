"""What audit has heard of a service: its numbers, and its entries of late. For those who put a service back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.adapters.ranges import as_runs
from services.audit.adapters.shown_sets import find_sets
from services.audit.domain.gaps import Ranges
from services.audit.log.pack import read_stored
from services.audit.log.shown_set import MEMBER, key_of, unfolded
from shared.contracts.common import ServiceRestored

_SOURCES = """
    SELECT source, coalesce(highest, 0) AS highest,
        (coalesce(heard, '{}') + coalesce(given_up, '{}') + coalesce(
            (SELECT range_agg(int8range(sequence, sequence + 1)) FROM pending_entries
             WHERE pending_entries.source = known.source AND sequence IS NOT NULL), '{}'))::text AS accounted,
        given_up IS NOT NULL AS ended
    FROM (SELECT source FROM announcements UNION SELECT source FROM heard_sequences
          UNION SELECT source FROM pending_entries UNION SELECT source FROM given_up_sequences) AS known
    LEFT JOIN announcements USING (source) LEFT JOIN heard_sequences USING (source)
    LEFT JOIN given_up_sequences USING (source)
    WHERE starts_with(source, :prefix) ORDER BY source
"""
_PENDING = "SELECT members FROM pending_entries WHERE starts_with(source, :prefix)"
_ENTRIES = """
    SELECT index AS place, recorded_at, leaf FROM log_entries
    WHERE index < :before ORDER BY index DESC LIMIT 2000
"""
_BEFORE_ALL = 2**62


@dataclass(frozen=True)
class Source:
    """One epoch of a publisher, as audit knows it.

    ``accounted``: the numbers that it has heard or were given up. ``ended``: a restore has said that it is over.
    """

    epoch: UUID
    highest: int
    accounted: Ranges
    ended: bool

    @property
    def known_highest(self) -> int:
        """The highest number that anybody has said or heard."""
        return max(self.highest, *(last for _, last in self.accounted), 0)


@dataclass(frozen=True)
class Remembered:
    """An entry, without what it says: what it is, when, and whom it is about.

    ``lost``: of a restore, what it named as lost, as ``ServiceRestored`` has it.
    """

    event_id: UUID
    epoch: UUID
    sequence: int | None
    event_type: str
    occurred_at: str
    subjects: tuple[str, ...]
    lost: tuple[str, ...] = ()


def as_reviewer(connection: Connection) -> None:
    """Let this transaction read the log."""
    connection.execute(text("SELECT set_config('lotsa.role', 'auditor', true)"))


def sources_of(connection: Connection, installation: str, publisher: str) -> list[Source]:
    """All epochs of a publisher that audit has heard of."""
    rows = connection.execute(text(_SOURCES), {"prefix": _prefix(installation, publisher)})
    return [Source(UUID(row.source.rpartition("/")[2]), row.highest, as_runs(row.accounted), row.ended) for row in rows]


def remembered_of(
    connection: Connection, installation: str, publisher: str, since: datetime | None
) -> Iterator[Remembered]:
    """What waits for the log or was recorded in it since then (None: ever), the newest first. See ``as_reviewer``."""
    prefix = _prefix(installation, publisher)
    for (members,) in connection.execute(text(_PENDING), {"prefix": prefix}).all():
        yield _remembered(json.loads(members))
    before = _BEFORE_ALL
    while True:
        # recording times never go back, so the first that is too old is the last to look at
        rows = connection.execute(text(_ENTRIES), {"before": before}).all()
        # one that was changed to something that is no leaf says nothing; the verification names it
        leaves = [(row.recorded_at, said) for row in rows if (said := read_stored(row.leaf)) is not None]
        sets = find_sets(connection, [key_of(leaf[MEMBER]) for _, leaf in leaves if MEMBER in leaf])
        for recorded_at, leaf in leaves:
            if since is not None and recorded_at < since:
                return
            if leaf["source"].startswith(prefix):
                yield _remembered(unfolded(leaf, sets.get(key_of(leaf[MEMBER]))) if MEMBER in leaf else leaf)
        if not rows:
            return
        before = rows[-1].place


def _prefix(installation: str, publisher: str) -> str:
    return f"/lotsa/{installation}/{publisher}/"


def _remembered(leaf: dict[str, Any]) -> Remembered:
    data = leaf.get("data", {})
    about = leaf.get("subjects") or [value for name, value in sorted(data.items()) if name.endswith("_id")]
    return Remembered(
        UUID(leaf["id"]),
        UUID(leaf["source"].rpartition("/")[2]),
        leaf.get("sequence"),
        leaf["type"],
        leaf["occurred_at"],
        tuple(str(each) for each in about),
        tuple(data.get("lost", ())) if leaf["type"] == ServiceRestored.event_type else (),
    )
