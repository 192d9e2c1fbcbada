"""Forms that came after their sender's idle half hour: kept sealed for that sender alone, until they are sent or not.

Each lies under a key of its own, wrapped by the service's master key, and behind a forced row policy: it is there for
the same user under the same assignment (``lotsa.user``, ``lotsa.assignment_id``), and for the sweep.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, text

from shared.kernel.actor import UserRef
from shared.observability.logs import logger
from shared.storage.encryption import Unreadable
from shared.storage.master_keys import MasterKeys

_log = logger("storage.lapsed_forms")

LIFETIME = timedelta(hours=12)
# one for each window that somebody may have had open; the oldest makes room
AT_MOST = 5
# what no form of ours comes near; what is longer is not kept
LARGEST = 64 * 1024
# whoever presses twice does so at once, or when the first page has not come
KNOWN_FOR = timedelta(hours=1)
_LED_TO = "led_to"
_ANSWERED = "answered"
# nobody waits longer for an answer: whatever took the form has died
TAKEN_FOR = timedelta(minutes=1)

_OWN = (
    "author = nullif(current_setting('lotsa.user', true), '') "
    "and assignment_id = nullif(current_setting('lotsa.assignment_id', true), '')::uuid"
)
_SWEEP = "current_setting('lotsa.actor', true) = 'system'"
DDL = f"""
create table lapsed_forms (
    id uuid primary key, author text not null, assignment_id uuid not null, key_id uuid not null,
    wrapped_key bytea not null, form bytea not null, sent_at timestamptz not null, expires_at timestamptz not null,
    taken_at timestamptz
);
create index lapsed_forms_of_author on lapsed_forms (author, assignment_id, sent_at);
create index lapsed_forms_expiring on lapsed_forms (expires_at);
alter table lapsed_forms enable row level security;
alter table lapsed_forms force row level security;
create policy concerned on lapsed_forms using ({_SWEEP} or ({_OWN})) with check ({_OWN});
"""


class FormIsUnreadable(Exception):
    """A form is there, and no key opens it: all that can be done is to throw it away."""


class FormIsTooLarge(ValueError):
    """More was sent than is kept."""


@dataclass(frozen=True)
class Sender:
    """Who sent a form, and the assignment they acted under."""

    user: UserRef
    assignment_id: UUID


@dataclass(frozen=True, kw_only=True)
class LapsedForm:
    """A form as it was sent: where to, and its fields in order, without the CSRF token.

    ``answered``: it has been carried out, with an answer that led nowhere (a file), and may be asked for once more.
    """

    path: str
    query: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    sent_at: datetime
    expires_at: datetime
    answered: bool = False


class LapsedForms:
    """The forms of one service's senders; nobody else's exist for the one who asks."""

    def __init__(self, engine: Engine, master: MasterKeys) -> None:
        self._engine = engine
        self._master = master

    def keep(self, form: LapsedForm, sender: Sender) -> UUID:
        """Keep it; beyond five of one sender's the oldest are let go. The new one's id. Raises FormIsTooLarge."""
        written = _written_down(form)
        if len(written.encode()) > LARGEST:
            raise FormIsTooLarge
        form_id = uuid4()
        with self._as(sender) as connection:
            connection.execute(_KEEP, self._row(form_id, sender, written, form.sent_at, form.expires_at))
            connection.execute(_MAKE_ROOM, {"most": AT_MOST})
        return form_id

    def _row(self, form_id: UUID, sender: Sender, written: str, sent_at: datetime, until: datetime) -> dict[str, Any]:
        key, wrapped = self._master.new_data_key()
        return {
            "id": form_id,
            "author": author_of(sender),
            "assignment": sender.assignment_id,
            "key": key.id,
            "wrapped": wrapped,
            "form": key.seal("lapsed_forms", "form", form_id, written),
            "sent": sent_at,
            "expires": until,
        }

    def find(self, form_id: UUID, sender: Sender, now: datetime) -> LapsedForm | None:
        """A form of the sender's own that has not expired. Raises FormIsUnreadable."""
        with self._as(sender) as connection:
            return self._opened(connection.execute(_FIND, {"id": form_id, "now": now}).mappings().first())

    def take(self, form_id: UUID, sender: Sender, now: datetime) -> LapsedForm | None:
        """The same, to be carried out now; raises the same. Of two who ask at once one is given it, for a minute."""
        with self._as(sender) as connection:
            taken = {"id": form_id, "now": now, "before": now - TAKEN_FOR}
            return self._opened(connection.execute(_TAKE, taken).mappings().first())

    def give_back(self, form_id: UUID, sender: Sender) -> None:
        """It was not carried out: it may be taken again."""
        with self._as(sender) as connection:
            connection.execute(_GIVE_BACK, {"id": form_id})

    def carried_out(self, form_id: UUID, sender: Sender, led_to: str, now: datetime) -> None:
        """It went through: it is removed with its key, and for an hour it is known where it led, for a second click."""
        with self._as(sender) as connection:
            if connection.execute(_DISCARD, {"id": form_id}).rowcount:
                row = self._row(form_id, sender, json.dumps({_LED_TO: led_to}), now, now + KNOWN_FOR)
                connection.execute(_KEEP, row)

    def answered(self, form_id: UUID, sender: Sender, form: LapsedForm, now: datetime) -> None:
        """It went through, and its answer was a file, which may not have come: for an hour it may be sent once more."""
        until = min(form.expires_at, now + KNOWN_FOR)
        with self._as(sender) as connection:
            if connection.execute(_DISCARD, {"id": form_id}).rowcount:
                row = self._row(form_id, sender, _written_down(replace(form, answered=True)), now, until)
                connection.execute(_KEEP, row)

    def led_to(self, form_id: UUID, sender: Sender, now: datetime) -> str | None:
        """Where one of the sender's own led that was carried out within the hour. Raises FormIsUnreadable."""
        with self._as(sender) as connection:
            written = self._written(connection.execute(_FIND, {"id": form_id, "now": now}).mappings().first())
        return written.get(_LED_TO) if written else None

    def discard(self, form_id: UUID, sender: Sender) -> bool:
        """Remove it and its key; False when it was not there."""
        with self._as(sender) as connection:
            return connection.execute(_DISCARD, {"id": form_id}).rowcount == 1

    def _written(self, row: Mapping[Any, Any] | None) -> dict[str, Any] | None:
        if row is None:
            return None
        try:
            key = self._master.unwrap(row["key_id"], row["wrapped_key"])
            return cast(dict[str, Any], json.loads(key.open("lapsed_forms", "form", row["id"], row["form"])))
        except Unreadable:
            _log.error("unreadable", table="lapsed_forms", row=str(row["id"]))
            raise FormIsUnreadable from None

    def _opened(self, row: Mapping[Any, Any] | None) -> LapsedForm | None:
        written = self._written(row)
        if row is None or written is None or _LED_TO in written:
            return None
        return LapsedForm(
            path=written["path"],
            query=written["query"],
            fields=tuple((name, value) for name, value in written["fields"]),
            sent_at=row["sent_at"],
            expires_at=row["expires_at"],
            answered=written.get(_ANSWERED, False),
        )

    def _as(self, sender: Sender) -> AbstractContextManager[Connection]:
        return as_sender(self._engine, sender)


def _written_down(form: LapsedForm) -> str:
    written = {"path": form.path, "query": form.query, "fields": form.fields, _ANSWERED: form.answered}
    return json.dumps(written, ensure_ascii=False)


@contextmanager
def as_sender(engine: Engine, sender: Sender) -> Iterator[Connection]:
    """A transaction for which, of all forms, the sender's own are there."""
    with engine.begin() as connection:
        connection.execute(_SECURE, {"user": author_of(sender), "assignment": str(sender.assignment_id)})
        yield connection


def sweep(connection: Connection, now: datetime) -> int:
    """Remove every form whose time is over, with its key; how many. For the service's own timer."""
    connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
    return connection.execute(text("delete from lapsed_forms where expires_at <= :now"), {"now": now}).rowcount


def create_lapsed_forms(op: Any, app: str) -> None:
    """Create the table; called by a migration with alembic's ``op`` and the application's role."""
    for statement in DDL.split(";"):
        if statement.strip():
            op.execute(statement)
    op.execute(f"grant select, insert, delete, update (taken_at) on lapsed_forms to {app}")


_SECURE = text("select set_config('lotsa.user', :user, true), set_config('lotsa.assignment_id', :assignment, true)")
_KEEP = text(
    "insert into lapsed_forms (id, author, assignment_id, key_id, wrapped_key, form, sent_at, expires_at) "
    "values (:id, :author, :assignment, :key, :wrapped, :form, :sent, :expires)"
)
# the row policy leaves the sender's own; what is held after a mistake (held_forms.py) makes no room for these
# where one has led is forgotten before a form that waits
_MAKE_ROOM = text(
    "delete from lapsed_forms where id in (select id from lapsed_forms "
    "where get_byte(uuid_send(id), 6) >> 4 <> 5 order by expires_at desc, id offset :most)"
)
_FIND = text("select * from lapsed_forms where id = :id and expires_at > :now")
_TAKE = text(
    "update lapsed_forms set taken_at = :now where id = :id and expires_at > :now "
    "and (taken_at is null or taken_at <= :before) returning *"
)
_GIVE_BACK = text("update lapsed_forms set taken_at = null where id = :id")
_DISCARD = text("delete from lapsed_forms where id = :id")


def author_of(sender: Sender) -> str:
    """A sender as the row policy knows them."""
    return f"{sender.user.issuer} {sender.user.subject}"
