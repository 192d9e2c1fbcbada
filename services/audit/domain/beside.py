"""What stands beside a leaf so that it is found and sorted, as the leaf itself says it. Nothing here is signed.

Everything that a reviewer is shown comes from a leaf; what stands beside one decides which leaves are found. So it is
made from the leaf by one function, when the entry is written, when it is verified, and when it is made anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.audit.domain.mandate import follows_the_user
from services.audit.domain.numbers import key_of_number
from shared.kernel.identity import as_id

ABOUT_FIELDS = ("referral_id", "consent_id")
UNIT_FIELDS = ("unit_id", "referring_unit_id", "receiving_unit_id", "recipient_unit_id")
ASSIGNMENT_ENDED = "assignment.ended.v1"
# without these a consent covers no reading: what the two people's consents are read under
COVERING = frozenset({"share-with-receiving-unit", "tell-about-person-cared-for"})
NOT_OURS = (ValueError, TypeError, KeyError, AttributeError, OverflowError)
"""What reading a leaf may raise that no sequencer of ours wrote, though it is a leaf in form."""


@dataclass(frozen=True)
class Columns:
    """The columns beside a leaf in ``log_entries``, but for its hash. ``shown``: by what the set of a list is found."""

    event_id: UUID
    type: str
    occurred_at: datetime
    recorded_at: datetime
    units: tuple[UUID, ...]
    shown: UUID | None = None


def about_of(members: Mapping[str, Any]) -> tuple[UUID, ...]:
    """The referrals, consents and other records by which an entry is found, in order; its number's key among them."""
    data = _data(members)
    found = [data[name] for name in ABOUT_FIELDS if name in data]
    for said in (members, data):
        for name in ("subjects", "consents"):
            found += said.get(name, ())
    about = set(map(as_id, found))
    if data.get("number"):
        about.add(key_of_number(data["number"]))
    return tuple(sorted(about))


def units_of(members: Mapping[str, Any]) -> tuple[UUID, ...]:
    """The units that an entry says it concerns, in order: by them a reviewer's mandate is decided."""
    data = _data(members)
    found = {data[name] for name in UNIT_FIELDS if name in data}
    if "unit" in members:
        found.add(members["unit"])
    # those that an entry was put down to when it was written (lotsa-leaf/2)
    found.update(members.get("units", ()))
    return tuple(sorted(map(as_id, found)))


def is_looked_up(event_type: str) -> bool:
    """Whether an entry is put down to units that its event does not name: a sign-in, and an assignment that ended.

    They are those of assignments that audit knows of, looked up when the entry was written. The leaf says which they
    were, but for one of ``lotsa-leaf/1``.
    """
    return follows_the_user(event_type) or event_type == ASSIGNMENT_ENDED


def columns_of(members: Mapping[str, Any]) -> Columns:
    """The columns that belong beside a leaf. Raises ValueError where a leaf's own times or ids cannot be read."""
    return Columns(
        as_id(members["id"]),
        members["type"],
        _moment(members["occurred_at"]),
        _moment(members["recorded_at"]),
        units_of(members),
        # the first half of the digest, in 32 figures
        UUID(members["shown"]["digest"][:32]) if "shown" in members else None,
    )


def differing(members: Mapping[str, Any], stored: Columns, looked_up: Collection[UUID] | None = None) -> list[str]:
    """The names of the columns that are not what the leaf says.

    ``looked_up``: the units that may have been looked up for it, where it is one of those; None: whichever they are.
    """
    return differing_from(columns_of(members), members, stored, looked_up)


def differing_from(
    right: Columns, members: Mapping[str, Any], stored: Columns, looked_up: Collection[UUID] | None = None
) -> list[str]:
    """The same. ``right``: what ``columns_of`` says of the leaf."""
    if right == stored:
        return []
    plain = ("event_id", "type", "occurred_at", "recorded_at", "shown")
    names = [name for name in plain if getattr(right, name) != getattr(stored, name)]
    if _units_differ(right, stored.units, looked_up, unsaid=units_unsaid(members)):
        names.append("units")
    return names


def units_unsaid(members: Mapping[str, Any]) -> bool:
    """Whether an entry may be put down to units that the leaf does not name."""
    return is_looked_up(members["type"]) and "units" not in members


def relied_on(said: Mapping[str, Any]) -> list[UUID]:
    """The consents that an allowed reading relies on; none for anything else.

    ``said``: with what was shown named in it.
    """
    if said.get("type") != "access.recorded.v1" or said.get("outcome") != "allowed":
        return []
    try:
        return [UUID(each) for each in said.get("consents", ())] if looked_at(said) else []
    except NOT_OURS:
        return []


def looked_at(said: Mapping[str, Any]) -> datetime:
    """When somebody looked: by the clock of whoever showed it."""
    return _moment(said.get("data", {}).get("looked_at", said["occurred_at"]))


def ends_reading(said: Mapping[str, Any]) -> datetime | None:
    """When a withdrawal ended what the consent covers; None when it did not, or the event does not say so.

    Events until 0.1 do not tell which part was withdrawn.
    """
    try:
        scopes = set(said["data"].get("scopes", ()))
        return _moment(said["data"]["occurred_at"]) if scopes & COVERING else None
    except NOT_OURS:
        return None


def _moment(written: str) -> datetime:
    """Raises ValueError or TypeError for what is no moment, among them a time of no zone, which is compared with
    none."""
    moment = datetime.fromisoformat(written)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    # said anew in UTC, or it is so near to the end of all times that it cannot be
    return moment.astimezone(UTC)


def _units_differ(
    right: Columns, stored: Collection[UUID], looked_up: Collection[UUID] | None, *, unsaid: bool
) -> bool:
    beyond = set(stored) - set(right.units)
    if set(right.units) - set(stored):
        return True
    if not unsaid:
        return bool(beyond)
    return looked_up is not None and not beyond <= set(looked_up)


def _data(members: Mapping[str, Any]) -> Mapping[str, Any]:
    data = members.get("data")
    return data if isinstance(data, Mapping) else {}
