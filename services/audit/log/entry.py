"""One leaf of the log: canonical JSON, and the commitments that stand in it for what may be erased.

Frozen from the first entry. A leaf is RFC 8785 JSON of at most 65,535 bytes (the length prefix of a C2SP tlog-tiles
entry bundle has 16 bits). Its numbers are integers only, so that a reader needs no floating-point rules. It always has
``format``, ``id``, ``type``, ``occurred_at`` and ``recorded_at``.

Two formats stand in one tree. ``lotsa-leaf/1`` was written until 0.1 and is read for ever. ``lotsa-leaf/2`` is what is
written: it always has ``agent``, ``{"kind": …}`` with one of ``AGENTS``; what a list or a search showed is ``shown``
(``log/shown_set.py``) and no longer ``subjects`` and ``consents``; ``units`` are those that the entry was put down to
when it was written, where it names none by itself.

A value that must be erasable is never in the leaf, nor is its bare hash (a staff id or a short text could be guessed).
The leaf holds HMAC-SHA-256 of name and value under a random salt of its own; salt and value stand outside. When they
are destroyed, the leaf still hashes to the same bytes and says nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import rfc8785

from services.audit.log.shown_set import MEMBER, is_well_formed

FORMAT_1 = "lotsa-leaf/1"
FORMAT = "lotsa-leaf/2"
AGENTS = ("staff", "operator", "carer-receipt", "partner-link", "clock", "unknown")
"""Who acted, by kind: staff by their session or token; an operator at the machine; somebody who followed a carer's
receipt, or a partner's link; the product by itself; or nobody whom the log knows, since the event does not say."""
MAX_LEAF_BYTES = 65_535
SALT_BYTES = 32
LARGEST_INTEGER = 2**53 - 1
REQUIRED = ("format", "id", "type", "occurred_at", "recorded_at")

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


class LeafIsWrong(ValueError):
    """The bytes or members cannot be a leaf of this log."""


class LeafIsTooLarge(LeafIsWrong):
    """The leaf would be longer than 65,535 bytes."""


class LeafIsNotCanonical(LeafIsWrong):
    """The bytes are not the one RFC 8785 form of what they say, or hold a number that is not an integer."""


class LeafIsIncomplete(LeafIsWrong):
    """A member that every leaf has is missing or misshapen."""


def moment(at: datetime) -> str:
    """A moment as the leaf writes it: RFC 3339 in UTC with exactly six decimals, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def canonical(members: Mapping[str, Any]) -> bytes:
    """The RFC 8785 bytes of some members. Raises LeafIsNotCanonical for what has no such form here."""
    try:
        if _has_plain_names(members):
            # the standard library's encoder sorts by code point, which for ASCII names is the order of RFC 8785, 3.2.3,
            # and escapes as 3.2.2.2 says; it is ten times faster than going through a value in Python
            return _ENCODER.encode(members).encode()
        return rfc8785.dumps(dict(members))
    except (rfc8785.CanonicalizationError, UnicodeError, TypeError, RecursionError) as problem:
        raise LeafIsNotCanonical(type(problem).__name__) from None


def leaf_bytes(members: Mapping[str, Any], recorded_at: datetime, form: str = FORMAT) -> bytes:
    """The leaf for an entry's members, recorded now. Raises LeafIsTooLarge, LeafIsIncomplete, LeafIsNotCanonical."""
    whole = {**members, "format": form, "recorded_at": moment(recorded_at)}
    _require(whole)
    leaf = canonical(whole)
    if len(leaf) > MAX_LEAF_BYTES:
        raise LeafIsTooLarge(f"{len(leaf)} bytes")
    return leaf


def read_leaf(leaf: bytes) -> dict[str, Any]:
    """The members of a leaf. Raises a LeafIsWrong when it is too large, not canonical, or incomplete."""
    if len(leaf) > MAX_LEAF_BYTES:
        raise LeafIsTooLarge(f"{len(leaf)} bytes")
    try:
        members = json.loads(leaf)
    except (ValueError, RecursionError):
        raise LeafIsNotCanonical("not JSON") from None
    if not isinstance(members, dict):
        raise LeafIsIncomplete("not an object")
    if canonical(members) != leaf:
        raise LeafIsNotCanonical("another spelling of the same JSON")
    _require(members)
    return members


def new_salt() -> bytes:
    """A fresh salt of 32 random bytes; one for each value of each entry."""
    return os.urandom(SALT_BYTES)


def commitment(name: str, value: Any, salt: bytes) -> str:
    """The commitment to a named JSON value: hex HMAC-SHA-256(salt, RFC 8785 of {"name": …, "value": …})."""
    return committed(promised(name, value), salt)


def promised(name: str, value: Any) -> bytes:
    """What a commitment to a named value is made over: RFC 8785 of {"name": …, "value": …}."""
    return canonical({"name": name, "value": value})


def committed(said: bytes, salt: bytes) -> str:
    """The commitment to what ``promised`` has made: hex HMAC-SHA-256(salt, said)."""
    return hmac.digest(salt, said, hashlib.sha256).hex()


def opens(commits: str, name: str, value: Any, salt: bytes) -> bool:
    """Whether salt and value are what was committed to."""
    return opens_as(commits, promised(name, value), salt)


def opens_as(commits: str, said: bytes, salt: bytes) -> bool:
    """The same, of what ``promised`` has made."""
    # as bytes: of texts only ASCII can be compared, and what stands in a changed leaf may be anything
    return hmac.compare_digest(commits.encode(), committed(said, salt).encode())


def _require(members: Mapping[str, Any]) -> None:
    for name in REQUIRED:
        if not isinstance(members.get(name), str):
            raise LeafIsIncomplete(name)
    if not isinstance(members.get("commitments", {}), Mapping):
        raise LeafIsIncomplete("commitments")
    if members["format"] == FORMAT:
        _require_2(members)
    elif members["format"] != FORMAT_1 or MEMBER in members:
        # an entry of the first format names ids, and no set: else it would say two things
        raise LeafIsIncomplete("format")


def _require_2(members: Mapping[str, Any]) -> None:
    agent = members.get("agent")
    if not isinstance(agent, Mapping) or agent.get("kind") not in AGENTS:
        raise LeafIsIncomplete("agent")
    # what a list showed is named by its digest, and then not by ids
    twice = not members.keys().isdisjoint(("subjects", "consents"))
    if MEMBER in members and (twice or not is_well_formed(members[MEMBER])):
        raise LeafIsIncomplete(MEMBER)


def _has_plain_names(value: Any) -> bool:
    """Whether all members' names are ASCII. Raises LeafIsNotCanonical for numbers that are not safe integers."""
    kind = type(value)
    if kind is int:
        if not -LARGEST_INTEGER <= value <= LARGEST_INTEGER:
            raise LeafIsNotCanonical("an integer that not everybody can hold")
        return True
    if value is None or kind is bool or kind is str:
        return True
    if kind is not dict and isinstance(value, list | tuple):
        plain, inner = True, value
    elif kind is dict or isinstance(value, Mapping):
        # all at once, which is several times as fast as one by one; and most members are texts
        plain, inner = "".join(value).isascii(), value.values()
    else:
        raise LeafIsNotCanonical("something that is not text, integer, yes or no, or made of these")
    for each in inner:
        if type(each) is not str:
            plain &= _has_plain_names(each)
    return plain
