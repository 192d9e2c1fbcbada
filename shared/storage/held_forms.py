"""Forms that have not gone through: each held sealed for its writer alone, until it does or its time is over.

One table in each service with forms. A row lies under a key of its own, wrapped by the service's master key, and behind
a forced row policy: it is there for the same user under the same assignment or unit (``lotsa.user``,
``lotsa.assignment_id``, ``lotsa.unit_id``), and for the sweep. Beside whose it is it says in the clear why it is held,
and since when: nothing of what was typed, or where.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from shared.kernel.held_form import AT_MOST, LARGEST, FormIsTooLarge, FormIsUnreadable, HeldForm, Reason, Writer
from shared.observability.logs import logger
from shared.storage.encryption import Unreadable
from shared.storage.master_keys import MasterKeys

_log = logger("storage.held_forms")

# nobody waits longer for an answer: whatever took the form has died
TAKEN_FOR = timedelta(minutes=1)
# what a row's seal is bound to: the table's name until 0.2, which it keeps, so that what waited over the upgrade opens
_SEALED_AS = ("lapsed_forms", "form")
# a step's form lay among the referral service's drafts until 0.2, for an hour at most: this goes with 0.3
_ONCE_SEALED_AS = ("drafts", "answers")


class HeldForms:
    """The forms that are held of whoever the transaction is opened for; nobody else's exist in it."""

    def __init__(self, connection: Connection, master: MasterKeys) -> None:
        self._connection = connection
        self._master = master

    def hold(self, form: HeldForm, writer: Writer) -> None:
        """Hold it, in place of what is held under its id; the oldest beyond its reason's number are let go.

        Raises FormIsTooLarge, and then nothing is changed.
        """
        typed = json.dumps(form.typed, ensure_ascii=False, default=str)
        if len(typed.encode()) > LARGEST:
            raise FormIsTooLarge
        key, wrapped = self._master.new_data_key()
        row = {
            "id": form.id,
            "reason": form.reason.value,
            "author": writer.author,
            "under": writer.under,
            "key": key.id,
            "wrapped": wrapped,
            "form": key.seal(*_SEALED_AS, form.id, typed),
            "held": form.held_at,
            "expires": form.expires_at,
        }
        for _ in range(2):
            # another one may be held under the same id meanwhile: this one came after it
            self._connection.execute(_LET_GO, {"id": form.id})
            if self._connection.execute(_HOLD, row).rowcount:
                break
        most = AT_MOST[form.reason]
        if most is not None:
            self._connection.execute(_MAKE_ROOM, {"reason": form.reason.value, "most": most})

    def find(self, form_id: UUID, now: datetime) -> HeldForm | None:
        """One that has not expired. Raises FormIsUnreadable."""
        row = self._connection.execute(_FIND, {"id": form_id, "now": now}).mappings().first()
        return self._opened(row) if row is not None else None

    def readable(self, reasons: Iterable[Reason], now: datetime) -> list[HeldForm]:
        """All that are held for one of these reasons and can be read, the newest first."""
        asked = {"reasons": [each.value for each in reasons], "now": now}
        found = []
        for row in self._connection.execute(_ALL, asked).mappings().all():
            try:
                found.append(self._opened(row))
            except FormIsUnreadable:
                continue
        return found

    def take(self, form_id: UUID, now: datetime) -> HeldForm | None:
        """As ``find``, to be carried out now; raises the same. Of two who ask at once one is given it, for a minute."""
        taken = {"id": form_id, "now": now, "before": now - TAKEN_FOR}
        row = self._connection.execute(_TAKE, taken).mappings().first()
        return self._opened(row) if row is not None else None

    def give_back(self, form_id: UUID) -> None:
        """It was not carried out: it may be taken again."""
        self._connection.execute(_GIVE_BACK, {"id": form_id})

    def let_go(self, form_id: UUID) -> bool:
        """Remove it and its key: it went through, or was thrown away. False when it was not there."""
        return self._connection.execute(_LET_GO, {"id": form_id}).rowcount == 1

    def _opened(self, row: Mapping[Any, Any]) -> HeldForm:
        try:
            typed = json.loads(self._unsealed(row))
        except (Unreadable, ValueError):
            _log.error("unreadable", table="held_forms", row=str(row["id"]))
            raise FormIsUnreadable from None
        return HeldForm(
            id=row["id"],
            reason=Reason(row["reason"]),
            typed=typed,
            held_at=row["held_at"],
            expires_at=row["expires_at"],
        )

    def _unsealed(self, row: Mapping[Any, Any]) -> str:
        key = self._master.unwrap(row["key_id"], row["wrapped_key"])
        try:
            return key.open(*_SEALED_AS, row["id"], row["form"])
        except Unreadable:
            return key.open(*_ONCE_SEALED_AS, row["id"], row["form"])


@dataclass(frozen=True)
class FormStore:
    """Where one service holds forms, for whoever has no transaction of their own at hand."""

    engine: Engine
    master: MasterKeys

    @contextmanager
    def of(self, writer: Writer) -> Iterator[HeldForms]:
        """A transaction in which, of all forms, the writer's are there: kept on leaving, undone on raising."""
        with self.engine.begin() as connection:
            connection.execute(_SECURE, {"user": writer.author, "under": str(writer.under)})
            yield HeldForms(connection, self.master)


def sweep(connection: Connection, now: datetime) -> int:
    """Remove every form whose time is over, with its key; how many. For the service's own timer."""
    connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
    return connection.execute(text("delete from held_forms where expires_at <= :now"), {"now": now}).rowcount


_SECURE = text("select set_config('lotsa.user', :user, true), set_config('lotsa.assignment_id', :under, true)")
_HOLD = text(
    "insert into held_forms (id, reason, author, written_under, key_id, wrapped_key, form, held_at, expires_at) "
    "values (:id, :reason, :author, :under, :key, :wrapped, :form, :held, :expires) on conflict (id) do nothing"
)
# the row policy leaves the writer's own; where one has led is forgotten before a form that waits
_MAKE_ROOM = text(
    "delete from held_forms where id in (select id from held_forms where reason = :reason "
    "order by expires_at desc, id offset :most)"
)
_FIND = text("select * from held_forms where id = :id and expires_at > :now")
_ALL = text("select * from held_forms where reason = any (:reasons) and expires_at > :now order by held_at desc, id")
_TAKE = text(
    "update held_forms set taken_at = :now where id = :id and expires_at > :now "
    "and (taken_at is null or taken_at <= :before) returning *"
)
_GIVE_BACK = text("update held_forms set taken_at = null where id = :id")
_LET_GO = text("delete from held_forms where id = :id")
