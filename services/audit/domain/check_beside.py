"""What stands beside the leaves of a slice is held against them: columns, index, and what opens their commitments.

And the log against itself: a reading that relies on a consent that was withdrawn before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from services.audit.domain.beside import NOT_OURS, Columns, about_of, columns_of, differing, looked_at, relied_on
from services.audit.domain.make_leaf import agent_of
from services.audit.log.check import (
    AGENT_DIFFERS,
    CHECKPOINT_CHANGED,
    CHECKS,
    COLUMN_CHANGED,
    ENTRY_CHANGED,
    INDEX_ROW_ADDED,
    INDEX_ROW_MISSING,
    OPENING_ADDED,
    OPENING_CHANGED,
    OPENING_MISSING,
    READ_AFTER_WITHDRAWAL,
    Check,
    Finding,
    Laid,
    Slice,
    Stored,
)
from services.audit.log.entry import FORMAT_1, LeafIsWrong, opens

# two processes of one service may differ by so much, and a reading may begin before a withdrawal and be noted after it
SLACK = timedelta(seconds=5)


def check_columns(part: Slice) -> Iterator[Finding]:
    """Each column is what the leaf says; and a checkpoint was signed when its last entry was recorded."""
    for each in part.entries:
        said = part.members.get(each.index)
        if said is None:
            continue
        try:
            names = differing(said, stored_columns(each), part.looked_up.get(each.index))
        except NOT_OURS:
            yield Finding(ENTRY_CHANGED, each.index, each.index, "log_entries.leaf")
            continue
        # the event's id is looked at with the leaf itself
        for name in names:
            if name != "event_id":
                yield Finding(COLUMN_CHANGED, each.index, each.index, f"log_entries.{name}")
        signed = part.checkpoints.get(each.index + 1)
        if signed is not None and signed.signed_at != columns_of(said).recorded_at:
            yield Finding(CHECKPOINT_CHANGED, each.index, each.index, "log_checkpoints.signed_at")


def check_about(part: Slice) -> Iterator[Finding]:
    """Each entry is found by what it is about, and by nothing else."""
    for index, said in part.members.items():
        try:
            right = set(about_of(said))
        except NOT_OURS:
            continue
        stored = part.about.get(index, frozenset())
        if right - stored:
            yield Finding(INDEX_ROW_MISSING, index, index, "log_about")
        if stored - right:
            yield Finding(INDEX_ROW_ADDED, index, index, "log_about")
    for index in part.about.keys() - {each.index for each in part.entries}:
        yield Finding(INDEX_ROW_ADDED, index, index, "log_about")


def check_openings(part: Slice) -> Iterator[Finding]:
    """Each commitment has what opens it, unless that was erased; and nothing opens what nobody committed to."""
    committed: dict[tuple[int, str], Any] = {
        (index, name): value for index, said in part.members.items() for name, value in _commitments(said).items()
    }
    for each in part.laid:
        value = committed.pop((each.index, each.name), None)
        if value is None:
            yield Finding(OPENING_ADDED, each.index, each.index, "log_openings")
        elif str(each.event_id) != part.members[each.index]["id"]:
            yield Finding(OPENING_CHANGED, each.index, each.index, "log_openings.event_id")
        elif each.state == "misplaced":
            yield Finding(OPENING_CHANGED, each.index, each.index, "subject_keys.pseudonym")
        elif not _opens(value, each, part.members[each.index]["format"]):
            yield Finding(OPENING_CHANGED, each.index, each.index, "log_openings.sealed")
    for index, _ in committed:
        yield Finding(OPENING_MISSING, index, index, "log_openings")


def check_agents(part: Slice) -> Iterator[Finding]:
    """Whoever acted is of the kind that the name tells, as far as it can be opened; and nobody where none is."""
    issuers = {each.index: str(each.value["issuer"]) for each in part.laid if _is_a_user(each)}
    for index, said in part.members.items():
        nameless = "user" not in _commitments(said)
        if "agent" not in said or not (nameless or index in issuers):
            continue
        if said["agent"] != agent_of(said["type"], None if nameless else issuers[index]):
            yield Finding(AGENT_DIFFERS, index, index, "log_entries.leaf")


def check_consents(part: Slice) -> Iterator[Finding]:
    """No reading that was allowed relies on a consent that had been withdrawn before it."""
    for index, said in part.whole.items():
        for consent in relied_on(said):
            withdrawn_at = part.withdrawn.get(consent)
            if withdrawn_at is not None and looked_at(said) - withdrawn_at > SLACK:
                yield Finding(READ_AFTER_WITHDRAWAL, index, index, "log_entries.leaf")


def check_erased(part: Slice) -> Iterator[Finding]:
    """A name whose key was destroyed, as an entry says, is not there again."""
    for index in part.came_back:
        yield Finding(OPENING_ADDED, index, index, "subject_keys")


ALL_CHECKS: tuple[Check, ...] = (
    *CHECKS, check_columns, check_about, check_openings, check_agents, check_consents, check_erased,
)  # fmt: skip


def _commitments(said: dict[str, Any]) -> dict[str, Any]:
    found = said.get("commitments")
    return found if isinstance(found, dict) else {}


def _is_a_user(laid: Laid) -> bool:
    return laid.name == "user" and laid.state == "open" and isinstance(laid.value, dict) and "issuer" in laid.value


def _opens(value: Any, laid: Laid, written_as: str) -> bool:
    """Whether what is laid opens the commitment, or did until its key was destroyed."""
    if laid.state == "gone":
        # a key of later than 0.1 leaves a row that says so
        return written_as == FORMAT_1
    return laid.state == "erased" or (laid.state == "open" and _fits(value, laid))


def _fits(value: Any, laid: Laid) -> bool:
    try:
        return isinstance(value, str) and opens(value, laid.name, laid.value, laid.salt)
    except LeafIsWrong:
        # nothing can be committed to that has no canonical form
        return False


def stored_columns(each: Stored) -> Columns:
    """The columns beside a leaf, as they are stored."""
    return Columns(each.event_id, each.type, each.occurred_at, each.recorded_at, each.units, each.shown)
