"""Forms that could not be carried out: what was typed waits sealed for its writer, for an hour, where it was typed.

They lie in the table of the forms that came too late, under the same row policy and the same sweep. Nothing in a row
says what it is about: its id is made of whom it belongs to and where it was typed, so asking for it anywhere else, or
as anybody else, finds nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Engine, text

from shared.observability.logs import logger
from shared.storage.encryption import Unreadable
from shared.storage.lapsed_forms import LARGEST, FormIsTooLarge, Sender, as_sender, author_of
from shared.storage.master_keys import MasterKeys

_log = logger("storage.held_forms")

LIFETIME = timedelta(hours=1)
# one for each window that somebody may have open; the oldest makes room
AT_MOST = 10
_NAMESPACE = UUID("0d0f4c5e-6b3a-5d27-8a43-2f9a1c7be5d4")


@dataclass(frozen=True)
class Place:
    """Where something was typed: by whom, in which session, on which page, and in which of that page's forms.

    ``session``: whatever lasts as long as the session does, and is nobody else's. ``name``: any id, from the address.
    """

    writer: Sender
    session: str = field(repr=False)
    path: str
    name: UUID

    @property
    def row(self) -> UUID:
        """The row's id: of RFC 9562's version 5, which tells it from a form that came too late."""
        return uuid5(_NAMESPACE, json.dumps([author_of(self.writer), str(self.writer.assignment_id), *self._rest]))

    @property
    def _rest(self) -> tuple[str, str, str]:
        return self.session, self.path, str(self.name)


@dataclass(frozen=True, kw_only=True)
class HeldForm:
    """A form as it was typed, what is wrong with it by field, and what else its page says (``told``)."""

    written: Mapping[str, Any] = field(repr=False)
    errors: Mapping[str, Any] = field(default_factory=dict, repr=False)
    told: Mapping[str, bool] = field(default_factory=dict)
    typed_at: datetime


class HeldForms:
    """What waits in one service; nobody else's exists for the one who asks."""

    def __init__(self, engine: Engine, master: MasterKeys) -> None:
        self._engine = engine
        self._master = master

    def hold(self, form: HeldForm, place: Place) -> None:
        """Hold it, in place of what was typed there before. Raises FormIsTooLarge."""
        told: dict[str, Any] = {"path": place.path, "name": str(place.name)}
        told |= {"written": form.written, "errors": form.errors, "told": form.told}
        written = json.dumps(told, ensure_ascii=False, default=str)
        if len(written.encode()) > LARGEST:
            raise FormIsTooLarge
        key, wrapped = self._master.new_data_key()
        row = {
            "id": place.row,
            "author": author_of(place.writer),
            "assignment": place.writer.assignment_id,
            "key": key.id,
            "wrapped": wrapped,
            "form": key.seal("lapsed_forms", "form", place.row, written),
            "sent": form.typed_at,
            "expires": form.typed_at + LIFETIME,
        }
        with as_sender(self._engine, place.writer) as connection:
            for _ in range(2):
                # another post under the same name may be held meanwhile: this one came after it
                connection.execute(_LET_GO, {"id": place.row})
                if connection.execute(_HOLD, row).rowcount:
                    break
            connection.execute(_MAKE_ROOM, {"most": AT_MOST})

    def find(self, place: Place, now: datetime) -> HeldForm | None:
        """What was typed there, if it still waits and can be read."""
        with as_sender(self._engine, place.writer) as connection:
            row = connection.execute(_FIND, {"id": place.row, "now": now}).mappings().first()
        opened = self._opened(row) if row is not None else None
        return opened[1] if opened else None

    def on_page(self, writer: Sender, session: str, path: str, now: datetime) -> list[tuple[UUID, HeldForm]]:
        """All that waits on one page for its writer in this session and can be read, by name, the newest first."""
        with as_sender(self._engine, writer) as connection:
            rows = connection.execute(_ALL, {"now": now}).mappings().all()
        found = []
        for row in rows:
            opened = self._opened(row)
            if opened and Place(writer, session, path, opened[0]).row == row["id"]:
                found.append(opened)
        return found

    def let_go(self, place: Place) -> None:
        """Remove it and its key: it went through."""
        with as_sender(self._engine, place.writer) as connection:
            connection.execute(_LET_GO, {"id": place.row})

    def _opened(self, row: Mapping[Any, Any]) -> tuple[UUID, HeldForm] | None:
        """Its name and the form. None when nobody can read it: its page is then as if nothing had been held."""
        try:
            key = self._master.unwrap(row["key_id"], row["wrapped_key"])
            kept = json.loads(key.open("lapsed_forms", "form", row["id"], row["form"]))
        except Unreadable:
            _log.error("unreadable", table="lapsed_forms", row=str(row["id"]))
            return None
        form = HeldForm(written=kept["written"], errors=kept["errors"], told=kept["told"], typed_at=row["sent_at"])
        return UUID(kept["name"]), form


_HOLD = text(
    "insert into lapsed_forms (id, author, assignment_id, key_id, wrapped_key, form, sent_at, expires_at) "
    "values (:id, :author, :assignment, :key, :wrapped, :form, :sent, :expires) on conflict (id) do nothing"
)
_FIND = text("select * from lapsed_forms where id = :id and expires_at > :now")
# the row policy leaves the writer's own
_ALL = text(
    "select * from lapsed_forms where get_byte(uuid_send(id), 6) >> 4 = 5 and expires_at > :now "
    "order by sent_at desc, id"
)
_MAKE_ROOM = text(
    "delete from lapsed_forms where id in (select id from lapsed_forms "
    "where get_byte(uuid_send(id), 6) >> 4 = 5 order by sent_at desc, id offset :most)"
)
_LET_GO = text("delete from lapsed_forms where id = :id")
