"""How many bytes are kept for ever: the tables from which nothing is removed by docs/kept.md, indexes and all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from shared.settings import Settings

KEPT = Path(__file__).resolve().parents[2] / "docs/kept.md"
_ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \|[^|]+\| (kept|swept):", re.MULTILINE)
# without the maps of free space and of what all see, whose smallest size is that of thousands of rows
_SIZES = """
    select table_of.relname, sum(pg_relation_size(part.oid))
    from pg_class as table_of join pg_class as part on part.oid = table_of.oid
        or part.oid in (select indexrelid from pg_index where indrelid in (table_of.oid, table_of.reltoastrelid))
        or part.oid = nullif(table_of.reltoastrelid, 0)
    where table_of.oid = any (%(names)s::regclass[]) group by 1
"""


def kept_tables(service: str) -> list[str]:
    """A service's tables from which nothing is removed; what a demonstration alone keeps is not counted."""
    rows = _ROW.findall(KEPT.read_text(encoding="utf-8"))
    every = [table for table, of, fate in rows if fate == "kept" and ("all" in of or service in of.split(", "))]
    return [table for table in every if table != "demo_mailbox"]


def vacuum(settings: Settings, service: str, tables: Iterable[str]) -> None:
    """As the server does by itself now and then: room that rows of before took is there for others."""
    _as_owner(settings, service, [f"vacuum {table}" for table in tables])


def weigh(settings: Settings, service: str, tables: Iterable[str]) -> dict[str, int]:
    """Bytes by table, with its indexes and what lies beside it, after a vacuum."""
    names = list(tables)
    vacuum(settings, service, names)
    return _as_owner(settings, service, [], names)


def _as_owner(
    settings: Settings, service: str, statements: list[str], names: list[str] | None = None
) -> dict[str, int]:
    url = settings.service(service).owner_database_url
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for each in statements:
            connection.exec_driver_sql(each)
        if names is None:
            return {}
        return {name: int(size) for name, size in connection.exec_driver_sql(_SIZES, {"names": names})}
