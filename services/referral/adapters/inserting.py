"""Rows in plain INSERTs: the road that every sending takes, kept short.

Building and compiling statements costs more than running them here: the texts are made once for a table and row count,
and the driver prepares them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from shared.storage.plainly import run

Rows = Sequence[Mapping[str, Any]]


def insert_together(connection: Connection, *batches: tuple[Table, Rows]) -> None:
    """Insert rows into several tables, in this order; each table's rows all have the same columns.

    Raises SQLAlchemy's errors, as a statement of its own would.
    """
    run(connection, *(_insert(table, rows) for table, rows in batches if rows))


def _insert(table: Table, rows: Rows) -> tuple[bytes, list[Any]]:
    columns = tuple(rows[0])
    return _statement(table.name, columns, len(rows)), [row[column] for row in rows for column in columns]


@cache
def _statement(table: str, columns: tuple[str, ...], count: int) -> bytes:
    places = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([places] * count)}".encode()  # noqa: S608 - our own names
