"""What a database is asked meanwhile, by whichever road: through SQLAlchemy, or by the driver's own statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from shared.storage.driver import driver_of


@dataclass(frozen=True)
class Question:
    """A statement with its values, as a cursor of this kind takes them."""

    statement: str
    values: Any
    cursor: type[psycopg.Cursor[Any]]


@contextmanager
def asked_meanwhile() -> Iterator[list[Question]]:
    """Every question that this process asks meanwhile."""
    found: list[Question] = []
    carry_out = psycopg.Cursor.execute

    def noting(cursor: psycopg.Cursor[Any], query: Any, params: Any = None, **how: Any) -> Any:
        statement = query.decode() if isinstance(query, bytes) else str(query)
        if statement.lstrip().lower().startswith(("select", "with")):
            found.append(Question(statement, params, type(cursor)))
        return carry_out(cursor, query, params, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noting)
        yield found


def plans_of(engine: Engine, asked: Sequence[Question], *, by_index: bool = False) -> list[str]:
    """How the database goes about each, asked as a reviewer; ``by_index``: where it need not read all of a table."""
    plans = []
    with engine.connect() as connection:
        connection.execute(text("select set_config('lotsa.role', 'auditor', true)"))
        if by_index:
            connection.execute(text("set local enable_seqscan = off"))
        for each in asked:
            with each.cursor(driver_of(connection)) as cursor:
                rows = cursor.execute(f"explain {each.statement}", each.values).fetchall()  # type: ignore[arg-type]
            plans.append("\n".join(row[0] for row in rows))
    return plans
