"""Every table is said to be swept, by what, or to be kept, and why: docs/kept.md against the databases themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from operations.install.installation import Installation
from services.audit import bootstrap as audit
from services.audit.service import Audit
from services.directory import bootstrap as directory
from services.directory.service import Directory
from services.notifications import bootstrap as notifications
from services.notifications.service import Notifications
from services.referral import bootstrap as referral
from services.referral.service import Referral
from shared.settings import SERVICES
from shared.storage.engine import make_engine
from shared.storage.migrations import migrate

ROOT = Path(__file__).resolve().parents[3]
ROW = re.compile(r"^\| `(\w+)` \| ([a-z, ]+) \| [^|]+ \| (swept|kept): ([^|]+) \|$", re.MULTILINE)
BY = re.compile(r"`(sweep|relay)`|the work itself")
DELETES = re.compile(r"delete\s+from\s+(\w+)", re.IGNORECASE)
SWEEPERS: dict[str, Any] = {
    "referral": (referral, Referral),
    "directory": (directory, Directory),
    "notifications": (notifications, Notifications),
    "audit": (audit, Audit),
}


@dataclass(frozen=True)
class Said:
    """What the page says of one table."""

    services: frozenset[str]
    swept: bool
    how: str


def said() -> dict[str, Said]:
    """The page's table; every row of it is read, or the test of the page fails."""
    page = (ROOT / "docs/kept.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    found = {}
    for line in rows:
        match = ROW.match(line)
        assert match, f"a row that is not read: {line}"
        name, where, kind, how = match.groups()
        assert name not in found, f"{name} has two rows"
        services = frozenset(SERVICES if where == "all" else where.split(", "))
        found[name] = Said(services, kind == "swept", how)
    return found


@pytest.fixture(scope="module")
def migrated(installation: Installation) -> Installation:
    """All four databases as they are today."""
    for service in SERVICES:
        migrate(service, installation.settings().service(service).owner_database_url)
    return installation


@contextmanager
def owner_of(installation: Installation, service: str) -> Iterator[Engine]:
    """One service's database, as its owner."""
    engine = make_engine(installation.settings().service(service).owner_database_url, pool_size=1)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_has_its_row_and_no_row_is_of_nothing(migrated: Installation, service: str) -> None:
    """A new table is decided on when it is made."""
    with owner_of(migrated, service) as engine, engine.connect() as connection:
        there = set(connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars())
    assert there == {name for name, each in said().items() if service in each.services}


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_said_to_be_swept_is_deleted_from(migrated: Installation, service: str) -> None:
    """By its timer as it runs; or, where the relay or the work itself does it, by a statement of theirs."""
    bootstrap, timers = SWEEPERS[service]
    done: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        done.append(statement)

    parts = bootstrap.for_bus(migrated.settings())
    event.listen(parts.engine, "before_cursor_execute", note)
    try:
        timers(parts).sweep()
    finally:
        event.remove(parts.engine, "before_cursor_execute", note)
        parts.engine.dispose()
    by_timer = {table.lower() for statement in done for table in DELETES.findall(statement)}
    by_relay = _deleted_in(ROOT / "shared/messaging")
    by_work = _deleted_in(ROOT / "services" / service)
    means = {"sweep": by_timer, "relay": by_relay, "": by_work}
    for name, each in said().items():
        if service not in each.services or not each.swept:
            continue
        by = BY.search(each.how)
        assert by, f"{name}: by what?"
        assert name in means[by[1] or ""], f"{name} is not swept by {by[0]}"
    assert by_timer <= {name for name, each in said().items() if each.swept}


def _deleted_in(folder: Path) -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py") if "migrations" not in path.parts]
    return {table.lower() for source in sources for table in DELETES.findall(source)}
