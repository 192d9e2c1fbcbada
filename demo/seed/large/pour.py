"""Pours what lies on the desk into the databases: rows a table at a time, events in the order of what happened."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from heapq import heappop, heappush
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Dialect, Table, text
from sqlalchemy.dialects import postgresql

from demo.seed.large.desk import Desk, Folder, Happened, Rows
from demo.seed.large.queue import Queue
from services.referral.adapters.looks import KIND, kind_of, look_of
from services.referral.adapters.tables import id_sets, look_kinds, looks, metadata
from services.referral.bootstrap import SERVICE, Parts
from shared.contracts.common import AccessRecorded
from shared.contracts.envelope import Envelope
from shared.contracts.referral import ConsentGiven
from shared.kernel.identity import uuid7_of
from shared.storage.driver import run

BATCH = 2_000
_LAST = text("SELECT epoch, last_sequence FROM publisher")
_ON = text("UPDATE publisher SET last_sequence = last_sequence + :told WHERE last_sequence = :last")
# a look names its kind, and everything else its referral: policies look these up, so they go first
IN_ORDER = ("referrals", "data_keys", "consents", "contents", "steps", "look_kinds", "id_sets", "looks")
_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy says no types of it


class NotAlone(Exception):
    """Somebody uses the installation while it is filled."""


class Pourer:
    """Takes from the desk what is ready, and pours when there is enough of it. ``told``: how many events so far."""

    def __init__(self, parts: Parts, queue: Queue, installation: str) -> None:
        self.told = 0
        self._parts = parts
        self._queue = queue
        self._installation = installation
        self._coming: list[tuple[datetime, int, Happened]] = []
        self._places = count()
        self._ready: list[Happened] = []
        self._known: set[UUID] = set()
        self._given: dict[UUID, tuple[UUID, str]] = {}

    def take(self, desk: Desk, *, before: datetime) -> None:
        """Take what has happened before a moment; whatever is told from now on happens no earlier."""
        for each in desk.happened:
            heappush(self._coming, (each.at, next(self._places), each))
        desk.happened = []
        while self._coming and self._coming[0][0] < before:
            self._ready.append(heappop(self._coming)[2])
        if len(self._ready) >= BATCH:
            self._pour(desk)

    def finish(self, desk: Desk) -> None:
        """Pour all that is left."""
        self.take(desk, before=datetime.max.replace(tzinfo=desk.clock.now().tzinfo))
        self._pour(desk)

    def _pour(self, desk: Desk) -> None:
        folders = desk.clear()
        for each in folders:
            desk.keys.forget(each.referral.id)
        ready, self._ready = self._ready, []
        with self._parts.as_system() as uow:
            epoch, last = uow.connection.execute(_LAST).one()
        # the log before the rows: a number that nobody has heard of would be missed, one that is heard early is not
        self._queue.hear([self._heard(each, epoch, last + place) for place, each in enumerate(ready, start=1)])
        told = {**_rows_of(folders), **self._looks_of(each.contract for each in ready)}
        with self._parts.as_system() as uow:
            for name in IN_ORDER:
                insert(uow.connection, metadata.tables[name], told.get(name, []))
            if uow.connection.execute(_ON, {"told": len(ready), "last": last}).rowcount != 1:
                raise NotAlone("Somebody has sent a referral meanwhile: what was poured in would have its numbers.")
            uow.commit()
        self.told += len(ready)

    def _heard(self, each: Happened, epoch: UUID, sequence: int) -> tuple[Envelope, Any]:
        envelope = Envelope(
            id=uuid7_of(each.at),
            type=each.contract.event_type,
            publisher=SERVICE,
            installation=self._installation,
            epoch=epoch,
            time=each.at,
            correlation_id=each.correlation_id,
            # as it comes off the bus: plain JSON, whatever it was made of
            data=json.loads(json.dumps(each.contract.to_data())),
            sequence=sequence,
            history=True,
        )
        return envelope, envelope.contract()

    def _looks_of(self, told: Iterable[Any]) -> dict[str, Rows]:
        """The rows of looks; kinds and sets that have been poured before are not poured again."""
        found: dict[str, Rows] = {look_kinds.name: [], id_sets.name: [], looks.name: []}
        for each in told:
            if isinstance(each, ConsentGiven):
                self._given[each.consent_id] = (each.referral_id, each.about)
            if not isinstance(each, AccessRecorded):
                continue
            said = tuple(getattr(each, column) for column in KIND)
            kind, look = kind_of(said), look_of(each, self._given)
            if self._is_new(kind):
                found[look_kinds.name].append({"kind_id": kind, **dict(zip(KIND, said, strict=True))})
            for set_id, ids in look.sets.items():
                if self._is_new(set_id):
                    found[id_sets.name].append({"set_id": set_id, "ids": list(ids)})
            row = {"access_id": each.access_id, "kind_id": kind, "occurred_at": each.occurred_at}
            found[looks.name].append({**row, "shown": look.shown, "relied": look.relied, "relied_on": look.relied_on})
        return found

    def _is_new(self, made: UUID) -> bool:
        new = made not in self._known
        self._known.add(made)
        return new


def insert(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows into a table, all that have the same columns in one statement.

    Not by COPY: what lies behind row-level security takes none, and the whole house writes so.
    """
    shapes: defaultdict[tuple[str, ...], Rows] = defaultdict(list)
    for row in rows:
        shapes[tuple(row)].append(row)
    for columns, alike in shapes.items():
        names = ", ".join(columns)
        given = ", ".join(f"{name} {table.c[name].type.compile(dialect=_DIALECT)}" for name in columns)
        source = f"SELECT {names} FROM jsonb_to_recordset($1::jsonb) AS given ({given})"  # noqa: S608 - our own names
        statement = f"INSERT INTO {table.name} ({names}) {source}"
        run(connection, (statement, (json.dumps([_as_json(row) for row in alike]),)))


def _rows_of(folders: Iterable[Folder]) -> dict[str, Rows]:
    found: defaultdict[str, Rows] = defaultdict(list)
    for folder in folders:
        for name, rows in folder.rows().items():
            found[name] += rows
    return found


def _as_json(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [_value(each) for each in value]
    return str(value) if isinstance(value, UUID) else value
