"""A referral's number, as people read it aloud, as something that entries can be found by."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID, uuid5

_NAMESPACE = UUID("2f1d1a3e-6f0b-5c55-9a0e-3d7d0c6f9b11")


@lru_cache(maxsize=1024)
def key_of_number(number: str) -> UUID:
    """The key that entries about a numbered referral are found by; spaces, hyphens and case do not matter."""
    return uuid5(_NAMESPACE, "".join(each for each in number.upper() if each.isalnum()))
