"""Makes columns, index and tree beside the leaves anew from the leaves, when a verification has found that they differ.

The leaves are verified first: where they do not lead to what was signed nothing is made from them, since that would
make a falsified leaf look right. Then slice by slice, each written by itself and only where something differs: the log
goes on meanwhile, and what comes has the right things beside it from the beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from services.audit.domain.beside import NOT_OURS, Columns, about_of, columns_of, differing, units_unsaid
from services.audit.domain.check_beside import stored_columns
from services.audit.domain.refusals import LeavesDoNotHold
from services.audit.log.check import Slice
from services.audit.log.keys import VerifierKey
from services.audit.log.merkle import KEPT_FROM, Frontier, leaf_hash
from services.audit.log.pack import REFUSED
from services.audit.log.walk import holds

SLICE = 256


class Stored(Protocol):
    """The log as it is stored."""

    def size(self) -> int:
        """How many entries are signed for."""
        ...

    def slice(self, low: int, high: int) -> Slice:
        """The entries from ``low`` up to ``high``, and what belongs to them."""
        ...


Reading = Callable[[], AbstractContextManager[Stored]]


@dataclass
class Difference:
    """What differs in one slice.

    ``columns``: what they are to be, with the hash. ``about``: what entries are to be found by, in order.
    ``nodes``: hashes of the tree by level and index; None for one that is to go. ``laid_bare``: leaves of what was
    refused, which an index looks into, that lie packed.
    """

    columns: list[tuple[int, Columns, bytes]] = field(default_factory=list)
    about: list[tuple[int, tuple[UUID, ...]]] = field(default_factory=list)
    nodes: dict[tuple[int, int], bytes | None] = field(default_factory=dict)
    laid_bare: list[tuple[int, bytes]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.columns or self.about or self.nodes or self.laid_bare)


def verify_leaves(reading: Reading, key: VerifierKey) -> int:
    """How many entries hold, by their own bytes alone. Raises LeavesDoNotHold, with where it begins.

    The newest checkpoint must hold. An older one whose signature does not is a fault of its own, and says nothing here.
    """
    with reading() as stored:
        size = stored.size()
    edge, good = Frontier(), 0
    for low in range(0, size, SLICE):
        with reading() as stored:
            part = stored.slice(low, min(low + SLICE, size))
        for each in part.entries:
            if each.index != edge.size:
                break
            edge.append(leaf_hash(each.leaf))
            signed = part.checkpoints.get(edge.size)
            is_signed = signed is not None and holds(signed, key)
            if is_signed and signed is not None and signed.root == edge.root():
                good = edge.size
            elif is_signed or edge.size == size:
                raise LeavesDoNotHold(good)
        if edge.size < part.high:
            raise LeavesDoNotHold(edge.size)
    return size


def differences(reading: Reading, size: int) -> Iterator[Difference]:
    """What differs, slice by slice, in constant memory. Raises LeavesDoNotHold for what no sequencer of ours wrote."""
    edge = Frontier()
    for low in range(0, size, SLICE):
        with reading() as stored:
            part = stored.slice(low, min(low + SLICE, size))
        yield _difference(part, edge)


def _difference(part: Slice, edge: Frontier) -> Difference:
    found = Difference()
    made: dict[tuple[int, int], bytes] = {}
    for each in part.entries:
        nodes = edge.append(leaf_hash(each.leaf))
        made |= {(node.level, node.index): node.hash for node in nodes[KEPT_FROM:]}
        try:
            said = part.members[each.index]
            right, about = columns_of(said), about_of(said)
        except NOT_OURS as wrong:
            raise LeavesDoNotHold(each.index) from wrong
        looked_up = part.looked_up.get(each.index)
        if differing(said, stored_columns(each), looked_up) or each.leaf_hash != nodes[0].hash:
            # what audit looked up when it wrote the entry is kept as far as it can be right
            kept = set(each.units) & set(looked_up or ()) if units_unsaid(said) else set()
            units = tuple(sorted({*right.units, *kept}))
            whole = Columns(right.event_id, right.type, right.occurred_at, right.recorded_at, units, right.shown)
            found.columns.append((each.index, whole, nodes[0].hash))
        if each.packed and REFUSED in each.leaf:
            found.laid_bare.append((each.index, each.leaf))
        if part.about.get(each.index, frozenset()) != set(about):
            found.about.append((each.index, about))
    found.nodes = {
        place: made.get(place) for place in {**made, **part.nodes} if part.nodes.get(place) != made.get(place)
    }
    return found
