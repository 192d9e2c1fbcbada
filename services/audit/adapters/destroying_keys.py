"""Destroys the keys of one person's openings, with the rights of the tables' owner: the application's role has none."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.opening_keys import AT_MOST, OpeningKeys, Subject
from shared.kernel.actor import UserRef
from shared.storage.plainly import ask

_DESTROY = """
    update subject_keys set pseudonym = null, wrapped = null, told = null, destroyed_at = $2
    where pseudonym = any($1::bytea[]) returning key_id
"""


def subject_of(user: UserRef) -> Subject:
    """The one whom a user's name tells of."""
    return Subject.of({"user": {"issuer": user.issuer, "subject": user.subject}})


def destroy_keys_of(connection: Connection, keys: OpeningKeys, subject: Subject, at: datetime) -> list[UUID]:
    """Destroy every key that was made for a subject; their ids. Nothing that they sealed can be opened any more.

    If the same one acts again, a new key is made for what comes then.
    """
    pseudonyms = [keys.pseudonym(subject, number) for number in range(1, AT_MOST + 1)]
    return sorted(row[0] for row in ask(connection, _DESTROY, (pseudonyms, at)))
