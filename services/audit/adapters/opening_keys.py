"""The keys under which what opens commitments is sealed, all wrapped by audit's master key.

Each person, and whatever else a value tells of, has one of its own (``subject_keys``): destroyed, nothing about that
one can be opened any more, in old backups either once the master key that they need is gone. It is found by a keyed
pseudonym (``pseudonyms.py``), so that the table names nobody. What was sealed until 0.1 lies under a key for each month
(``opening_keys``), which goes on opening it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from services.audit.adapters.openings import OpeningIsWrong, is_reference, unseal
from services.audit.adapters.pseudonyms import AT_MOST, Pseudonyms
from services.audit.log.entry import canonical
from shared.observability.logs import logger
from shared.storage.driver import ask, run
from shared.storage.encryption import DataKey, Unreadable, key_id_of
from shared.storage.master_keys import MasterKeys

_log = logger("audit.opening_keys")

USER = "user"
KEPT = 20_000
_BY_IDS = """
    select key_id, wrapped, told, pseudonym from subject_keys where key_id = any($1::uuid[])
    union all select key_id, wrapped, null, null from opening_keys where key_id = any($1::uuid[])
"""
_BY_PSEUDONYMS = "select pseudonym, key_id, wrapped, told from subject_keys where pseudonym = any($1::bytea[])"
_MAKE_SUBJECT = """
    insert into subject_keys (key_id, pseudonym, wrapped, told) values ($1, $2, $3, $4)
    on conflict (pseudonym) do nothing
"""


@dataclass(frozen=True)
class Subject:
    """Whom or what a value tells of, as JSON that names it; ``told``: the value itself, where the key is for it
    alone."""

    name: str
    told: Any = field(default=None, repr=False, compare=False, hash=False)

    @classmethod
    def of(cls, named: Mapping[str, Any], told: Any = None) -> Subject:
        """The subject with these names."""
        return cls(canonical(named).decode(), told)


@dataclass(frozen=True)
class SubjectKey:
    """A subject's key. ``told``: the value that it was made for."""

    key: DataKey
    told: Any = field(default=None, repr=False)

    def salt_for(self, event_id: UUID, name: str) -> bytes:
        """The salt of that subject's own value in one entry: 32 bytes that nobody has without the key."""
        return hmac.digest(self._salting, event_id.bytes + name.encode(), hashlib.sha256)

    @cached_property
    def _salting(self) -> bytes:
        return hmac.digest(self.key.secret, b"lotsa/1|opening-salt", hashlib.sha256)


@dataclass(frozen=True)
class _Row:
    wrapped: bytes | None
    told: bytes | None
    # how it is found changes nothing about what it says
    pseudonym: bytes | None = field(default=None, compare=False)


class OpeningKeys:
    """Makes and finds keys, and opens with them. Shared by all units of work of a process."""

    def __init__(self, engine: Engine, master: MasterKeys) -> None:
        self._master = master
        self._pseudonyms = Pseudonyms(engine, master)
        # rows for as long as a transaction lasts: a key destroyed meanwhile opens nothing in the next one
        self._rows: WeakKeyDictionary[Connection, dict[UUID, _Row | None]] = WeakKeyDictionary()
        # what was unwrapped, for as long as the process lasts: it serves only where the row is still there
        self._unwrapped: dict[UUID, tuple[_Row, SubjectKey]] = {}

    def begin(self) -> None:
        """Have what pseudonyms are made with, before a transaction: making it needs a connection of its own."""
        self._pseudonyms.begin()

    def pseudonym(self, subject: Subject, number: int = 1) -> bytes:
        """By what a subject's key is found: 32 bytes that tell nothing without audit's master key."""
        return self._pseudonyms.of(subject.name, number)

    def pseudonyms(self, subject: Subject) -> list[bytes]:
        """All by which a subject's keys may be found."""
        return self._pseudonyms.all_of(subject.name)

    def sealing(self, connection: Connection, subjects: Collection[Subject]) -> dict[Subject, SubjectKey]:
        """The subjects' keys, each made when it is the first to be asked for."""
        found = self._sealing(connection, subjects)
        if found is None and self._pseudonyms.renew(connection, make=True):
            found = self._sealing(connection, subjects)
        if found is None or len(found) < len(set(subjects)):
            raise Unreadable(f"none of somebody's {AT_MOST} keys can be unwrapped")
        return found

    def _sealing(self, connection: Connection, subjects: Collection[Subject]) -> dict[Subject, SubjectKey] | None:
        """None where a key would have to be made, by a pseudonym that nobody could make again."""
        found: dict[Subject, SubjectKey] = {}
        for number in range(1, AT_MOST + 1):
            # one that cannot be unwrapped, or was changed, must not stop the log: its subject has another then
            missing = {self.pseudonym(each, number): each for each in subjects if each not in found}
            if missing and not self._of_pseudonyms(connection, missing, found):
                return None
        return found

    def __call__(self, connection: Connection, event_id: UUID, name: str, sealed: bytes) -> tuple[bytes, Any] | None:
        """Salt and value of a commitment, or None when its key has been destroyed.

        Raises OpeningIsWrong when the key is there and does not open it: somebody has changed the row, or the key.
        """
        try:
            key_id = key_id_of(sealed)
        except ValueError:
            raise OpeningIsWrong(name) from None
        refers = is_reference(sealed)
        row = self._row(connection, key_id)
        if row is None and refers:
            # a person's key is never deleted, so this is none
            raise OpeningIsWrong(name)
        if row is None or row.wrapped is None:
            # and what this process had in its hands is let go
            self._unwrapped.pop(key_id, None)
            return None
        try:
            found = self._unwrap(key_id, row)
        except Unreadable:
            raise OpeningIsWrong(name) from None
        if not refers:
            return unseal(found.key, event_id, name, sealed)
        return found.salt_for(event_id, name), found.told

    def knows(self, connection: Connection, sealed: bytes) -> bool:
        """Whether the key is there, or a row that says that it was destroyed."""
        return self._row(connection, key_id_of(sealed)) is not None

    def is_found(self, connection: Connection, sealed: bytes) -> bool:
        """Whether the key of what opens would be found by whom it tells of, where it tells of somebody.

        By another's pseudonym it would seal what that one does, and be destroyed in that one's place.
        """
        key_id = key_id_of(sealed)
        row = self._row(connection, key_id)
        if row is None or row.told is None:
            return True
        found = self._unwrap(key_id, row)
        subject, pseudonym = Subject.of({USER: found.told}), bytes(row.pseudonym or b"")
        # the first is most people's only one
        numbers = range(1, AT_MOST + 1)
        return any(self.pseudonym(subject, number) == pseudonym for number in numbers) or (
            self._pseudonyms.renew(connection, make=False) and pseudonym in self.pseudonyms(subject)
        )

    def tells_of(self, key_id: UUID, wrapped: bytes, told: bytes | None) -> Subject | None:
        """Whom a key was made for; None when it tells of nobody. Raises Unreadable."""
        value = self._unwrap(key_id, _Row(wrapped, told)).told
        return None if value is None else Subject.of({USER: value})

    def prepare(self, connection: Connection, sealed: Iterable[bytes]) -> None:
        """Fetch the keys of these in one go."""
        # a page is often one person's doing
        wanted = {key_id_of(each) for each in set(map(bytes, sealed)) if len(each) >= 17}
        rows = self._rows.setdefault(connection, {})
        if missing := wanted - rows.keys():
            rows.update(dict.fromkeys(missing))
            for key_id, *row in ask(connection, _BY_IDS, (list(missing),)):
                rows[key_id] = _Row(*row)

    def learn(self, connection: Connection, keys: Iterable[Sequence[Any]]) -> None:
        """Take rows of ``subject_keys`` fetched in this transaction: key_id, wrapped, told, pseudonym."""
        self._rows.setdefault(connection, {}).update({key_id: _Row(*row) for key_id, *row in keys})

    def _row(self, connection: Connection, key_id: UUID) -> _Row | None:
        rows = self._rows.setdefault(connection, {})
        if key_id not in rows:
            self.prepare(connection, [bytes(1) + key_id.bytes])
        return rows[key_id]

    def _unwrap(self, key_id: UUID, row: _Row) -> SubjectKey:
        if row.wrapped is None:
            self._unwrapped.pop(key_id, None)
            raise Unreadable("the key has been destroyed")
        of, found = self._unwrapped.get(key_id, (None, None))
        if found is None or of != row:
            key = self._master.unwrap(key_id, row.wrapped)
            told = None if row.told is None else json.loads(key.open("subject_keys", "told", key_id, row.told))
            if len(self._unwrapped) >= KEPT:
                self._unwrapped.clear()
            found = SubjectKey(key, told)
            self._unwrapped[key_id] = row, found
        return found

    def _of_pseudonyms(
        self, connection: Connection, missing: Mapping[bytes, Subject], found: dict[Subject, SubjectKey]
    ) -> bool:
        """Find or make the subjects' keys; False, with none made, where pseudonyms are another database's."""
        rows = {bytes(row[0]): row for row in ask(connection, _BY_PSEUDONYMS, (list(missing),))}
        made = sorted(missing.keys() - rows.keys())
        if made and not self._pseudonyms.are_of(connection):
            return False
        for pseudonym in made:
            key, wrapped = self._master.new_data_key()
            value = missing[pseudonym].told
            told = None if value is None else key.seal("subject_keys", "told", key.id, json.dumps(value))
            run(connection, (_MAKE_SUBJECT, (key.id, pseudonym, wrapped, told)))
        if made:
            # another process may have got there first
            rows |= {bytes(row[0]): row for row in ask(connection, _BY_PSEUDONYMS, (made,))}
        for pseudonym, row in rows.items():
            subject = missing[pseudonym]
            try:
                unwrapped = self._unwrap(row[1], _Row(row[2], row[3]))
            except Unreadable:
                _log.error("unreadable", table="subject_keys", key_id=str(row[1]))
                continue
            if unwrapped.told == subject.told:
                found[subject] = unwrapped
        return True
