"""The queue in front of the log: one insert for what has come together."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.opening_keys import USER, OpeningKeys, Subject, SubjectKey
from services.audit.adapters.openings import reference, seal
from services.audit.domain.happenings import Happening
from services.audit.domain.make_leaf import agent_of, completed
from services.audit.domain.mandate import follows_the_user
from services.audit.domain.refusals import EntryCannotBe
from services.audit.log.entry import LeafIsWrong, commitment, leaf_bytes, new_salt
from services.audit.log.shown_set import folded
from shared.storage.bell import Bell
from shared.storage.driver import ask, run

BELL = Bell("pending_entries")
"""Rung for the sequencer."""

# all of them in one value: the driver takes longer to write an array than to send it
_ADD = BELL.rung_by("""
    insert into pending_entries (event_id, source, sequence, members, openings, about, units)
    select event_id, source, sequence, members, openings, about, units
    from json_to_recordset($1::json) as happened (place int, event_id uuid, source text, sequence bigint,
        members text, openings text, about uuid[], units uuid[])
    order by place
""")
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

    def __init__(self, connection: Connection, keys: OpeningKeys) -> None:
        self._connection = connection
        self._keys = keys
        self.waits = False
        """Whether something was put in it in this transaction."""

    def add(self, *happenings: Happening) -> None:
        """Put happenings in the queue: commitments in the members, salts and values sealed beside them.

        Raises EntryCannotBe now rather than let the sequencer stumble over it.
        """
        if happenings:
            self.waits = True
            subjects = {_told_of(name, each) for each in happenings for name in each.erasable}
            keys = self._keys.sealing(self._connection, subjects)
            rows = [self._row(place, happening, keys) for place, happening in enumerate(happenings)]
            run(self._connection, (_ADD, (json.dumps(rows, ensure_ascii=False),)))

    def _row(self, place: int, happening: Happening, keys: Mapping[Subject, SubjectKey]) -> dict[str, object]:
        user = happening.erasable.get(USER)
        agent = agent_of(happening.members["type"], None if user is None else user["issuer"])
        members = {**happening.members, "agent": agent}
        openings: dict[str, str] = {}
        units = self._units(happening)
        try:
            for name, value in happening.erasable.items():
                salt, sealed = _opening(happening.event_id, name, value, keys[_told_of(name, happening)])
                members.setdefault("commitments", {})[name] = commitment(name, value, salt)
                openings[name] = base64.b64encode(sealed).decode()
            leaf_bytes(folded(completed(members, units))[0], _SOME_TIME)
        except (LeafIsWrong, ValueError) as wrong:
            raise EntryCannotBe(type(wrong).__name__) from None
        return {
            "place": place,
            "event_id": str(happening.event_id),
            "source": happening.source,
            "sequence": happening.sequence,
            "members": json.dumps(members, ensure_ascii=False, separators=(",", ":")),
            "openings": json.dumps(openings),
            "about": [str(each) for each in happening.about],
            "units": [str(each) for each in units],
        }

    def _units(self, happening: Happening) -> Sequence[UUID]:
        user = happening.erasable.get(USER)
        if user is None or not follows_the_user(happening.members["type"]):
            return happening.units
        asked = (user["issuer"], user["subject"], happening.members["occurred_at"])
        return [row[0] for row in ask(self._connection, _UNITS_OF, asked)]


def _told_of(name: str, happening: Happening) -> Subject:
    """Whom or what a value tells of: under their key it is sealed."""
    if name == USER:
        value = happening.erasable[name]
        return Subject.of({USER: value}, told=value)
    # rules tell of a municipality's routing, and of nobody
    return Subject.of({"municipality": str(happening.members["data"].get("municipality_code", ""))})


def _opening(event_id: UUID, name: str, value: Any, key: SubjectKey) -> tuple[bytes, bytes]:
    """The salt, and what opens the commitment later. A person's own name is with the key, once for all entries."""
    if key.told is not None:
        return key.salt_for(event_id, name), reference(key.key.id)
    salt = new_salt()
    return salt, seal(key.key, event_id, name, salt, value)
