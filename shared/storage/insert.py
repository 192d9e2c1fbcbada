"""Rows in plain INSERTs: the road that every sending takes, kept short.

Building and compiling statements costs more than running them here, and so does each trip to the server and back: the
texts are made once for a shape of rows, and the driver prepares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import Connection, Table

from shared.storage.driver import run

Rows = Sequence[Mapping[str, Any]]
Shape = tuple[str, tuple[str, ...], int]


def insert_together(connection: Connection, *batches: tuple[Table, Rows]) -> None:
    """Insert rows into several tables; each table's rows all have the same columns.

    The first table's go by themselves, the others' in one statement: row policies and foreign keys look the first one's
    up, and a statement does not see what it itself has written. Raises SQLAlchemy's errors.
    """
    filled = [(table, rows) for table, rows in batches if rows]
    run(connection, *(_insert(group) for group in (filled[:1], filled[1:]) if group))


def _insert(batches: Sequence[tuple[Table, Rows]]) -> tuple[bytes, list[Any]]:
    shapes: tuple[Shape, ...] = tuple((table.name, tuple(rows[0]), len(rows)) for table, rows in batches)
    return _statement(shapes), [value for _, rows in batches for row in rows for value in _values(row, rows[0])]


def _values(row: Mapping[str, Any], columns: Mapping[str, Any]) -> list[Any]:
    return [row[column] for column in columns]


@cache
def _statement(shapes: tuple[Shape, ...]) -> bytes:
    places = count(1)
    *before, last = [_text(shape, places) for shape in shapes]
    named = ", ".join(f"rows_{number} AS ({text})" for number, text in enumerate(before))
    return (f"WITH {named} {last}" if named else last).encode()


def _text(shape: Shape, places: Iterator[int]) -> str:
    table, columns, rows = shape
    values = [f"({', '.join(f'${next(places)}' for _ in columns)})" for _ in range(rows)]
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join(values)}"  # noqa: S608 - our own names
