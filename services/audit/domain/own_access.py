"""What reviewers do with the log is in it too: their looks, and what they tried, as entries of audit's own."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from services.audit.domain.beside import about_of, units_of
from services.audit.domain.happenings import Happening
from services.audit.domain.refusals import TrailIsUnknown
from services.audit.log.entry import moment
from shared.access.access import Access, Attempt, Look
from shared.kernel.refusals import Refusal

WITHIN_MANDATE = "auditor-reviews-within-mandate"
PURPOSE = "log-review"


def look(action: str, record_kind: str, subjects: Collection[UUID] = (), *, rule: str = WITHIN_MANDATE) -> Look:
    """What somebody is shown of the log, or does with it."""
    return Look(action=action, record_kind=record_kind, subjects=tuple(subjects), rule=rule, purpose=PURPOSE)


def attempt(action: str, record_kind: str, subjects: Collection[UUID], refusal: Refusal | None = None) -> Attempt:
    """What somebody tried: read or change. Refused as TrailIsUnknown, unless it is said how: nobody is told whether
    there is such a thing elsewhere.
    """
    return Attempt(
        action=action,
        record_kind=record_kind,
        subjects=tuple(subjects),
        purpose=PURPOSE,
        refusal=refusal or TrailIsUnknown(),
    )


def happening_of(access: Access, source: str, correlation_id: UUID) -> Happening:
    """The record as what will become an entry. ``source``: as audit names itself."""
    members: dict[str, Any] = {
        "id": str(access.access_id),
        "type": "access.recorded.v1",
        "source": source,
        "occurred_at": moment(access.occurred_at),
        "correlation_id": str(correlation_id),
        "action": access.action,
        "outcome": access.outcome.value,
        "rule": access.rule,
        "purpose": access.purpose,
        "record_kind": access.record_kind,
        "subjects": [str(each) for each in access.subjects],
        "data": {},
    }
    under = {"assignment": access.assignment_id, "unit": access.unit_id, "role": access.role}
    members |= {name: str(value) for name, value in under.items() if value is not None}
    return Happening(
        event_id=access.access_id,
        source=source,
        sequence=None,
        members=members,
        erasable={"user": {"issuer": access.user.issuer, "subject": access.user.subject}},
        about=about_of(members),
        units=units_of(members),
    )
