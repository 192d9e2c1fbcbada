"""Several rows in one plain INSERT: the road that every sending takes, kept short.

Building and compiling statements costs more than running them here; this text is made once for a table and row count,
and the driver prepares it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same columns; no rows, no statement."""
    if not rows:
        return
    columns = tuple(rows[0])
    values = tuple(row[column] for row in rows for column in columns)
    connection.exec_driver_sql(_statement(table.name, columns, len(rows)), values)


@cache
def _statement(table: str, columns: tuple[str, ...], count: int) -> str:
    places = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([places] * count)}"  # noqa: S608 - our own names
