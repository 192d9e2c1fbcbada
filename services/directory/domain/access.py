"""What is recorded of those who look at what the directory holds, or change it, and of those who try to."""

from __future__ import annotations

from uuid import UUID

from shared.access.access import Attempt, Look
from shared.kernel.refusals import Refusal

PURPOSE = "directory"


def look(action: str, rule: str, record_kind: str, *subjects: UUID) -> Look:
    """What somebody is shown or changes. ``rule``: their relation to it, which allows that."""
    return Look(action=action, record_kind=record_kind, subjects=subjects, rule=rule, purpose=PURPOSE)


def attempt(act: str, record_kind: str, subject: UUID | None, refusal: Refusal) -> Attempt:
    """What somebody tried, and how it is refused."""
    subjects = (subject,) if subject else ()
    return Attempt(action=act, record_kind=record_kind, subjects=subjects, purpose=PURPOSE, refusal=refusal)
