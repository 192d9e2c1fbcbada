"""Keeps who looked: who and by which right once, a list's ids once, and for each look a small row that names them.

A list of 25 that is looked at again and again is so a hundred bytes for each look, and not a thousand. The view
``access_records`` says of each look what was told of it, word by word.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection

from shared.contracts.common import AccessRecorded
from shared.storage.plainly import run

KIND = ("assignment_id", "unit_id", "action", "outcome", "rule", "purpose", "issuer", "subject", "role", "record_kind")
"""All that a look says but for its moment and its ids: the columns of ``look_kinds``, in the order of its id."""

# each id is made of what its row says: the same row of somebody else is as good as one's own
_KINDS = f"""
    INSERT INTO look_kinds (kind_id, {", ".join(KIND)}) VALUES ({", ".join(f"${place}" for place in range(1, 12))})
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - this module's own column names
_SETS = "INSERT INTO id_sets (set_id, ids) VALUES ($1, $2::uuid[]) ON CONFLICT DO NOTHING"
_LOOKS = "INSERT INTO looks (access_id, kind_id, occurred_at, shown, relied) VALUES ($1, $2, $3, $4, $5)"


def keep_looks(connection: Connection, told: Collection[AccessRecorded]) -> None:
    """Keep looks as they are told, in the connection's transaction. Raises SQLAlchemy's errors."""
    for each in told:
        kind = tuple(getattr(each, column) for column in KIND)
        sets = {set_of(ids): ids for ids in (each.subjects, each.consents) if len(ids) > 1}
        run(
            connection,
            # before the look: its policy looks the kind up
            (_KINDS, (kind_of(kind), *kind)),
            *((_SETS, (set_id, "{" + ",".join(map(str, ids)) + "}")) for set_id, ids in sets.items()),
            (_LOOKS, (each.access_id, kind_of(kind), each.occurred_at, set_of(each.subjects), set_of(each.consents))),
        )


def set_of(ids: Sequence[UUID]) -> UUID | None:
    """What stands for ids in one column: nothing for none, one for itself, more for the set of them in their order."""
    if len(ids) <= 1:
        return ids[0] if ids else None
    return made_of(b"".join(each.bytes for each in ids))


@lru_cache(4096)
def kind_of(said: tuple[object, ...]) -> UUID:
    """The id of a kind of look. ``said``: the values of ``KIND``."""
    # no text in PostgreSQL holds a zero byte
    return made_of(b"\x00".join(str(each).encode() for each in said))


def made_of(said: bytes) -> UUID:
    """A UUID of version 8 (RFC 9562, 5.8) of the first 16 bytes of SHA-256; migration 0011 makes the same."""
    value = int.from_bytes(sha256(said).digest()[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)
