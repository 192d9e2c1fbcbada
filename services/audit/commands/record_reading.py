"""The reviewer's own reading is an entry too, put in the queue by the transaction that reads."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NoReturn, Protocol
from uuid import UUID

from services.audit.domain.beside import about_of, units_of
from services.audit.domain.happenings import Happening
from services.audit.domain.ports import PendingEntries
from services.audit.log.entry import moment
from shared.kernel.actor import Actor, UserRef
from shared.kernel.clock import Clock
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Refusal

RULE = "auditor-reviews-within-mandate"
PURPOSE = "log-review"
ALLOWED, REFUSED = "allowed", "refused"


class Recording(Protocol):
    """The unit of work that this needs."""

    @property
    def clock(self) -> Clock: ...

    @property
    def correlation_id(self) -> UUID: ...

    @property
    def pending(self) -> PendingEntries: ...


class Refusing(Recording, Protocol):
    """The unit of work that a refusal needs."""

    def rollback(self) -> None: ...

    def commit(self) -> None: ...


def refuse(
    uow: Refusing,
    source: str,
    actor: Actor,
    action: str,
    record_kind: str,
    subjects: Collection[UUID],
    refusal: Refusal,
) -> NoReturn:
    """Undo everything, commit the record of the attempt by itself, and raise the refusal.

    ``action``: what was tried, read or change.
    """
    uow.rollback()
    record_reading(
        uow,
        source,
        actor.user,
        f"attempt.{action}",
        record_kind=record_kind,
        subjects=subjects,
        outcome=REFUSED,
        rule=refusal.slug,
        acting_as=acting_as(actor),
    )
    uow.commit()
    raise refusal


def acting_as(actor: Actor) -> tuple[UUID, UUID, str]:
    """Assignment, unit and role, as an entry tells them."""
    return actor.assignment_id, actor.unit_id, actor.role.value


def record_reading(
    uow: Recording,
    source: str,
    user: UserRef,
    action: str,
    *,
    record_kind: str,
    subjects: Collection[UUID] = (),
    outcome: str = ALLOWED,
    rule: str = RULE,
    acting_as: tuple[UUID, UUID, str] | None = None,
) -> None:
    """Put a reading, or a refused attempt, in the queue. ``acting_as``: assignment, unit and role."""
    event_id, now = uuid7(), moment(uow.clock.now())
    members: dict[str, Any] = {
        "id": str(event_id),
        "type": "access.recorded.v1",
        "source": source,
        "occurred_at": now,
        "correlation_id": str(uow.correlation_id),
        "action": action,
        "outcome": outcome,
        "rule": rule,
        "purpose": PURPOSE,
        "record_kind": record_kind,
        "subjects": [str(each) for each in subjects],
        "data": {},
    }
    if acting_as is not None:
        assignment, unit, role = acting_as
        members |= {"assignment": str(assignment), "unit": str(unit), "role": role}
    uow.pending.add(
        Happening(
            event_id=event_id,
            source=source,
            sequence=None,
            members=members,
            erasable={"user": {"issuer": user.issuer, "subject": user.subject}},
            about=about_of(members),
            units=units_of(members),
        )
    )
