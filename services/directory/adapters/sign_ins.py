"""Who has ever signed in, as rows. Row-level security shows them to administrators and operators only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from shared.kernel.actor import UserRef

_NOTE = text("insert into sign_ins (issuer, subject, first_at) values (:issuer, :subject, :at) on conflict do nothing")
_HAS = text("select exists (select from sign_ins where issuer = :issuer and subject = :subject)")


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
