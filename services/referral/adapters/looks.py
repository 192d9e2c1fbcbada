"""Keeps who looked: who and by which right once, a list's ids once, and for each look a small row that names them.

A list of 25 that is looked at again and again is so a hundred bytes for each look, and not a thousand. Which consents
a look relied on is said of each referral that it showed, since a referral has one of each person: the carer's, the
other's, or both (``relied_on``: two bits for each id shown, in their order, four ids a byte). Other consents than those
are named as ids are (``relied``). The view ``access_records`` says of each look what was told of it, word by word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection

from shared.contracts.common import AccessRecorded
from shared.kernel.identity import uuid8_of
from shared.storage.driver import ask, run

KIND = ("assignment_id", "unit_id", "action", "outcome", "rule", "purpose", "issuer", "subject", "role", "record_kind")
"""All that a look says but for its moment and its ids: the columns of ``look_kinds``, in the order of its id."""

# each id is made of what its row says: the same row of somebody else is as good as one's own
_KINDS = f"""
    INSERT INTO look_kinds (kind_id, {", ".join(KIND)}) VALUES ({", ".join(f"${place}" for place in range(1, 12))})
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - this module's own column names
_SETS = "INSERT INTO id_sets (set_id, ids) VALUES ($1, $2::uuid[]) ON CONFLICT DO NOTHING"
_LOOKS = "INSERT INTO looks (access_id, kind_id, occurred_at, shown, relied, relied_on) VALUES ($1, $2, $3, $4, $5, $6)"
_CONSENTS = "SELECT id, referral_id, about FROM consents WHERE id = ANY ($1::uuid[])"
BITS = {"carer": 1, "person-cared-for": 2}
"""What stands in ``relied_on`` for the consent of each of the two people."""

Given = Mapping[UUID, tuple[UUID, str]]
"""Consents by their ids: the referral, and about whom."""


def keep_looks(connection: Connection, told: Collection[AccessRecorded]) -> None:
    """Keep looks as they are told, in the connection's transaction. Raises SQLAlchemy's errors."""
    for each in told:
        kind = tuple(getattr(each, column) for column in KIND)
        look = look_of(each, _given(connection, each.consents))
        run(
            connection,
            # before the look: its policy looks the kind up
            (_KINDS, (kind_of(kind), *kind)),
            *((_SETS, (set_id, _array(ids))) for set_id, ids in look.sets.items()),
            (_LOOKS, (each.access_id, kind_of(kind), each.occurred_at, look.shown, look.relied, look.relied_on)),
        )


@dataclass(frozen=True)
class Look:
    """What a look showed and relied on, as its row says it, and the sets that the row names."""

    shown: UUID | None
    relied: UUID | None
    relied_on: bytes | None
    sets: Mapping[UUID, Sequence[UUID]]


def look_of(told: AccessRecorded, given: Given) -> Look:
    """The columns of a look. ``given``: as many of the consents that it relied on as are known."""
    relied_on = _by_referral(told, given)
    named = () if relied_on is not None else told.consents
    sets = {set_id: ids for ids in (told.subjects, named) if len(ids) > 1 and (set_id := set_of(ids))}
    return Look(set_of(told.subjects), set_of(named), relied_on, sets)


def _by_referral(told: AccessRecorded, given: Given) -> bytes | None:
    """Two bits for each id shown; None when there is nothing to say, or the view would not say the same of it."""
    if not told.consents or list(told.consents) != sorted(set(told.consents)):
        return None
    places = {shown: place for place, shown in enumerate(told.subjects)}
    marks = bytearray(len(told.subjects) + 3 >> 2)
    for consent in told.consents:
        referral, about = given.get(consent, (None, ""))
        if referral not in places:
            return None
        marks[places[referral] >> 2] |= BITS[about] << (places[referral] & 3) * 2
    return bytes(marks)


def _given(connection: Connection, consents: Sequence[UUID]) -> Given:
    if not consents:
        return {}
    return {row[0]: (row[1], row[2]) for row in ask(connection, _CONSENTS, (_array(consents),))}


def _array(ids: Sequence[UUID]) -> str:
    return "{" + ",".join(map(str, ids)) + "}"


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
    return uuid8_of(sha256(said).digest()[:16])
