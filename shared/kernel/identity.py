"""Identifiers: random, typed, and sortable by the time they were made."""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime
from functools import lru_cache
from typing import NewType
from uuid import UUID

ReferralId = NewType("ReferralId", UUID)
ConsentId = NewType("ConsentId", UUID)
UnitId = NewType("UnitId", UUID)
OrganizationId = NewType("OrganizationId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
NoticeId = NewType("NoticeId", UUID)


_COUNTER_BITS = 42
_lock = threading.Lock()
_latest = (0, 0)


def uuid7() -> UUID:
    """A new UUID version 7 (RFC 9562, 5.7 and 6.2, method 1): 48 bits of Unix milliseconds, a counter, random bits.

    Within a process each is greater than all before it, also of the same millisecond and when the clock is set back: it
    is the order in which things were told. Across processes: sortable to the millisecond. The counter begins anew each
    millisecond at a random number; it says nothing of how many there were, and nothing of its subject.
    """
    global _latest
    random_bits = int.from_bytes(os.urandom(10), "big")
    with _lock:
        milliseconds, counter = time.time_ns() // 1_000_000, random_bits >> 39
        if milliseconds <= _latest[0]:
            milliseconds, counter = _latest[0], _latest[1] + 1
            if counter >> _COUNTER_BITS:
                milliseconds, counter = milliseconds + 1, random_bits >> 39
        _latest = milliseconds, counter
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (counter >> 30) << 64
    value |= 0x2 << 62 | (counter & 0x3FFF_FFFF) << 32 | random_bits & 0xFFFF_FFFF
    return UUID(int=value)


SPELT = 36
_remembered = lru_cache(maxsize=8192)(UUID)


def as_id(said: str) -> UUID:
    """The id that a text says. Raises as ``UUID`` does.

    Remembered, since the same come again and again: a unit's in everything, a referral's in all that tells of it. Not
    so what is spelt in another way than ids are: that may be as long as anybody likes.
    """
    return _remembered(said) if len(said) == SPELT else UUID(said)


def uuid8_of(made: bytes) -> UUID:
    """A UUID version 8 (RFC 9562, 5.8) of 16 bytes, of which it keeps all but the 6 bits that say so."""
    value = int.from_bytes(made, "big")
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def uuid7_of(at: datetime) -> UUID:
    """A UUID version 7 as it might have been made at a moment (aware): for history that is made up all at once."""
    value = int.from_bytes(os.urandom(10), "big") | (int(at.timestamp() * 1000) & 0xFFFF_FFFF_FFFF) << 80
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
