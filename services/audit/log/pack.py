"""How a leaf lies in the table: packed, since nine tenths of it is what every leaf says. What is signed is the leaf.

``0x02``, raw DEFLATE (RFC 1951) of its words under a dictionary (``log/words.py``), and behind that its ids, hashes and
times (``log/shorthand.py``). Or ``0x01``, as it was packed before (``log/pack_1.py``); or the leaf itself, which
begins with ``{``. Which of these is nobody's concern but the table's: an export, a proof and a page see the leaf. The
dictionary is frozen, since what was packed under it is there for ever; another one gets another first byte. What was
refused is not packed: an index looks for it in the bytes (migrations 0002 and 0019).
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

from services.audit.log.entry import MAX_LEAF_BYTES, LeafIsNotCanonical, LeafIsTooLarge, LeafIsWrong, read_leaf
from services.audit.log.merkle import leaf_hash
from services.audit.log.pack_1 import PACKED_1, unpack_1
from services.audit.log.shorthand import NotInShorthand, put_together, taken_apart
from services.audit.log.words import WORDS

PACKED = b"\x02"
KEPT = 1_024
"""Leaves that a process remembers having read: some pages of a reviewer's, three megabytes."""
REFUSED = b'"outcome":"refused"'
# raw, no header; a window as large as words and leaf
_WINDOW = -14
# it has read the words already, which takes longer than a leaf; of levels and memory the least that packs as well
_BEGUN = zlib.compressobj(7, zlib.DEFLATED, _WINDOW, 7, zlib.Z_DEFAULT_STRATEGY, WORDS)


def pack(leaf: bytes) -> bytes:
    """A leaf as it is stored: packed, unless that is no shorter, or an index looks in it."""
    if REFUSED in leaf:
        return leaf
    try:
        words, values = taken_apart(leaf)
    except NotInShorthand:
        return leaf
    packing = _BEGUN.copy()
    packed = PACKED + packing.compress(words) + packing.flush() + values
    return packed if len(packed) < len(leaf) else leaf


def lies_packed(stored: bytes) -> bool:
    """Whether these bytes say that they are packed."""
    return bytes(stored[:1]) in (PACKED, PACKED_1)


def as_it_lies(stored: bytes) -> bytes:
    """The leaf; what was never packed by us stays what it is, for a verification to find that it is no leaf."""
    try:
        return unpack(stored)
    except LeafIsWrong:
        return bytes(stored)


def read_stored(stored: bytes) -> dict[str, Any] | None:
    """What a leaf says; None where it was changed to something that is none: that is for the verification to tell."""
    try:
        return read_leaf(unpack(stored))
    except LeafIsWrong:
        return None


def read_hashed(stored: bytes) -> tuple[dict[str, Any], bytes]:
    """What a stored leaf says, and the leaf's hash (RFC 9162). Raises a LeafIsWrong.

    The same bytes say the same, so the last ``KEPT`` that were read are remembered, by all of their bytes: what has
    been changed is read anew. What is nested in the members is not to be changed.
    """
    members, hashed = _read_hashed(bytes(stored))
    return dict(members), hashed


@lru_cache(maxsize=KEPT)
def _read_hashed(stored: bytes) -> tuple[dict[str, Any], bytes]:
    leaf = unpack(stored)
    return read_leaf(leaf), leaf_hash(leaf)


def unpack(stored: bytes) -> bytes:
    """The leaf. Raises LeafIsTooLarge, or LeafIsNotCanonical for what was never packed so."""
    stored = bytes(stored)
    if stored[:1] == PACKED_1:
        return unpack_1(stored)
    if not lies_packed(stored):
        return stored
    unpacking = zlib.decompressobj(_WINDOW, WORDS)
    try:
        words = unpacking.decompress(stored[1:], MAX_LEAF_BYTES + 1)
        if len(words) > MAX_LEAF_BYTES:
            raise LeafIsTooLarge(f"more than {MAX_LEAF_BYTES} bytes")
        if not unpacking.eof:
            raise NotInShorthand("cut short")
        leaf = put_together(words, unpacking.unused_data)
    except (zlib.error, NotInShorthand):
        raise LeafIsNotCanonical("packed in another way") from None
    if len(leaf) > MAX_LEAF_BYTES:
        raise LeafIsTooLarge(f"more than {MAX_LEAF_BYTES} bytes")
    return leaf
