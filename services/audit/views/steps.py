"""One entry as a reviewer sees it, read from its leaf; the user's name beside it, while it can be opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.beside_entries import sets_beside
from services.audit.adapters.openings import Unseal
from services.audit.domain.beside import NOT_OURS, Columns, columns_of, differing_from
from services.audit.domain.refusals import EntryIsSpoilt
from services.audit.log.pack import KEPT, read_hashed
from services.audit.log.shown_set import MEMBER, Shown, fits, key_of
from services.audit.views.users import users_of
from shared.kernel.identity import as_id
from shared.storage.driver import ask

SHOWN = "index, leaf, leaf_hash, event_id, type, occurred_at, recorded_at, unit_set, shown, user_key"
"""What is read of an entry to show it: the leaf, and what stands beside it, to be held against it."""
WIDTH = len(SHOWN.split(","))
KEY = WIDTH - 1

BOTH_TIMES_BEYOND = timedelta(minutes=1)

# who acted for which unit never changes, so it may be looked up when an entry was written before it was heard
_ASSIGNMENTS = """
    select assignment_id, unit_id, role from known_assignments
    where assignment_id = any($1::uuid[]) and unit_id is not null
"""
_UNITS = "select unit_id, name from known_units where unit_id = any($1::uuid[])"


@dataclass(frozen=True)
class Step:
    """One entry. ``user`` is None when nobody acted, or when who it was has been erased, as ``erased`` says.

    ``agent``: who acted, by kind; empty where the leaf does not say (until 0.1). ``unit_id``: the unit that was acted
    for, or None when nobody acted or it is not known. ``concerns``: the name of the unit that the step is about, where
    it is about one. ``differs``: what stands beside the leaf, opens its commitment or is the set that it names, and is
    not what the leaf says: somebody has changed it.
    """

    index: int
    id: UUID
    type: str
    occurred_at: datetime
    recorded_at: datetime
    action: str
    outcome: str
    unit_id: UUID | None
    unit_name: str | None
    assignment: UUID | None
    concerns: str | None
    role: str | None
    user: str | None
    rule: str | None
    purpose: str | None
    record_kind: str | None
    subjects: tuple[UUID, ...]
    consents: tuple[UUID, ...]
    data: dict[str, Any]
    differs: tuple[str, ...] = ()
    agent: str = ""
    erased: bool = False

    @property
    def told_late(self) -> bool:
        """Whether the log took it in so long after it happened that both times are to be shown."""
        return abs(self.recorded_at - self.occurred_at) > BOTH_TIMES_BEYOND

    @property
    def refused(self) -> bool:
        """Whether this was tried and not allowed."""
        return self.outcome == "refused"


def as_steps(connection: Connection, rows: Sequence[Sequence[Any]], unseal: Unseal) -> list[Step]:
    """Entries (rows of SHOWN), in the order given; what stands beside each is held against it. Raises EntryIsSpoilt."""
    try:
        read = _read(connection, rows)
        leaves = read.leaves
        _add_units_heard_since(connection, leaves.values())
        units = {as_id(unit) for leaf in leaves.values() for unit in (leaf.get("unit"), _concerned(leaf)) if unit}
        names: dict[UUID, str] = dict(ask(connection, _UNITS, (list(units),))) if units else {}
        keys = {row[0]: row[KEY] for row in rows}
        users = users_of(connection, leaves, read.beside, keys, unseal, read.differs)
        return [
            _step(index, leaf, read.beside[index], read.shown.get(index), names, users.get(index, ""), differs)
            for (index, leaf), differs in zip(leaves.items(), read.differs.values(), strict=True)
        ]
    except NOT_OURS:
        # a leaf of ours is none of these; what somebody wrote in its place may be anything
        raise EntryIsSpoilt from None


@dataclass(frozen=True)
class _Said:
    """What a stored leaf says, its hash, and what belongs beside it. What is nested in it is not to be changed."""

    members: dict[str, Any]
    hashed: bytes
    beside: Columns


@lru_cache(maxsize=KEPT)
def _said(stored: bytes) -> _Said:
    # remembered by all of the bytes, as the reading itself is: what has been changed is read anew
    members, hashed = read_hashed(stored)
    return _Said(members, hashed, columns_of(members))


def said_by(row: Sequence[Any]) -> Mapping[str, Any]:
    """What the leaf of a row of SHOWN says, as ``as_steps`` reads it. Raises EntryIsSpoilt."""
    try:
        return _said(bytes(row[1])).members
    except NOT_OURS:
        raise EntryIsSpoilt from None


@dataclass(frozen=True)
class _Found:
    """By index: what each leaf says, what belongs beside it, what is something else there, and what lists showed."""

    leaves: dict[int, dict[str, Any]]
    beside: dict[int, Columns]
    differs: dict[int, list[str]]
    shown: dict[int, Shown]


def _read(connection: Connection, rows: Sequence[Sequence[Any]]) -> _Found:
    found = _Found({}, {}, {}, {})
    read = [(_said(bytes(row[1])), row) for row in rows]
    named = {row[0]: key_of(said.members[MEMBER]) for said, row in read if MEMBER in said.members}
    units, sets = sets_beside(connection, {row[7] for row in rows}, named.values())
    for said, (index, _, kept_hash, event_id, kind, occurred_at, recorded_at, unit_set, shown, _key) in read:
        found.leaves[index], found.beside[index] = dict(said.members), said.beside
        stands = Columns(event_id, kind, occurred_at, recorded_at, units[unit_set], shown)
        differs = found.differs[index] = differing_from(said.beside, said.members, stands)
        if said.hashed != bytes(kept_hash):
            differs.append("leaf_hash")
        if index in named:
            stored = sets.get(named[index])
            # one that is not the leaf's shows nothing
            if stored is not None and fits(said.members, stored):
                found.shown[index] = stored
            elif MEMBER not in differs:
                differs.append(MEMBER)
    return found


def _add_units_heard_since(connection: Connection, leaves: Iterable[dict[str, Any]]) -> None:
    """Say unit and role where the leaf has the assignment alone, as far as it has been heard of by now."""
    without = [leaf for leaf in leaves if leaf.get("assignment") and not leaf.get("unit")]
    if not without:
        return
    asked = list({UUID(leaf["assignment"]) for leaf in without})
    known = {str(assignment): heard for assignment, *heard in ask(connection, _ASSIGNMENTS, (asked,))}
    for leaf in without:
        if leaf["assignment"] in known:
            unit, role = known[leaf["assignment"]]
            leaf["unit"], leaf["role"] = str(unit), role


def _concerned(leaf: dict[str, Any]) -> str | None:
    unit = leaf.get("data", {}).get("unit_id")
    return str(unit) if unit else None


def _step(
    index: int,
    leaf: dict[str, Any],
    beside: Columns,
    shown: Shown | None,
    names: Mapping[UUID, str],
    user: str | None,
    differs: Sequence[str],
) -> Step:
    """``beside``: what the leaf says of its own columns. ``shown``: the set that it names.

    ``user``: empty when there is none to be shown, None when it has been erased.
    """
    unit_id = as_id(leaf["unit"]) if leaf.get("unit") else None
    concerned = _concerned(leaf)
    return Step(
        index=index,
        id=beside.event_id,
        type=leaf["type"],
        occurred_at=beside.occurred_at,
        recorded_at=beside.recorded_at,
        action=str(leaf.get("action", "")),
        outcome=str(leaf.get("outcome", "")),
        unit_id=unit_id,
        unit_name=names.get(unit_id) if unit_id else None,
        assignment=as_id(leaf["assignment"]) if leaf.get("assignment") else None,
        concerns=names.get(as_id(concerned), concerned[:8]) if concerned else None,
        role=leaf.get("role"),
        user=user or None,
        rule=leaf.get("rule"),
        purpose=leaf.get("purpose"),
        record_kind=leaf.get("record_kind"),
        # a leaf that names a set names no ids itself
        subjects=tuple(map(as_id, leaf.get("subjects", ()))) if shown is None else shown.records,
        consents=tuple(map(as_id, leaf.get("consents", ()))) if shown is None else shown.consents,
        data=leaf.get("data", {}),
        differs=tuple(differs),
        agent=leaf.get("agent", {}).get("kind", ""),
        erased=user is None,
    )
