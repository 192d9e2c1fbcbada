"""Writing a new row once, and over the version that was read and no other: whoever comes second is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, update
from sqlalchemy.dialects.postgresql import insert

from services.directory.domain.refusals import AlreadyRegistered
from shared.kernel.refusals import VersionHasMoved


def write_new(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Write a new row. Raises AlreadyRegistered when its id was taken meanwhile: two clicks on one button."""
    statement = insert(table).values(row).on_conflict_do_nothing(index_elements=[table.c.id])
    if connection.execute(statement.returning(table.c.id)).first() is None:
        raise AlreadyRegistered


def overwrite(connection: Connection, table: Table, row_id: UUID, row: Mapping[str, Any]) -> None:
    """Write a row whose ``version`` is one above the one in the table. Raises VersionHasMoved."""
    statement = update(table).where(table.c.id == row_id, table.c.version == row["version"] - 1).values(row)
    if connection.execute(statement).rowcount != 1:
        raise VersionHasMoved
