"""What the verification remembers between two ticks, and what it last found: plain values, kept as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from services.audit.domain.gaps import Ranges
from services.audit.log.walk import Walk


@dataclass(frozen=True)
class Result:
    """A round that is over: when, over how many entries, and the first that did not hold (None: all of it holds)."""

    begun_at: datetime
    finished_at: datetime
    size: int
    wrong: int | None


@dataclass
class Round:
    """One round over the log of ``size`` entries. ``heard``: the sequences that its leaves have to tell of."""

    begun_at: datetime
    size: int
    heard: dict[str, Ranges]
    hurried: bool = False
    walk: Walk = field(default_factory=Walk)
    told: dict[str, Ranges] = field(default_factory=dict)
    wrong: int | None = None


@dataclass
class State:
    """All of it. ``tip``: the walk that follows the newest entry, once a first round is over.

    ``seen``: the most entries that were ever signed for when this looked. ``unsound``: what does not hold now without
    looking at any entry, as (kind, first entry). ``new_wrong``: the first new entry that did not hold, since the last
    round.
    """

    begun_at: datetime
    looked_at: datetime | None = None
    seen: int = 0
    tip: Walk | None = None
    round: Round | None = None
    last: Result | None = None
    unsound: list[list[Any]] = field(default_factory=list)
    new_wrong: int | None = None

    @property
    def holds(self) -> bool | None:
        """Whether everything that was looked at holds; None before the first round is over."""
        if self.unsound or self.new_wrong is not None:
            return False
        return None if self.last is None else self.last.wrong is None

    @property
    def wrong(self) -> int | None:
        """The first entry that does not hold."""
        last = None if self.last is None else self.last.wrong
        places = [last, self.new_wrong, *(each[1] for each in self.unsound)]
        return min((each for each in places if each is not None), default=None)

    def finish(self, now: datetime) -> None:
        """The round is over; the first one's walk goes on with what is new."""
        going = self.round
        if going is None:
            raise ValueError("there is no round to be finished")
        self.last = Result(going.begun_at, now, going.size, going.wrong)
        if self.tip is None:
            self.tip = going.walk
        if self.new_wrong is not None and self.new_wrong < going.size:
            self.new_wrong = None
        self.round = None

    def begin_anew(self) -> None:
        """The log is another than the one that was walked over."""
        self.seen, self.tip, self.round = 0, None, None

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "begun_at": self.begun_at.isoformat(),
            "looked_at": self.looked_at.isoformat() if self.looked_at else None,
            "seen": self.seen,
            "tip": self.tip.to_json() if self.tip else None,
            "round": _round_to_json(self.round) if self.round else None,
            "last": _result_to_json(self.last) if self.last else None,
            "unsound": self.unsound,
            "new_wrong": self.new_wrong,
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """As it was kept."""
        return cls(
            begun_at=datetime.fromisoformat(kept["begun_at"]),
            looked_at=datetime.fromisoformat(kept["looked_at"]) if kept["looked_at"] else None,
            seen=kept["seen"],
            tip=Walk.from_json(kept["tip"]) if kept["tip"] else None,
            round=_round_from_json(kept["round"]) if kept["round"] else None,
            last=_result_from_json(kept["last"]) if kept["last"] else None,
            unsound=kept["unsound"],
            new_wrong=kept["new_wrong"],
        )


def _round_to_json(going: Round) -> dict[str, Any]:
    return {
        "begun_at": going.begun_at.isoformat(),
        "size": going.size,
        "heard": going.heard,
        "hurried": going.hurried,
        "walk": going.walk.to_json(),
        "told": going.told,
        "wrong": going.wrong,
    }


def _round_from_json(kept: dict[str, Any]) -> Round:
    return Round(
        begun_at=datetime.fromisoformat(kept["begun_at"]),
        size=kept["size"],
        heard=_ranges(kept["heard"]),
        hurried=kept["hurried"],
        walk=Walk.from_json(kept["walk"]),
        told=_ranges(kept["told"]),
        wrong=kept["wrong"],
    )


def _ranges(kept: dict[str, list[list[int]]]) -> dict[str, Ranges]:
    return {source: tuple((first, last) for first, last in each) for source, each in kept.items()}


def _result_to_json(last: Result) -> dict[str, Any]:
    return {
        "begun_at": last.begun_at.isoformat(),
        "finished_at": last.finished_at.isoformat(),
        "size": last.size,
        "wrong": last.wrong,
    }


def _result_from_json(kept: dict[str, Any]) -> Result:
    begun, finished = (datetime.fromisoformat(kept[name]) for name in ("begun_at", "finished_at"))
    return Result(begun, finished, kept["size"], kept["wrong"])
