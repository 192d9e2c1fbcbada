"""A piece of the log as it is stored, and what is checked of it: each check is a function from a slice to findings.

Pure: whoever reads the database hands a slice over. What needs the whole tree is walked in ``log/walk.py``; a check
here looks at one slice by itself. A finding names entries and the place (table and column), never what stands there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from services.audit.log.entry import LeafIsWrong, read_leaf
from services.audit.log.merkle import leaf_hash
from services.audit.log.pack import REFUSED
from services.audit.log.shown_set import MEMBER, Shown, fits, key_of, unfolded

ENTRY_CHANGED = "entry-changed"
ENTRY_MISSING = "entry-missing"
TREE_CHANGED = "tree-changed"
NODES_CHANGED = "nodes-changed"
CHECKPOINT_CHANGED = "checkpoint-changed"
UNSIGNED_ENTRIES = "unsigned-entries"
EVENTS_UNTOLD = "events-untold"
COLUMN_CHANGED = "column-changed"
INDEX_ROW_MISSING = "index-row-missing"
INDEX_ROW_ADDED = "index-row-added"
OPENING_MISSING = "opening-missing"
OPENING_ADDED = "opening-added"
OPENING_CHANGED = "opening-changed"
AGENT_DIFFERS = "agent-differs"
SET_MISSING = "set-missing"
SET_CHANGED = "set-changed"
READ_AFTER_WITHDRAWAL = "read-after-withdrawal"
KINDS = (
    *(COLUMN_CHANGED, INDEX_ROW_MISSING, INDEX_ROW_ADDED, OPENING_MISSING, OPENING_ADDED, OPENING_CHANGED),
    *(SET_MISSING, SET_CHANGED, AGENT_DIFFERS, READ_AFTER_WITHDRAWAL),
    *(ENTRY_CHANGED, ENTRY_MISSING, TREE_CHANGED, NODES_CHANGED, CHECKPOINT_CHANGED),
    *(UNSIGNED_ENTRIES, EVENTS_UNTOLD),
)


@dataclass(frozen=True)
class Finding:
    """What does not hold: a kind, the entries that it is about, and where (``table.column``) as far as that is known.

    ``source``: the publisher whose numbers ``first`` to ``last`` are, where it is not about entries.
    """

    kind: str
    first: int
    last: int
    where: str = ""
    source: str = ""


@dataclass(frozen=True)
class Stored:
    """One row of ``log_entries``. ``packed``: its leaf does not lie there as it is (``log/pack.py``)."""

    index: int
    event_id: UUID
    type: str
    occurred_at: datetime
    recorded_at: datetime
    units: tuple[UUID, ...]
    leaf: bytes
    leaf_hash: bytes
    shown: UUID | None = None
    packed: bool = False


@dataclass(frozen=True)
class Signed:
    """One row of ``log_checkpoints``."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


@dataclass(frozen=True)
class Laid:
    """One row of ``log_openings``, and what became of opening it.

    ``state``: open | erased (its key is destroyed) | gone (there is no such key: one of a month that was destroyed, as
    until 0.1, or none of ours) | misplaced (its key is not found by whom it tells of) | wrong. ``salt`` and ``value``:
    when it is open.
    """

    index: int
    name: str
    event_id: UUID
    state: str
    salt: bytes = b""
    value: Any = field(default=None, repr=False)


@dataclass(frozen=True)
class Slice:
    """The entries from ``low`` up to ``high`` as stored, with the checkpoints and nodes that they completed.

    ``about``: the index, by entry. ``laid``: what opens their commitments. ``looked_up``: the units that may have been
    looked up for an entry, where that can be told. ``sets``: what lists showed, by key. ``withdrawn``: when consents
    that these readings rely on were withdrawn, as the log tells. ``came_back``: entries that say of a key that it was
    destroyed, and it is there.
    """

    low: int
    high: int
    entries: Sequence[Stored]
    checkpoints: Mapping[int, Signed] = field(default_factory=dict)
    nodes: Mapping[tuple[int, int], bytes] = field(default_factory=dict)
    about: Mapping[int, frozenset[UUID]] = field(default_factory=dict)
    laid: Sequence[Laid] = ()
    looked_up: Mapping[int, frozenset[UUID]] = field(default_factory=dict)
    withdrawn: Mapping[UUID, datetime] = field(default_factory=dict)
    sets: Mapping[UUID, Shown] = field(default_factory=dict)
    came_back: frozenset[int] = frozenset()

    def with_more(self, **beside: Any) -> Slice:
        """The same entries with more of what lies beside them. Their leaves, once read, are not read again."""
        more = replace(self, **beside)
        for name in ("members", "named_sets"):
            if name in self.__dict__:
                more.__dict__[name] = self.__dict__[name]
        return more

    @cached_property
    def members(self) -> dict[int, dict[str, Any]]:
        """What the leaves say, by entry; without those that no leaf can be."""
        return {each.index: read for each in self.entries if (read := _read(each.leaf)) is not None}

    @cached_property
    def named_sets(self) -> dict[UUID, list[int]]:
        """The keys of the sets that leaves name, with the entries that do."""
        found: dict[UUID, list[int]] = {}
        for index, said in self.members.items():
            if MEMBER in said:
                found.setdefault(key_of(said[MEMBER]), []).append(index)
        return found

    @cached_property
    def whole(self) -> dict[int, dict[str, Any]]:
        """The members with what lists showed named in them, as far as the sets are there."""
        return {
            index: unfolded(said, self.sets.get(key_of(said[MEMBER]))) if MEMBER in said else said
            for index, said in self.members.items()
        }


Check = Callable[[Slice], Iterable[Finding]]


def check_leaves(part: Slice) -> Iterator[Finding]:
    """Each leaf hashes to what is stored beside it, is a leaf at all, and is the event's that the row names."""
    for each in part.entries:
        said = part.members.get(each.index)
        if leaf_hash(each.leaf) != each.leaf_hash or said is None:
            yield Finding(ENTRY_CHANGED, each.index, each.index, "log_entries.leaf")
        elif said["id"] != str(each.event_id):
            yield Finding(ENTRY_CHANGED, each.index, each.index, "log_entries.event_id")
        if each.packed and REFUSED in each.leaf:
            # what was refused is looked for in the bytes as they lie there: packed, no trail has it
            yield Finding(INDEX_ROW_MISSING, each.index, each.index, "log_entries.leaf")


def check_sets(part: Slice) -> Iterator[Finding]:
    """What a list showed is there, and is what the leaf names: the same ids, and as many."""
    for key, named in part.named_sets.items():
        stored = part.sets.get(key)
        for index in named:
            if stored is None:
                yield Finding(SET_MISSING, index, index, "shown_sets")
            elif not fits(part.members[index], stored):
                yield Finding(SET_CHANGED, index, index, "shown_sets")


CHECKS: tuple[Check, ...] = (check_leaves, check_sets)
"""What is checked of every slice, in the background and when somebody asks. One more check is one more line here."""


def told(part: Slice) -> dict[str, list[int]]:
    """The sequences that the leaves tell of, by source."""
    numbers: dict[str, list[int]] = {}
    for said in part.members.values():
        source, sequence = said.get("source"), said.get("sequence")
        if isinstance(source, str) and isinstance(sequence, int):
            numbers.setdefault(source, []).append(sequence)
    return numbers


def _read(leaf: bytes) -> dict[str, Any] | None:
    try:
        return read_leaf(leaf)
    except LeafIsWrong:
        return None
