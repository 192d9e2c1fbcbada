"""Has the audit log name somebody no more, as the tables' owner."""

from __future__ import annotations

from dataclasses import dataclass

from services.audit import bootstrap
from services.audit.adapters.destroying_keys import destroy_keys_of, subject_of
from services.audit.adapters.pending_entries import PendingEntries
from services.audit.domain.own_access import happening_of, look
from shared.access.access import Access
from shared.access.record import record_access
from shared.kernel.actor import UserRef
from shared.kernel.clock import Clock
from shared.kernel.identity import uuid7
from shared.settings import Settings
from shared.storage.engine import make_engine


@dataclass(frozen=True)
class OwnersWork:
    """What recording an act needs, in a transaction of the tables' owner."""

    clock: Clock
    source: str
    pending: PendingEntries

    def keep_access(self, access: Access) -> None:
        """Put it in the queue."""
        self.pending.add(happening_of(access, self.source, uuid7()))


def erase_name(settings: Settings, user: UserRef, *, by: str) -> int:
    """Destroy the keys under which a user's name is sealed in the log; how many there were. Nothing tells it any more.

    The entries stay, and the log holds. That it was done, to which keys and by whom is an entry itself. ``by``: the
    operating system's user. It needs the rights of the tables' owner.
    """
    parts = bootstrap.for_bus(settings)
    parts.keys.begin()
    url = settings.service(bootstrap.SERVICE).owner_database_url
    owner = make_engine(url, pool_size=1, application_name="lotsa erasing")
    try:
        with owner.begin() as connection:
            ids = destroy_keys_of(connection, parts.keys, subject_of(user), parts.clock.now())
            if ids:
                work = OwnersWork(parts.clock, parts.source, PendingEntries(connection, parts.keys))
                erased = look("erase", "opening-key", ids, rule="operators-erase-a-name")
                record_access(erased, UserRef("operating-system", by), work)
        return len(ids)
    finally:
        owner.dispose()
        parts.engine.dispose()
