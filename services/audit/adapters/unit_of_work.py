"""Audit's transaction: the queue, the announcements and the staff copy, in one COMMIT."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from services.audit.adapters.alarms import Alarms
from services.audit.adapters.assignments import KnownAssignments
from services.audit.adapters.claims import Claims
from services.audit.adapters.opening_keys import OpeningKeys
from services.audit.adapters.openings import Unseal
from services.audit.adapters.pending_entries import PendingEntries
from services.audit.adapters.sequences import Sequences
from services.audit.adapters.tallies import Tallies
from services.audit.adapters.verification_memory import VerificationMemory
from services.audit.adapters.verification_store import VerificationStore
from services.audit.domain.own_access import happening_of
from shared.access.access import Access
from shared.kernel.identity import UnitId
from shared.storage.encryption import DataKey
from shared.storage.unit_of_work import UnitOfWork


class AuditUnitOfWork(UnitOfWork):
    """A transaction of the application's role; it can put entries in the queue, and read, but not write the log."""

    def __init__(
        self,
        engine: Engine,
        *,
        keys: OpeningKeys,
        verifying: DataKey,
        unseal: Unseal,
        known: dict[UUID, tuple[UnitId, str]],
        source: str,
        **given: Any,
    ) -> None:
        super().__init__(engine, **given)
        self._keys = keys
        self._unseal = unseal
        self._verifying = verifying
        self._known = known
        self._source = source

    @cached_property
    def pending(self) -> PendingEntries:
        """The queue in front of the log."""
        return PendingEntries(self.connection, self._keys)

    def keep_access(self, access: Access) -> None:
        """Put it in the queue, by this transaction: what is shown or tried here is an entry too."""
        self.pending.add(happening_of(access, self._source, self.correlation_id))

    @property
    def has_looked(self) -> bool:
        """The record of a look is an entry, and waits in the queue."""
        return "pending" in self.__dict__ and self.pending.waits

    @cached_property
    def sequences(self) -> Sequences:
        """Announcements."""
        return Sequences(self.connection)

    @cached_property
    def alarms(self) -> Alarms:
        """What stands open."""
        return Alarms(self.connection)

    @cached_property
    def assignments(self) -> KnownAssignments:
        """Who acts for which unit."""
        return KnownAssignments(self.connection, self._known)

    @cached_property
    def verification(self) -> VerificationStore:
        """What the verification reads."""
        return VerificationStore(self.connection, self._unseal)

    @cached_property
    def remembered(self) -> VerificationMemory:
        """How far it has come."""
        return VerificationMemory(self.connection, self._verifying)

    @cached_property
    def claims(self) -> Claims:
        """What is noted by others' word, beside what the log says."""
        return Claims(self.connection)

    @cached_property
    def tallies(self) -> Tallies:
        """What services say that they told in an hour, and the same counted from the log."""
        return Tallies(self.connection, self._unseal)
