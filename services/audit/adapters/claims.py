"""What audit has noted by others' word, and what the log's own entries say of it; the transaction may read the log."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from sqlalchemy import Connection

from services.audit.adapters.ranges import as_runs
from services.audit.domain.gaps import Ranges, joined
from services.audit.domain.given_up import Hours, NotedOfRestores, ToldOfRestores, runs_by_epoch
from services.audit.log.entry import LeafIsWrong, read_leaf
from services.audit.log.pack import unpack
from shared.storage.driver import ask

AUDIT = "audit"
_GIVEN_UP = "select source, given_up::text from given_up_sequences"
_EXCUSED = "select publisher, first, last from restored_hours"
_HEARD = "select source, heard::text from heard_sequences"
_RESTORES = "select leaf from log_entries where type = 'service.restored.v1' order by index"


class Claims:
    """Reads both sides."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def noted(self) -> NotedOfRestores:
        """What audit has noted by restores."""
        gave_up = {source: as_runs(runs) for source, runs in ask(self._connection, _GIVEN_UP)}
        return NotedOfRestores(gave_up, [(row[0], row[1], row[2]) for row in ask(self._connection, _EXCUSED)])

    def heard(self) -> dict[str, Ranges]:
        """The numbers that were heard, by source."""
        return {source: as_runs(runs) for source, runs in ask(self._connection, _HEARD)}

    def told(self) -> ToldOfRestores:
        """What the log's entries of restores say; what cannot be read says nothing."""
        gave_up: defaultdict[str, Ranges] = defaultdict(tuple)
        excused: list[Hours] = []
        ended: set[str] = set()
        for (leaf,) in ask(self._connection, _RESTORES):
            try:
                said = read_leaf(unpack(leaf))
                data, publisher = said["data"], str(said["source"]).rpartition("/")[0]
                installation, _, service = publisher.rpartition("/")
                for (whose, epoch), runs in runs_by_epoch(data["given_up"]).items():
                    # a service speaks for its own numbers alone, and audit for all
                    if service in (whose, AUDIT):
                        source = f"{installation}/{whose}/{epoch}"
                        gave_up[source] = joined(gave_up[source], runs)
                ended |= {f"{publisher}/{epoch}" for epoch in data["ended"]}
                since, until = (datetime.fromisoformat(data[name]).astimezone(UTC) for name in ("since", "occurred_at"))
            except (LeafIsWrong, KeyError, TypeError, ValueError):
                continue
            excused.append((publisher, since.replace(minute=0, second=0, microsecond=0), until))
        return ToldOfRestores(dict(gave_up), excused, frozenset(ended) | frozenset(gave_up), frozenset(ended))
