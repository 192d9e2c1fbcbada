"""Every event of every service becomes an entry: what was done, by which unit, when, by whom, to whom, and why allowed.

The five that HSLF-FS 2016:40 4:9 asks for are members of every leaf where they exist: ``action``, ``unit``,
``occurred_at``, the user (a commitment; the value stands outside) and ``subjects``; then ``rule``, ``purpose`` and
``consents``: what the access relied on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from services.audit.domain.beside import ABOUT_FIELDS, ASSIGNMENT_ENDED, about_of, units_of
from services.audit.domain.happenings import Happening
from services.audit.domain.ports import KnownAssignments, PendingEntries
from services.audit.log.entry import moment
from shared.contracts.common import AccessRecorded
from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.kernel.identity import UnitId

USER = "user"
# long texts and whatever names a person stand outside the leaf, under a commitment
ERASABLE_FIELDS = ("rules",)
OUTCOMES = {"session.refused.v1": "refused", "notice.failed.v1": "failed"}
# where the event itself says which unit somebody acted for. Elsewhere only the assignment tells, and the leaf is signed
# for ever: a unit that is not known is left out, and looked up from the assignment when the entry is shown
ACTING_UNIT = {
    "referral.sent.v1": "referring_unit_id",
    "consent.given.v1": "unit_id",
    "consent.withdrawn.v1": "unit_id",
}
# what these name is an assignment that somebody was given, not the one that it was given under
OF_ASSIGNMENTS = ("assignment.granted.v1", ASSIGNMENT_ENDED, "assignment.told-again.v1")


class Remembering(Protocol):
    """The unit of work that this needs."""

    @property
    def pending(self) -> PendingEntries: ...

    @property
    def assignments(self) -> KnownAssignments: ...


def remember(heard: Sequence[tuple[Envelope, Contract]], uow: Remembering) -> None:
    """Put events in the queue in front of the log, each with the envelope it came in."""
    uow.pending.add(*(as_happening(envelope, event, uow.assignments) for envelope, event in heard))


def as_happening(envelope: Envelope, event: Contract, assignments: KnownAssignments) -> Happening:
    """What an event says, in the order of the leaf."""
    data = event.to_data()
    erasable = {name: data.pop(name) for name in ERASABLE_FIELDS if name in data}
    issuer, subject = data.pop("issuer", ""), data.pop("subject", "")
    if issuer or subject:
        erasable[USER] = {"issuer": issuer, "subject": subject}
    looked_up: set[UUID] = set()
    if isinstance(event, AccessRecorded):
        members = _access(data)
    else:
        assignment = data.get("assignment_id")
        known = assignments.find(UUID(assignment)) if assignment else None
        if known is not None and event.event_type == ASSIGNMENT_ENDED:
            looked_up.add(known[0])
        members = _step(event, data, known)
    about_envelope: dict[str, Any] = {
        "id": str(envelope.id),
        "type": envelope.type,
        "source": envelope.source,
        "occurred_at": moment(envelope.time),
        "correlation_id": str(envelope.correlation_id),
    }
    if envelope.sequence is not None:
        about_envelope["sequence"] = envelope.sequence
    if envelope.causation_id is not None:
        about_envelope["causation_id"] = str(envelope.causation_id)
    if envelope.history:
        about_envelope["history"] = True
    return Happening(
        event_id=envelope.id,
        source=envelope.source,
        sequence=envelope.sequence,
        members={**members, **about_envelope},
        erasable=erasable,
        about=about_of(members),
        units=tuple(sorted({*units_of(members), *looked_up})),
    )


def _access(data: dict[str, Any]) -> dict[str, Any]:
    """A read, a search or a refused attempt: the event is all about it, so its fields are the leaf's own."""
    renamed = {"assignment_id": "assignment", "unit_id": "unit"}
    access = {renamed.get(name, name): value for name, value in data.items()}
    return {"data": {"access_id": access.pop("access_id"), "looked_at": access.pop("occurred_at")}, **access}


def _step(event: Contract, data: dict[str, Any], known: tuple[UnitId, str] | None) -> dict[str, Any]:
    """Something that was done; the unit is the one that the person acted for, or left out while it is not known."""
    members: dict[str, Any] = {
        "action": event.event_type.rpartition(".")[0],
        "outcome": OUTCOMES.get(event.event_type, "done"),
        "data": data,
    }
    subjects = [data[name] for name in ABOUT_FIELDS if name in data]
    if subjects:
        members["subjects"] = subjects
    if "consents" in data:
        members["consents"] = data.pop("consents")
    if "assignment_id" in data and event.event_type not in OF_ASSIGNMENTS:
        members["assignment"] = data.pop("assignment_id")
        if known is not None:
            members["unit"], members["role"] = str(known[0]), known[1]
    said = ACTING_UNIT.get(event.event_type)
    if said is not None:
        members.setdefault("unit", data[said])
    return members
