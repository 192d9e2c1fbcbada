"""One entry as a reviewer sees it, read from its leaf; the user's name beside it, while it can be opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.audit.adapters.beside_entries import OPENINGS, UNITS
from services.audit.adapters.openings import OpeningIsWrong, Unseal
from services.audit.adapters.shown_sets import find_sets
from services.audit.domain.beside import NOT_OURS, Columns, differing
from services.audit.domain.refusals import EntryIsSpoilt
from services.audit.log.entry import FORMAT_1, opens
from services.audit.log.packing import read_hashed
from services.audit.log.shown import MEMBER, Shown, fits, key_of
from shared.storage.driver import ask

SHOWN = f"index, leaf, leaf_hash, event_id, type, occurred_at, recorded_at, {UNITS}, shown"
"""What is read of an entry to show it: the leaf, and what stands beside it, to be held against it."""
USER = "user"

BOTH_TIMES_BEYOND = timedelta(minutes=1)

# who acted for which unit never changes, so it may be looked up when an entry was written before it was heard
_ASSIGNMENTS = """
    select assignment_id, unit_id, role from known_assignments
    where assignment_id = any($1::uuid[]) and unit_id is not null
"""
_UNITS = "select unit_id, name from known_units where unit_id = any($1::uuid[])"
_OPENINGS = text(f"""
    select entry_index, sealed from {OPENINGS} where name = 'user' and entry_index = any(:indexes)
""")  # noqa: S608 - our own names


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
        leaves, differs = _read(rows)
        shown = _what_was_shown(connection, leaves, differs)
        _add_units_heard_since(connection, leaves.values())
        units = {UUID(unit) for leaf in leaves.values() for unit in (leaf.get("unit"), _concerned(leaf)) if unit}
        names: dict[UUID, str] = dict(ask(connection, _UNITS, (list(units),))) if units else {}
        users = _users(connection, leaves, unseal, differs)
        return [
            _step(index, leaf, shown.get(index), names, users.get(index, ""), differs[index])
            for index, leaf in leaves.items()
        ]
    except NOT_OURS:
        # a leaf of ours is none of these; what somebody wrote in its place may be anything
        raise EntryIsSpoilt from None


def _read(rows: Sequence[Sequence[Any]]) -> tuple[dict[int, dict[str, Any]], dict[int, list[str]]]:
    """By index, what each leaf says, and what beside it is something else."""
    leaves, differs = {}, {}
    for index, stored, kept_hash, event_id, kind, occurred_at, recorded_at, units, shown in rows:
        leaf, hashed = read_hashed(stored)
        leaves[index] = leaf
        differs[index] = differing(leaf, Columns(event_id, kind, occurred_at, recorded_at, tuple(units), shown))
        if hashed != bytes(kept_hash):
            differs[index].append("leaf_hash")
    return leaves, differs


def _what_was_shown(
    connection: Connection, leaves: Mapping[int, dict[str, Any]], differs: dict[int, list[str]]
) -> dict[int, Shown]:
    """By index, the sets of what lists showed; one that is not the leaf's shows nothing."""
    named = {index: leaf for index, leaf in leaves.items() if MEMBER in leaf}
    sets = find_sets(connection, [key_of(leaf[MEMBER]) for leaf in named.values()])
    found = {}
    for index, leaf in named.items():
        stored = sets.get(key_of(leaf[MEMBER]))
        if stored is not None and fits(leaf, stored):
            found[index] = stored
        elif MEMBER not in differs[index]:
            differs[index].append(MEMBER)
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


def _users(
    connection: Connection, leaves: dict[int, dict[str, Any]], unseal: Unseal, differs: dict[int, list[str]]
) -> dict[int, str | None]:
    """Who acted, as far as it can be opened and is what the leaf is committed to; what is not goes to ``differs``.

    None for somebody who has been erased.
    """
    committed = {
        index: leaf["commitments"][USER] for index, leaf in leaves.items() if USER in leaf.get("commitments", ())
    }
    found: dict[int, str | None] = {}
    rows = connection.execute(_OPENINGS, {"indexes": list(leaves)}).all()
    unseal.prepare(connection, [row.sealed for row in rows])
    for row in rows:
        try:
            # sealed for another entry and laid beside this one, it would say that somebody else did it
            opened = unseal(connection, UUID(leaves[row.entry_index]["id"]), USER, bytes(row.sealed))
        except OpeningIsWrong:
            continue
        if opened is None:
            if leaves[row.entry_index]["format"] == FORMAT_1 or unseal.knows(connection, bytes(row.sealed)):
                committed.pop(row.entry_index, None)
                found[row.entry_index] = None
        elif row.entry_index in committed and opens(committed[row.entry_index], USER, opened[1], opened[0]):
            del committed[row.entry_index]
            found[row.entry_index] = str(opened[1]["subject"])
    for index in committed:
        differs[index].append(USER)
    return found


def _step(
    index: int,
    leaf: dict[str, Any],
    shown: Shown | None,
    names: Mapping[UUID, str],
    user: str | None,
    differs: Sequence[str],
) -> Step:
    """``shown``: the set that the leaf names. ``user``: empty when there is none to be shown, None when it has been
    erased."""
    unit_id = UUID(leaf["unit"]) if leaf.get("unit") else None
    concerned = _concerned(leaf)
    return Step(
        index=index,
        id=UUID(leaf["id"]),
        type=leaf["type"],
        occurred_at=datetime.fromisoformat(leaf["occurred_at"]),
        recorded_at=datetime.fromisoformat(leaf["recorded_at"]),
        action=str(leaf.get("action", "")),
        outcome=str(leaf.get("outcome", "")),
        unit_id=unit_id,
        unit_name=names.get(unit_id) if unit_id else None,
        assignment=UUID(leaf["assignment"]) if leaf.get("assignment") else None,
        concerns=names.get(UUID(concerned), concerned[:8]) if concerned else None,
        role=leaf.get("role"),
        user=user or None,
        rule=leaf.get("rule"),
        purpose=leaf.get("purpose"),
        record_kind=leaf.get("record_kind"),
        # a leaf that names a set names no ids itself
        subjects=tuple(map(UUID, leaf.get("subjects", ()))) if shown is None else shown.records,
        consents=tuple(map(UUID, leaf.get("consents", ()))) if shown is None else shown.consents,
        data=leaf.get("data", {}),
        differs=tuple(differs),
        agent=leaf.get("agent", {}).get("kind", ""),
        erased=user is None,
    )
