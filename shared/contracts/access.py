"""An access record as the auditors hear it."""

from __future__ import annotations

from shared.access.access import Access
from shared.contracts.common import AccessRecorded


def access_recorded(access: Access) -> AccessRecorded:
    """The event that tells of it, word by word."""
    return AccessRecorded(
        access_id=access.access_id,
        action=access.action,
        outcome=access.outcome.value,
        rule=access.rule,
        purpose=access.purpose,
        issuer=access.user.issuer,
        subject=access.user.subject,
        assignment_id=access.assignment_id,
        unit_id=access.unit_id,
        role=access.role.value if access.role else None,
        record_kind=access.record_kind,
        subjects=access.subjects,
        consents=access.consents,
        occurred_at=access.occurred_at,
    )
