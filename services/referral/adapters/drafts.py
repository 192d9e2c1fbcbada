"""Drafts in PostgreSQL: each sealed under a key of its own that goes when the draft does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from services.referral.adapters.tables import drafts
from services.referral.domain.ports import Draft
from services.referral.domain.refusals import DraftIsUnreadable
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock
from shared.kernel.translation import says
from shared.observability.logs import logger
from shared.storage.encryption import Unreadable
from shared.storage.master_keys import MasterKeys

_log = logger("referral.drafts")


class SqlDrafts:
    """The asker's own drafts; row-level security hides all others."""

    def __init__(self, connection: Connection, master: MasterKeys, clock: Clock) -> None:
        self._connection = connection
        self._master = master
        self._clock = clock
        # what this transaction has opened, by its key: a draft that is saved anew has a new one
        self._opened: dict[UUID, Mapping[str, Any]] = {}

    def get(self, draft_id: UUID) -> Draft | None:
        """A draft that has not expired. Raises DraftIsUnreadable."""
        return self._read(self._living(draft_id))

    def lock(self, draft_id: UUID) -> Draft | None:
        """The same, to be changed; raises the same. Whoever else would change it waits until this transaction ends."""
        return self._read(self._living(draft_id).with_for_update())

    def is_there(self, draft_id: UUID, *, waits: bool = False) -> bool:
        """Whether the author has such a draft, expired or not.

        ``waits``: a sending of it that is under way ends first; afterwards its answer is there to be found.
        """
        query = select(drafts.c.id).where(drafts.c.id == draft_id)
        return self._connection.execute(query.with_for_update() if waits else query).first() is not None

    def wait_for_a_first_beginning(self, draft_id: UUID) -> None:
        """Let another's beginning of the same draft that is under way end first; afterwards the draft is there."""
        lock = func.pg_advisory_xact_lock(func.hashtext("referral.drafts"), func.hashtext(str(draft_id)))
        self._connection.execute(select(lock))

    def _living(self, draft_id: UUID) -> Select[Any]:
        return select(drafts).where(drafts.c.id == draft_id, drafts.c.expires_at > self._clock.now())

    def _read(self, query: Select[Any]) -> Draft | None:
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        if row["key_id"] not in self._opened:
            self._opened[row["key_id"]] = self._open(row)
        return Draft(
            id=row["id"],
            answers=self._opened[row["key_id"]],
            version=row["version"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            expires_at=row["expires_at"],
        )

    def _open(self, row: RowMapping) -> Mapping[str, Any]:
        try:
            key = self._master.unwrap(row["key_id"], row["wrapped_key"])
            answers: dict[str, Any] = json.loads(key.open("drafts", "answers", row["id"], row["answers"]))
        except (Unreadable, ValueError):
            _log.error("unreadable", table="drafts", row=str(row["id"]))
            raise DraftIsUnreadable(
                says("The fault is in Lotsa, not with you. Throw the draft away and begin a new one.")
            ) from None
        return answers

    def save(self, draft: Draft, author: Actor) -> None:
        """Keep a draft under a new key; the key of what it said before is gone."""
        key, wrapped = self._master.new_data_key()
        row = {
            "id": draft.id,
            "author": author_text(author),
            "unit_id": author.unit_id,
            "version": draft.version,
            "key_id": key.id,
            "wrapped_key": wrapped,
            "answers": key.seal("drafts", "answers", draft.id, json.dumps(draft.answers, ensure_ascii=False)),
            "created_at": draft.created_at,
            "updated_at": draft.updated_at,
            "expires_at": draft.expires_at,
        }
        statement = insert(drafts).values(row)
        fixed = ("id", "author", "unit_id", "created_at")
        changes = {name: statement.excluded[name] for name in row if name not in fixed}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))

    def discard(self, draft_id: UUID) -> bool:
        """Remove a draft that has not expired, and its key, whether it can be read or not. Of two at once one does."""
        living = (drafts.c.id == draft_id, drafts.c.expires_at > self._clock.now())
        return self._connection.execute(delete(drafts).where(*living)).rowcount == 1

    def discard_expired(self, now: datetime) -> int:
        """Remove every draft whose time is over; how many."""
        return self._connection.execute(delete(drafts).where(drafts.c.expires_at <= now)).rowcount


def author_text(author: Actor) -> str:
    """The author as one text, as the row policy compares it."""
    return f"{author.user.issuer} {author.user.subject}"
