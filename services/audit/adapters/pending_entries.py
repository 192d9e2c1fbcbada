"""The queue in front of the log: one insert for each happening."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.openings import seal
from services.audit.domain.happening import Happening
from services.audit.domain.mandate import follows_the_user
from services.audit.domain.refusals import EntryCannotBe
from services.audit.log.entry import LeafIsWrong, commitment, leaf_bytes, new_salt
from shared.storage.encryption import DataKey
from shared.storage.plainly import ask, run

# all of them in one value: the driver takes longer to write an array than to send it
_ADD = """
    insert into pending_entries (event_id, source, sequence, members, openings, about, units)
    select event_id, source, sequence, members, openings, about, units
    from json_to_recordset($1::json) as happened (place int, event_id uuid, source text, sequence bigint,
        members text, openings text, about uuid[], units uuid[])
    order by place
"""
# where somebody worked when they signed in: that decides whose reviewers see it
_UNITS_OF = """
    select distinct unit_id from known_assignments
    where issuer = $1 and subject = $2 and valid_from <= $3 and (valid_to is null or valid_to > $3)
        and (ended_at is null or ended_at > $3)
    order by unit_id
"""
# every recording time is written equally long, so any will do to try whether the leaf fits
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


class PendingEntries:
    """The queue, in one transaction."""

    def __init__(self, connection: Connection, key: DataKey) -> None:
        self._connection = connection
        self._key = key

    def add(self, *happenings: Happening) -> None:
        """Put happenings in the queue: commitments in the members, salts and values sealed beside them.

        Raises EntryCannotBe now rather than let the sequencer stumble over it.
        """
        if happenings:
            rows = [self._row(place, happening) for place, happening in enumerate(happenings)]
            run(self._connection, (_ADD, (json.dumps(rows, ensure_ascii=False),)))

    def _row(self, place: int, happening: Happening) -> dict[str, object]:
        members = dict(happening.members)
        openings: dict[str, str] = {}
        try:
            for name, value in happening.erasable.items():
                salt = new_salt()
                members.setdefault("commitments", {})[name] = commitment(name, value, salt)
                sealed = seal(self._key, happening.event_id, name, salt, value)
                openings[name] = base64.b64encode(sealed).decode()
            leaf_bytes(members, _SOME_TIME)
        except LeafIsWrong as wrong:
            raise EntryCannotBe(type(wrong).__name__) from None
        return {
            "place": place,
            "event_id": str(happening.event_id),
            "source": happening.source,
            "sequence": happening.sequence,
            "members": json.dumps(members, ensure_ascii=False, separators=(",", ":")),
            "openings": json.dumps(openings),
            "about": [str(each) for each in happening.about],
            "units": [str(each) for each in self._units(happening)],
        }

    def _units(self, happening: Happening) -> Sequence[UUID]:
        user = happening.erasable.get("user")
        if user is None or not follows_the_user(happening.members["type"]):
            return happening.units
        asked = (user["issuer"], user["subject"], happening.members["occurred_at"])
        return [row[0] for row in ask(self._connection, _UNITS_OF, asked)]
