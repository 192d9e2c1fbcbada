"""Makes columns, index and tree beside the leaves anew, as the tables' owner: a slice is one transaction.

Triggers are taken off and put on again in that transaction: nobody finds them off. That keeps the sequencer waiting for
as long as the slice takes, and no reader: row-level security has a policy for the owner, and stays on.
Nothing that a leaf, a checkpoint or an opening says is ever written: those are what it is made anew from, or cannot be.
A leaf that an index has to look into, and that lies packed, is laid there as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, text

from services.audit.domain.beside import Columns
from services.audit.domain.index_differences import Difference

_OFF = (
    "alter table log_entries disable trigger append_only",
    "alter table log_about disable trigger append_only",
    "alter table log_nodes disable trigger append_only",
)
_ON = (
    "alter table log_entries enable trigger append_only",
    "alter table log_about enable trigger append_only",
    "alter table log_nodes enable trigger append_only",
)
_COLUMNS = text("""
    update log_entries set event_id = given.event_id, type = given.type, occurred_at = given.occurred_at,
        recorded_at = given.recorded_at, shown = given.shown, leaf_hash = decode(given.leaf_hash, 'hex'),
        unit_set = case given.units when '{}' then 0
            else (select number from log_unit_sets where log_unit_sets.units = given.units) end
    from json_to_recordset(cast(:rows as json)) as given (index bigint, event_id uuid, type text,
        occurred_at timestamptz, recorded_at timestamptz, units uuid[], shown uuid, leaf_hash text)
    where log_entries.index = given.index
""")
_UNIT_SETS = text("""
    insert into log_unit_sets (units)
    select units from json_to_recordset(cast(:rows as json)) as given (units uuid[])
    where units <> '{}' on conflict do nothing
""")
_ABOUT = text("""
    update log_entries set about_1 = ids[1], about_2 = ids[2], about_3 = ids[3], about_4 = ids[4]
    from json_to_recordset(cast(:rows as json)) as given (entry_index bigint, ids uuid[])
    where index = entry_index
""")
_TAKE_OUT = text("""
    delete from log_about using json_to_recordset(cast(:rows as json)) as given (entry_index bigint)
    where log_about.entry_index = given.entry_index
""")
_PUT_IN = text("""
    insert into log_about (entry_index, subject_id)
    select entry_index, subject_id
    from json_to_recordset(cast(:rows as json)) as given (entry_index bigint, ids uuid[]),
        unnest(ids) with ordinality as each (subject_id, place)
    where place > 4
""")
_NODES = text("""
    insert into log_nodes (level, index, hash)
    select level, index, decode(hash, 'hex') from json_to_recordset(cast(:rows as json))
        as given (level smallint, index bigint, hash text)
    on conflict (level, index) do update set hash = excluded.hash
""")
_LAID_BARE = text("""
    update log_entries set leaf = decode(given.leaf, 'hex')
    from json_to_recordset(cast(:rows as json)) as given (index bigint, leaf text)
    where log_entries.index = given.index
""")
_NO_NODES = text("""
    delete from log_nodes using json_to_recordset(cast(:rows as json)) as given (level smallint, index bigint)
    where (log_nodes.level, log_nodes.index) = (given.level, given.index)
""")
_BEYOND = text("""
    delete from log_about
    where entry_index < 0 or entry_index >= (select coalesce(max(size), 0) from log_checkpoints)
""")


class OwnersIndex:
    """The index, with the rights of the tables' owner."""

    def __init__(self, owner: Engine) -> None:
        self._owner = owner

    def write(self, found: Difference) -> None:
        """Put one slice right."""
        with self._owner.begin() as connection:
            _run(connection, _OFF)
            rows = json.dumps([_row(*each) for each in found.columns])
            about = json.dumps([{"entry_index": index, "ids": list(map(str, ids))} for index, ids in found.about])
            connection.execute(_UNIT_SETS, {"rows": rows})
            connection.execute(_COLUMNS, {"rows": rows})
            bare = [{"index": index, "leaf": leaf.hex()} for index, leaf in found.laid_bare]
            connection.execute(_LAID_BARE, {"rows": json.dumps(bare)})
            for statement in (_TAKE_OUT, _ABOUT, _PUT_IN):
                connection.execute(statement, {"rows": about})
            connection.execute(_NO_NODES, {"rows": _nodes(found, there=False)})
            connection.execute(_NODES, {"rows": _nodes(found, there=True)})
            _run(connection, _ON)

    def clear_beyond(self) -> int:
        """Take out rows that name entries which nobody has signed for; how many."""
        with self._owner.begin() as connection:
            _run(connection, _OFF)
            gone = connection.execute(_BEYOND).rowcount
            _run(connection, _ON)
        return gone


def _run(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(text(statement))


def _nodes(found: Difference, *, there: bool) -> str:
    return json.dumps(
        [
            {"level": level, "index": index, "hash": value.hex() if value is not None else None}
            for (level, index), value in found.nodes.items()
            if (value is not None) is there
        ]
    )


def _row(index: int, columns: Columns, hashed: bytes) -> dict[str, object]:
    return {
        "index": index,
        "event_id": str(columns.event_id),
        "type": columns.type,
        "occurred_at": columns.occurred_at.isoformat(),
        "recorded_at": columns.recorded_at.isoformat(),
        "units": [str(each) for each in columns.units],
        "shown": str(columns.shown) if columns.shown is not None else None,
        "leaf_hash": hashed.hex(),
    }
