"""What stands beside the entries, as tables for a query, wherever it lies (migration 0019).

The first four records that an entry is about, its units, and the key of its user are in its own row; the rest is in
tables of its own. The transaction must be allowed to read the log.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from services.audit.adapters.shown_sets import as_stored
from services.audit.log.shown_set import Shown
from shared.storage.driver import ask

PLACES = 4
USER = "user"

ABOUT = "({}) as about".format(
    " union all ".join(
        [
            *(
                f"select index as entry_index, about_{place} as subject_id from log_entries "  # noqa: S608 - our own names
                f"where about_{place} is not null"
                for place in range(1, PLACES + 1)
            ),
            "select entry_index, subject_id from log_about",
        ]
    )
)
"""A table of ``entry_index`` and ``subject_id``: entries by what they are about."""

NO_UNIT = UUID(int=0)
# a set that is not there is not taken for no units
UNITS = """
    case unit_set when 0 then '{}' else coalesce((select units from log_unit_sets where number = unit_set),
        array['00000000-0000-0000-0000-000000000000'::uuid]) end as units
"""
"""A column of ``log_entries``: the units that an entry is put down to."""
_SETS = """
    select number, null::uuid, null::int, units from log_unit_sets where number = any($1::int[])
    union all select null, key, records, ids from shown_sets where key = any($2::uuid[])
"""

# a key that is not there is nobody's, and opens nothing
OPENINGS = """(
    select entry_index, name, event_id, sealed from log_openings
    union all
    select index, 'user', null,
        '\\x02'::bytea || uuid_send(coalesce(key_id, '00000000-0000-0000-0000-000000000000'::uuid))
    from log_entries left join subject_keys on number = user_key where user_key is not null
) as openings"""
"""A table of ``entry_index``, ``name``, ``event_id`` and ``sealed``: what opens the entries' commitments.

``event_id``: which event it was sealed for, where that is said beside it; else it is the entry's own.
"""


def sets_beside(
    connection: Connection, numbers: Collection[int], keys: Collection[UUID]
) -> tuple[dict[int, tuple[UUID, ...]], dict[UUID, Shown]]:
    """The units behind numbers of ``unit_set``, as ``UNITS`` says, and the sets of what lists showed, by key.

    For a page, whose entries share a few of them.
    """
    wanted = set(numbers)
    stored = ask(connection, _SETS, (list(wanted), list(set(keys))))
    units = {**dict.fromkeys(wanted, (NO_UNIT,)), 0: ()}
    units |= {number: tuple(ids) for number, _, _, ids in stored if number is not None}
    return units, {key: as_stored(records, ids) for _, key, records, ids in stored if key is not None}
