"""A form that has not gone through: why it is held for its writer, for how long, and what is held of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID, uuid4

from shared.kernel.actor import UserRef


class Reason(StrEnum):
    """Why a form has not gone through. How long it is held, and how many of one writer's, hangs on that."""

    EXPIRED_SESSION = "expired-session"
    """It came after its writer's session: they say whether it is to be sent."""
    MISTAKE = "mistake"
    """Something in it was wrong: its page shows it again, and what."""
    SOMEBODY_WAS_FASTER = "somebody-was-faster"
    """What it was to change had changed meanwhile: what was typed is shown beside that."""
    LEFT = "left"
    """Its writer went back by the form's own button, without sending it."""
    SEARCH = "search"
    """Nothing is wrong with it: the page that it leads to searches, each time it is loaded."""


LIFETIMES: Mapping[Reason, timedelta] = {
    Reason.EXPIRED_SESSION: timedelta(hours=12),
    Reason.MISTAKE: timedelta(hours=1),
    Reason.SOMEBODY_WAS_FASTER: timedelta(hours=1),
    Reason.LEFT: timedelta(hours=1),
    Reason.SEARCH: timedelta(hours=1),
}
# of one writer: one for each window that somebody may have open; the oldest makes room. Of forms that were left there
# is one for each step of a referral, and no more
AT_MOST: Mapping[Reason, int | None] = {
    Reason.EXPIRED_SESSION: 5,
    Reason.MISTAKE: 10,
    Reason.SOMEBODY_WAS_FASTER: 10,
    Reason.LEFT: None,
    Reason.SEARCH: 10,
}
# bytes; what no form of ours comes near, and what is longer is not held
LARGEST = 64 * 1024


class FormIsUnreadable(Exception):
    """A form is there, and no key opens it: all that can be done is to throw it away."""


class FormIsTooLarge(ValueError):
    """More was typed than is held."""


@dataclass(frozen=True)
class Writer:
    """Who typed a form, and under what: their assignment; in a step's form their unit, whichever assignment it is."""

    user: UserRef
    under: UUID

    @property
    def author(self) -> str:
        """The user as one text, as the row policy compares it."""
        return f"{self.user.issuer} {self.user.subject}"


@dataclass(frozen=True, kw_only=True)
class HeldForm:
    """A form that is held. ``typed``: what its page wants of it, JSON-ready; nothing else is known of it here."""

    id: UUID
    reason: Reason
    typed: Mapping[str, Any] = field(repr=False)
    held_at: datetime
    expires_at: datetime

    @classmethod
    def now(cls, reason: Reason, typed: Mapping[str, Any], at: datetime, form_id: UUID | None = None) -> Self:
        """One that is held from this moment on, as long as its reason says; under a new id unless given one."""
        return cls(id=form_id or uuid4(), reason=reason, typed=typed, held_at=at, expires_at=at + LIFETIMES[reason])
