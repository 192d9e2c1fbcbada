"""Numbers that nobody holds any more, as the one who put a service back has said in the log."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.audit.domain.gaps import Ranges

Hours = tuple[str, datetime, datetime]
"""A publisher (``/lotsa/<installation>/<service>``), and the moments between which it no longer holds what it told."""


@dataclass(frozen=True)
class NotedOfRestores:
    """What audit has noted when services were put back: numbers given up, by source, and hours excused."""

    gave_up: dict[str, Ranges]
    excused: list[Hours]


@dataclass(frozen=True)
class ToldOfRestores:
    """The same by the log's own entries.

    ``ended``: the sources that were said to be over; ``over``: these, and those of which numbers were given up.
    """

    gave_up: dict[str, Ranges]
    excused: list[Hours]
    over: frozenset[str]
    ended: frozenset[str]


_RUN = re.compile(r"([a-z]{1,40})/([0-9a-f-]{36})/([0-9]{1,18})-([0-9]{1,18})")


def runs_by_epoch(told: Iterable[str]) -> Mapping[tuple[str, UUID], Ranges]:
    """What "<publisher>/<epoch>/<first>-<last>" says, by publisher and epoch. Raises ValueError when it is no run."""
    found: defaultdict[tuple[str, UUID], list[tuple[int, int]]] = defaultdict(list)
    for each in told:
        said = _RUN.fullmatch(each)
        if said is None or not 1 <= int(said[3]) <= int(said[4]):
            raise ValueError("no run of numbers")
        found[said[1], UUID(said[2])].append((int(said[3]), int(said[4])))
    return {source: tuple(sorted(runs)) for source, runs in found.items()}


def as_told(publisher: str, epoch: UUID, runs: Ranges) -> list[str]:
    """The same, as it is told."""
    return [f"{publisher}/{epoch}/{first}-{last}" for first, last in runs]
