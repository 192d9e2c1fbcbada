"""Destroys the keys of one person's openings, with the rights of the tables' owner: the application's role has none."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.opening_keys import OpeningKeys, Subject
from shared.kernel.actor import UserRef
from shared.storage.driver import ask
from shared.storage.encryption import Unreadable

_ALL = "select key_id, pseudonym, wrapped, told from subject_keys where destroyed_at is null"
_DESTROY = """
    update subject_keys set pseudonym = null, wrapped = null, told = null, destroyed_at = $2
    where key_id = any($1::uuid[]) and destroyed_at is null returning key_id
"""


def subject_of(user: UserRef) -> Subject:
    """The one whom a user's name tells of."""
    return Subject.of({"user": {"issuer": user.issuer, "subject": user.subject}})


def destroy_keys_of(connection: Connection, keys: OpeningKeys, subject: Subject, at: datetime) -> list[UUID]:
    """Destroy every key that was made for a subject; their ids. Nothing that they sealed can be opened any more.

    If the same one acts again, a new key is made for what comes then. Each key says itself whom it was made for: by
    their pseudonyms alone, which somebody may have exchanged, another's name would go and this one stay. One that
    cannot be unwrapped goes by its pseudonym.
    """
    pseudonyms = keys.pseudonyms(subject)
    theirs = []
    for key_id, pseudonym, wrapped, told in ask(connection, _ALL):
        try:
            of = keys.tells_of(key_id, wrapped, told)
        except Unreadable:
            of = subject if bytes(pseudonym) in pseudonyms else None
        if of == subject:
            theirs.append(key_id)
    return sorted(row[0] for row in ask(connection, _DESTROY, (theirs, at)))
