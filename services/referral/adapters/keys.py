"""Data keys: one per referral, subject and scope (a *part*), wrapped by the service's master key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from services.referral.adapters.tables import data_keys
from services.referral.domain.content import Part
from shared.kernel.identity import ReferralId
from shared.observability.logs import logger
from shared.storage.encryption import DataKey, Unreadable
from shared.storage.insert import insert_together
from shared.storage.master_keys import MasterKeys

_log = logger("referral.keys")

IDENTITY_INDEX = "identity-number"


@dataclass(frozen=True)
class Found:
    """Keys by referral and part, and those that are there and cannot be unwrapped: a master key is missing, or bytes
    have changed."""

    keys: Mapping[tuple[ReferralId, Part], DataKey]
    unreadable: frozenset[tuple[ReferralId, Part]]


class Keys:
    """The keys of referrals. A sealed or destroyed key is never handed out."""

    def __init__(self, connection: Connection, master: MasterKeys) -> None:
        self._connection = connection
        self._master = master

    def make(
        self, referral_id: ReferralId, parts: Collection[Part], at: datetime
    ) -> tuple[dict[Part, DataKey], list[dict[str, Any]]]:
        """New keys for these parts of a referral, and the rows that the caller is to keep them in."""
        made = {part: self._master.new_data_key() for part in parts}
        rows = [
            {"id": key.id, "referral_id": referral_id, "part": part.value, "wrapped": wrapped, "created_at": at}
            for part, (key, wrapped) in made.items()
        ]
        return {part: key for part, (key, _) in made.items()}, rows

    def of(self, referral_ids: Collection[UUID], parts: Collection[Part]) -> Found:
        """The keys of these parts that are neither sealed nor destroyed."""
        query = select(data_keys.c.id, data_keys.c.referral_id, data_keys.c.part, data_keys.c.wrapped).where(
            data_keys.c.referral_id.in_(referral_ids),
            data_keys.c.part.in_([part.value for part in parts]),
            data_keys.c.sealed_at.is_(None),
            data_keys.c.destroyed_at.is_(None),
        )
        keys: dict[tuple[ReferralId, Part], DataKey] = {}
        unreadable: set[tuple[ReferralId, Part]] = set()
        for row in self._connection.execute(query):
            place = (ReferralId(row.referral_id), Part(row.part))
            try:
                keys[place] = self._master.unwrap(row.id, row.wrapped)
            except Unreadable:
                unreadable.add(place)
                _log.error("unreadable", table="data_keys", row=str(row.id))
        return Found(keys, frozenset(unreadable))

    def for_writing(self, referral_id: ReferralId, part: Part, at: datetime) -> DataKey:
        """A part's key, made when it is first needed; a sealed part may still be added to, though not read.

        Raises Unreadable when it is there and cannot be unwrapped.
        """
        query = select(data_keys.c.id, data_keys.c.wrapped).where(
            data_keys.c.referral_id == referral_id, data_keys.c.part == part.value, data_keys.c.destroyed_at.is_(None)
        )
        row = self._connection.execute(query).first()
        if row:
            try:
                return self._master.unwrap(row.id, row.wrapped)
            except Unreadable:
                _log.error("unreadable", table="data_keys", row=str(row.id))
                raise
        keys, kept = self.make(referral_id, [part], at)
        insert_together(self._connection, (data_keys, kept))
        return keys[part]

    def seal(self, referral_id: ReferralId, parts: Collection[Part], at: datetime) -> None:
        """Mark keys as sealed: kept, for the law's time, but handed out to nobody."""
        self._mark(referral_id, parts, {"sealed_at": func.coalesce(data_keys.c.sealed_at, at)})

    def destroy(self, referral_id: ReferralId, parts: Collection[Part], at: datetime) -> None:
        """Destroy keys: what they sealed is unreadable for ever, in backups too once their master key is gone."""
        self._mark(referral_id, parts, {"wrapped": None, "destroyed_at": at})

    def identity_index(self, identity_number: str) -> bytes:
        """The blind index of an identity number: found again by an equal one, read by nobody."""
        return self._master.fingerprint(IDENTITY_INDEX, identity_number)

    def _mark(self, referral_id: ReferralId, parts: Collection[Part], values: Mapping[str, Any]) -> None:
        names = [part.value for part in parts]
        self._connection.execute(
            update(data_keys)
            .where(data_keys.c.referral_id == referral_id, data_keys.c.part.in_(names))
            .values(**values)
        )
