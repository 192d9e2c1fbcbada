"""What a list or a search showed, as a leaf of ``lotsa-leaf/2`` names it: by the digest of a set that is stored once.

A list of 25 referrals shows the same for hours, to whoever looks. So the leaf holds ``{"consents": <how many>, "count":
<how many>, "digest": <hex>}``, and the ids stand outside it, once for all leaves that name them. The digest is frozen:
SHA-256 over ``lotsa-shown/1`` and a line feed, then twice how many in four bytes, big-endian, and so many ids of 16
bytes, sorted: first the records that were shown, then the consents that showing them relied on. An id that was named
twice stands twice. The order in which a page had them is not remembered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self
from uuid import UUID

MEMBER = "shown"
ACCESS = "access.recorded.v1"
OF_MANY = ("list", "search")
_DOMAIN = b"lotsa-shown/1\n"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST = 2**32 - 1


@dataclass(frozen=True)
class Shown:
    """A set: ``records`` that were shown, and ``consents`` that were relied on, each sorted."""

    records: tuple[UUID, ...]
    consents: tuple[UUID, ...]

    @classmethod
    def of(cls, records: Iterable[UUID], consents: Iterable[UUID]) -> Self:
        """The set of these, in whichever order they come."""
        return cls(tuple(sorted(records)), tuple(sorted(consents)))

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 over the set, 32 bytes."""
        hashed = hashlib.sha256(_DOMAIN)
        for part in (self.records, self.consents):
            hashed.update(len(part).to_bytes(4, "big") + b"".join(each.bytes for each in part))
        return hashed.digest()

    @property
    def key(self) -> UUID:
        """By what it is found where it is stored: the first half of its digest."""
        return UUID(bytes=self.digest[:16])

    def member(self) -> dict[str, Any]:
        """As the leaf names it."""
        return {"consents": len(self.consents), "count": len(self.records), "digest": self.digest.hex()}

    def line(self) -> dict[str, Any]:
        """As a line of ``shown.jsonl`` tells it."""
        return {"consents": [str(each) for each in self.consents], "shown": [str(each) for each in self.records]}


def is_well_formed(member: Any) -> bool:
    """Whether this can be what a leaf says that was shown."""
    return (
        isinstance(member, Mapping)
        and member.keys() == {"consents", "count", "digest"}
        and all(type(member[each]) is int and 0 <= member[each] <= _MOST for each in ("consents", "count"))
        and isinstance(member["digest"], str)
        and _DIGEST.fullmatch(member["digest"]) is not None
    )


def key_of(member: Mapping[str, Any]) -> UUID:
    """By what the set that a leaf names is found."""
    return UUID(member["digest"][:32])


def shows_many(members: Mapping[str, Any]) -> bool:
    """Whether this is a list or a search that somebody was shown: what it showed is a set."""
    return members.get("type") == ACCESS and members.get("action") in OF_MANY and members.get("outcome") == "allowed"


def folded(members: Mapping[str, Any]) -> tuple[dict[str, Any], Shown | None]:
    """The members as a leaf has them, and the set that it names where it shows many. Raises ValueError for no ids."""
    made = dict(members)
    if not shows_many(made):
        return made, None
    shown = Shown.of(map(UUID, made.pop("subjects", ())), map(UUID, made.pop("consents", ())))
    made[MEMBER] = shown.member()
    return made, shown


def unfolded(members: Mapping[str, Any], shown: Shown | None) -> dict[str, Any]:
    """The members with what was shown named in them again. Without its set a leaf names nothing."""
    made = dict(members)
    if made.pop(MEMBER, None) is not None and shown is not None:
        made["subjects"] = [str(each) for each in shown.records]
        made["consents"] = [str(each) for each in shown.consents]
    return made


def fits(members: Mapping[str, Any], shown: Shown | None) -> bool:
    """Whether the set is the one that the leaf names."""
    return shown is not None and shown.member() == members.get(MEMBER)
