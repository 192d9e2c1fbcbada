"""One step on a referral's way, as it is kept, and what is said with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from services.referral.domain.consent.consent import RecordedBy
from services.referral.domain.lifecycle import Action, State


class Said(TypedDict, total=False):
    """The words of a step: a coded reason, a comment, and codes of what could not be met."""

    reason: str
    comment: str
    unmet_needs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step on a referral's way. ``comment`` is kept sealed; ``unmet_needs`` are codes."""

    action: Action
    after: State
    version: int
    at: datetime
    by: RecordedBy
    reason: str = ""
    comment: str = field(default="", repr=False)
    comment_is_unreadable: bool = False
    unmet_needs: tuple[str, ...] = ()
