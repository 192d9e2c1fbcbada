"""Writing over the version that was read, and no other: the second of two editors is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table, update

from shared.kernel.refusals import VersionHasMoved


def overwrite(connection: Connection, table: Table, row_id: UUID, row: Mapping[str, Any]) -> None:
    """Write a row whose ``version`` is one above the one in the table. Raises VersionHasMoved."""
    statement = update(table).where(table.c.id == row_id, table.c.version == row["version"] - 1).values(row)
    if connection.execute(statement).rowcount != 1:
        raise VersionHasMoved
