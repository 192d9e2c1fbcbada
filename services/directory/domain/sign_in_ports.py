"""What signing in needs from the world: who has been here, and whose sessions go on. Implemented in ``adapters``."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.kernel.actor import UserRef


class SignIns(Protocol):
    """Who has ever signed in, and who was refused when they last tried."""

    def note(self, user: UserRef, at: datetime) -> None:
        """Somebody signed in; only the first time is kept."""
        ...

    def has(self, user: UserRef) -> bool:
        """Whether this user has signed in, since that has been noted."""
        ...

    def note_refusal(self, user: UserRef, reason: str, at: datetime) -> None:
        """Somebody came and was not let in; the latest time is kept, of those alone who ever had an assignment.

        ``reason``: no-assignment (none of theirs held), or level, means, age (the sign-in was not sure enough).
        """
        ...

    def forget_refusal(self, user: UserRef) -> None:
        """They have signed in since."""
        ...

    def refused(self, user: UserRef) -> tuple[datetime, str] | None:
        """When this user was last refused, and why; None when they have signed in since, or not tried lately."""
        ...


class LivingSessions(Protocol):
    """The sessions that have begun and not ended."""

    def begin(self, session_id: UUID, user: UserRef, expires_at: datetime) -> None:
        """A session began; from ``expires_at`` on its cookie says nothing any more."""
        ...

    def end(self, session_id: UUID) -> None:
        """A session ended."""
        ...

    def end_all(self, user: UserRef) -> list[tuple[UUID, datetime]]:
        """All of somebody's sessions ended: which, each with the moment until which that must be remembered."""
        ...
