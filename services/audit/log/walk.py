"""Walks along the log and grows its tree anew, slice by slice, holding it against every signed checkpoint on the way.

The tree is grown from the hashes that are stored beside the leaves (that each leaf has its hash is checked by itself),
so that one changed leaf is one finding. Where the tree no longer fits, the walk begins anew from the stored nodes as
soon as they lead to a signed root again: what comes after is not blamed for what came before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from services.audit.log.check import (
    CHECKPOINT_CHANGED,
    ENTRY_CHANGED,
    ENTRY_MISSING,
    NODES_CHANGED,
    TREE_CHANGED,
    Finding,
    Signed,
    Slice,
)
from services.audit.log.checkpoint import CheckpointIsWrong
from services.audit.log.keys import VerifierKey
from services.audit.log.merkle import KEPT_FROM, Frontier, NodeReader
from services.audit.log.open_checkpoint import open_checkpoint

TRIES = 8
"""How often in one slice it looks for where the stored nodes hold again: each try reads a row for each level."""


@dataclass
class Walk:
    """How far it has come. ``good``: the entries under the last checkpoint that held; ``edge``: None while lost.

    ``doubts``: entries, from first to last, whose stored node is another than their hashes make. If the next checkpoint
    holds, it is the node that was changed. ``recorded``: when the entry before was recorded, as its leaf says.
    """

    at: int = 0
    good: int = 0
    edge: Frontier | None = field(default_factory=Frontier)
    doubts: list[tuple[int, int]] = field(default_factory=list)
    recorded: str = ""

    def over(self, part: Slice, key: VerifierKey, node: NodeReader) -> list[Finding]:
        """Walk over the next slice, which begins where this one stands; what does not hold."""
        found = list(self._over(part, key, node))
        self.at = part.high
        return found

    def _over(self, part: Slice, key: VerifierKey, node: NodeReader) -> Iterator[Finding]:
        rows = {each.index: each for each in part.entries}
        tries = TRIES
        for index in range(part.low, part.high):
            row, said = rows.get(index), part.members.get(index)
            if said is not None and said["recorded_at"] < self.recorded:
                yield Finding(ENTRY_CHANGED, index, index, "log_entries.leaf")
            elif said is not None:
                self.recorded = said["recorded_at"]
            if row is None:
                yield Finding(ENTRY_MISSING, index, index, "log_entries")
                self.edge = None
            elif self.edge is not None:
                for made in self.edge.append(row.leaf_hash)[KEPT_FROM:]:
                    if part.nodes.get((made.level, made.index)) != made.hash:
                        self.doubts.append((made.index << made.level, index))
            signed = part.checkpoints.get(index + 1)
            if signed is None:
                continue
            if not holds(signed, key):
                yield Finding(CHECKPOINT_CHANGED, self.good, index, "log_checkpoints")
                continue
            if self.edge is not None and self.edge.root() == signed.root:
                self.good = signed.size
                yield from (Finding(NODES_CHANGED, *doubt, "log_nodes") for doubt in self.doubts)
            else:
                # also while lost: what nobody could grow is not known to be right
                yield Finding(TREE_CHANGED, self.good, index, "log_entries.leaf_hash")
                self.edge = _stored(signed, node) if tries else None
                tries = max(0, tries - 1)
                self.good = signed.size
            self.doubts = []

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        edge = None if self.edge is None else [each.hex() for each in self.edge.hashes]
        return {"at": self.at, "good": self.good, "edge": edge, "doubts": self.doubts, "recorded": self.recorded}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """As it was kept."""
        edge = kept["edge"]
        hashes = None if edge is None else Frontier(kept["at"], [bytes.fromhex(each) for each in edge])
        doubts = [(first, last) for first, last in kept["doubts"]]
        return cls(kept["at"], kept["good"], hashes, doubts, kept.get("recorded", ""))


def holds(signed: Signed, key: VerifierKey) -> bool:
    """Whether a kept checkpoint says what was signed: its note opens with the key, and has its size and root."""
    try:
        checkpoint = open_checkpoint(signed.note, key)
    except CheckpointIsWrong:
        return False
    return (checkpoint.size, checkpoint.root) == (signed.size, signed.root)


def _stored(signed: Signed, node: NodeReader) -> Frontier | None:
    try:
        edge = Frontier.at(signed.size, node)
    except LookupError:
        return None
    return edge if edge.root() == signed.root else None
