"""Who has ever signed in, and who was refused when they last tried, as rows.

Row-level security shows them to operators, and to administrators of a place where the user has or had an assignment.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from shared.kernel.actor import UserRef

_NOTE = text("insert into sign_ins (issuer, subject, first_at) values (:issuer, :subject, :at) on conflict do nothing")
_HAS = text("select exists (select from sign_ins where issuer = :issuer and subject = :subject)")

# strangers leave nothing: the provider may know many who never had anything to do here
_NOTE_REFUSAL = text(
    "insert into refused_sign_ins (issuer, subject, last_at) select :issuer, :subject, :at "
    "where exists (select from known_assignments where issuer = :issuer and subject = :subject) "
    "on conflict (issuer, subject) do update set last_at = excluded.last_at"
)
_FORGET_REFUSAL = text("delete from refused_sign_ins where issuer = :issuer and subject = :subject")
_REFUSED_AT = text("select last_at from refused_sign_ins where issuer = :issuer and subject = :subject")


class SignInRows:
    """``domain.ports.SignIns`` in PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(self, user: UserRef, at: datetime) -> None:
        """Somebody signed in; only the first time is kept."""
        self._connection.execute(_NOTE, {"issuer": user.issuer, "subject": user.subject, "at": at})

    def has(self, user: UserRef) -> bool:
        """Whether this user has signed in, since that has been noted."""
        return bool(self._connection.scalar(_HAS, {"issuer": user.issuer, "subject": user.subject}))

    def note_refusal(self, user: UserRef, at: datetime) -> None:
        """Somebody came and no assignment of theirs held; the latest time is kept, of those alone who ever had one."""
        self._connection.execute(_NOTE_REFUSAL, {"issuer": user.issuer, "subject": user.subject, "at": at})

    def forget_refusal(self, user: UserRef) -> None:
        """They have signed in since."""
        self._connection.execute(_FORGET_REFUSAL, {"issuer": user.issuer, "subject": user.subject})

    def refused_at(self, user: UserRef) -> datetime | None:
        """When this user was last refused for want of an assignment; None when they have signed in since, or never
        tried.
        """
        found: datetime | None = self._connection.scalar(_REFUSED_AT, {"issuer": user.issuer, "subject": user.subject})
        return found
