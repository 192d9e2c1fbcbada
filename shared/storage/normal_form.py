"""Texts that were kept before every door composed them: brought into Unicode's NFC where they lie as plain columns.

What is sealed stays as it was typed; nothing searches it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text


def compose(operations: Any, columns: Mapping[str, Sequence[str]]) -> None:
    """Within a migration (``operations`` is Alembic's ``op``): compose these columns of these tables.

    The owner does it whatever the row-level policies say, which is put back as it was.
    """
    for table, names in columns.items():
        forced = operations.get_bind().execute(
            text("select relforcerowsecurity from pg_class where oid = cast(:table as regclass)"), {"table": table}
        )
        # a table that forces its policies forces them on its owner too
        force = bool(forced.scalar_one())
        if force:
            operations.execute(f"alter table {table} no force row level security")
        # names of tables and columns are the migration's own constants
        new = ", ".join(f"{name} = normalize({name}, nfc)" for name in names)
        apart = " or ".join(f"{name} is not nfc normalized" for name in names)
        operations.execute(f"update {table} set {new} where {apart}")  # noqa: S608
        if force:
            operations.execute(f"alter table {table} force row level security")
