"""Raw DEFLATE (RFC 1951) under a frozen dictionary: how what is sealed is made short first."""

from __future__ import annotations

import zlib


def deflate(plain: bytes, dictionary: bytes, window: int) -> bytes:
    """The bytes, packed. ``window``: a power of two, as large as a dictionary and what is packed under it."""
    # negative: raw, without a header
    packing = zlib.compressobj(9, zlib.DEFLATED, -window, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return packing.compress(plain) + packing.flush()


def inflate(packed: bytes, dictionary: bytes, window: int, most: int) -> bytes:
    """The bytes again. Raises ValueError for what was never packed so, and for more than ``most`` bytes."""
    unpacking = zlib.decompressobj(-window, dictionary)
    try:
        # one more, since the end is seen only by who reads on
        plain = unpacking.decompress(packed, most + 1)
    except zlib.error:
        raise ValueError("packed in another way") from None
    if not unpacking.eof or unpacking.unused_data or len(plain) > most:
        raise ValueError("packed in another way, or longer than any part")
    return plain
