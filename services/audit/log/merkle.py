"""The Merkle tree of RFC 9162, section 2.1, with SHA-256; the same tree as RFC 6962. Nothing of our own is in it.

A node is named ``(level, index)``: it covers the leaves from ``index << level`` up to ``(index + 1) << level``.
Only complete nodes are named and stored; they never change once all their leaves are there.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

HASH_BYTES = 32
KEPT_FROM = 8
"""The first level above the leaves whose nodes are stored: one for 256 leaves. What is below is made when it is asked
for."""

EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the complete node at a level and index; level 0 is the leaf hashes."""


class ProofIsWrong(ValueError):
    """A proof does not prove what it is said to."""


class InclusionProofIsWrong(ProofIsWrong):
    """The proof does not show that this leaf is in that tree at that place."""


class ConsistencyProofIsWrong(ProofIsWrong):
    """The proof does not show that the later tree only appends to the earlier one."""


@dataclass(frozen=True)
class Node:
    """A complete node of the tree."""

    level: int
    index: int
    hash: bytes


def leaf_hash(leaf: bytes) -> bytes:
    """HASH(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """HASH(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The right edge of a tree: the complete nodes that its root is made of, largest first.

    All that is needed to append; at most one node for each bit of the size.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    @classmethod
    def at(cls, size: int, node: NodeReader) -> Frontier:
        """The frontier of a stored tree."""
        edge = cls(size)
        start = 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                edge.hashes.append(node(level, start >> level))
                start += 1 << level
        return edge

    def append(self, hashed_leaf: bytes) -> list[Node]:
        """Add a leaf by its hash; returns the nodes that this completed, the leaf itself first."""
        made = [Node(0, self.size, hashed_leaf)]
        current, index = hashed_leaf, self.size
        while index & 1:
            current = node_hash(self.hashes.pop(), current)
            index >>= 1
            made.append(Node(len(made), index, current))
        self.hashes.append(current)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The tree's root hash, MTH(D[size]); of no leaves at all, HASH()."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_of(hashed_leaves: Iterable[bytes]) -> bytes:
    """The root of a tree of these leaf hashes."""
    edge = Frontier()
    for each in hashed_leaves:
        edge.append(each)
    return edge.root()


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162, 2.1.3.1. Raises ValueError when there is no such leaf."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of that size")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_range_hash(middle, high, node))
            high = middle
        else:
            proof.append(_range_hash(low, middle, node))
            low = middle
    proof.reverse()
    return proof


def consistency_proof(size1: int, size2: int, node: NodeReader) -> list[bytes]:
    """PROOF(size1, D[size2]) of RFC 9162, 2.1.4.1; empty for equal sizes. Raises ValueError for sizes without one."""
    if not 0 < size1 <= size2:
        raise ValueError("consistency is between a tree with leaves and the same or a later one")
    proof: list[bytes] = []
    low, high, whole = 0, size2, True
    while size1 != high:
        middle = low + _split(high - low)
        if size1 <= middle:
            proof.append(_range_hash(middle, high, node))
            high = middle
        else:
            proof.append(_range_hash(low, middle, node))
            low, whole = middle, False
    if not whole:
        proof.append(_range_hash(low, high, node))
    proof.reverse()
    return proof


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf hash is leaf ``index`` of the tree of ``size`` with this root (RFC 9162, 2.1.3.2).

    A tree of one leaf has an empty proof. Raises InclusionProofIsWrong.
    """
    if not 0 <= index < size:
        raise InclusionProofIsWrong("no such leaf in a tree of that size")
    if any(len(each) != HASH_BYTES for each in (leaf_hash, root, *proof)):
        raise InclusionProofIsWrong("a hash is not 32 bytes")
    position, last, computed = index, size - 1, leaf_hash
    for step in proof:
        if last == 0:
            raise InclusionProofIsWrong("the proof is too long")
        if position & 1 or position == last:
            computed = node_hash(step, computed)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            computed = node_hash(computed, step)
        position, last = position >> 1, last >> 1
    if last:
        raise InclusionProofIsWrong("the proof is too short")
    if not hmac.compare_digest(computed, root):
        raise InclusionProofIsWrong("the proof leads to another root")


def verify_consistency(size1: int, size2: int, proof: Sequence[bytes], root1: bytes, root2: bytes) -> None:
    """Check that the tree (size2, root2) only appends to the tree (size1, root1) (RFC 9162, 2.1.4.2).

    Equal sizes need an empty proof and equal roots. Nothing can be proved from the empty tree to another: RFC 9162
    defines no such proof. Raises ConsistencyProofIsWrong.
    """
    if any(len(each) != HASH_BYTES for each in (root1, root2, *proof)):
        raise ConsistencyProofIsWrong("a hash is not 32 bytes")
    if not 0 <= size1 <= size2:
        raise ConsistencyProofIsWrong("the later tree is smaller")
    if size1 == size2:
        if proof:
            raise ConsistencyProofIsWrong("equal sizes need no proof")
        if not hmac.compare_digest(root1, root2):
            raise ConsistencyProofIsWrong("two roots for one size")
        return
    if size1 == 0:
        raise ConsistencyProofIsWrong("nothing can be proved from an empty tree")
    if not proof:
        raise ConsistencyProofIsWrong("the proof is empty")
    path = [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof)
    position, last = size1 - 1, size2 - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = path[0]
    for step in path[1:]:
        if last == 0:
            raise ConsistencyProofIsWrong("the proof is too long")
        if position & 1 or position == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while position and not position & 1:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, step)
        position, last = position >> 1, last >> 1
    if last:
        raise ConsistencyProofIsWrong("the proof is too short")
    if not hmac.compare_digest(first, root1):
        raise ConsistencyProofIsWrong("the proof leads to another earlier root")
    if not hmac.compare_digest(second, root2):
        raise ConsistencyProofIsWrong("the proof leads to another later root")


def _split(width: int) -> int:
    """The largest power of two smaller than a width of at least two (RFC 9162, 2.1.1)."""
    return 1 << (width - 1).bit_length() - 1


def _range_hash(low: int, high: int, node: NodeReader) -> bytes:
    """MTH(D[low:high]) where low is where a subtree begins."""
    width = high - low
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return node(level, low >> level)
    middle = low + _split(width)
    return node_hash(_range_hash(low, middle, node), _range_hash(middle, high, node))
