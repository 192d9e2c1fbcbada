"""Rows in plain INSERTs, sent to the server together: the road that every sending takes, kept short.

Building and compiling statements costs more than running them here, and so does waiting for each answer: the texts are
made once for a table and row count, the driver prepares them, and one answer is awaited for all (libpq's pipelines).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

Rows = Sequence[Mapping[str, Any]]


def insert_together(connection: Connection, *batches: tuple[Table, Rows]) -> None:
    """Insert rows into several tables, in this order; each table's rows all have the same columns.

    Raises SQLAlchemy's errors, as a statement of its own would.
    """
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    try:
        with driver.pipeline(), driver.cursor() as cursor:
            for table, rows in batches:
                if rows:
                    columns = tuple(rows[0])
                    values = [row[column] for row in rows for column in columns]
                    cursor.execute(_statement(table.name, columns, len(rows)), values)
    except psycopg.Error as error:
        # the values are personal, sealed or not: they have no place in a message
        raise DBAPIError.instance(
            "INSERT", None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect
        ) from None


@cache
def _statement(table: str, columns: tuple[str, ...], count: int) -> bytes:
    places = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([places] * count)}".encode()  # noqa: S608 - our own names
