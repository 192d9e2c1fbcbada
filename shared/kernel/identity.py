"""Identifiers: random, typed, and sortable by the time they were made."""

from __future__ import annotations

import os
import time
from typing import NewType
from uuid import UUID

ReferralId = NewType("ReferralId", UUID)
ConsentId = NewType("ConsentId", UUID)
UnitId = NewType("UnitId", UUID)
OrganizationId = NewType("OrganizationId", UUID)
AssignmentId = NewType("AssignmentId", UUID)
NoticeId = NewType("NoticeId", UUID)


def uuid7() -> UUID:
    """A new UUID version 7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then random bits.

    Sortable by creation time to the millisecond; carries nothing about its subject.
    """
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | random_bits
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
