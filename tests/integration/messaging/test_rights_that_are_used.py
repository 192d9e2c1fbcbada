"""No role may delete what no statement of the product deletes: whoever gets its password could else do it for us."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from shared.settings import SERVICES, Settings
from shared.storage.migrations import migrate
from tests.support.infrastructure import Infrastructure, new_installation

ROOT = Path(__file__).resolve().parents[3]
# as SQL, and as SQLAlchemy has it with a table's variable, which is the table's name but for these
DELETES = re.compile(r"\bdelete\s+from\s+([a-z_]+)|\bdelete\(([a-z_]+)\)", re.IGNORECASE)
NAMED_OTHERWISE: dict[str, str] = {}
AS_OWNER = ("index_repair.py",)
"""Commands with the tables' owner's password: what they delete, no process may."""


@pytest.fixture(scope="module")
def settings(infrastructure: Infrastructure) -> Iterator[Settings]:
    """All four databases, newly made."""
    with new_installation(infrastructure) as made:
        found = made.settings()
        for service in SERVICES:
            migrate(service, found.service(service).owner_database_url)
        yield found


def deleted_by(service: str) -> set[str]:
    """The tables from which a service's code, or that of all services, deletes."""
    found = set()
    for room in (ROOT / "services" / service, ROOT / "shared"):
        for file in room.rglob("*.py"):
            if "migrations" in file.parts or file.name in AS_OWNER:
                continue
            for in_sql, in_python in DELETES.findall(file.read_text()):
                name = (in_sql or in_python).lower()
                found.add(NAMED_OTHERWISE.get(name, name))
    return found


def may_delete(url: str) -> set[str]:
    """The tables from which whoever signs in there may delete rows."""
    engine = create_engine(url, poolclass=NullPool)
    query = (
        "select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace "
        "and has_table_privilege(oid, 'DELETE')"
    )
    with engine.connect() as connection:
        return set(connection.execute(text(query)).scalars())


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_may_delete_what_nobody_deletes(settings: Settings, service: str) -> None:
    """Every right to delete has a statement that needs it; a new one without is found here."""
    assert may_delete(settings.service(service).database_url) - deleted_by(service) == set()


def test_the_sequencer_may_delete_what_it_takes_and_no_more(settings: Settings) -> None:
    """The queue in front of the log, and checkpoints that have given way."""
    assert may_delete(settings.audit_log_database_url) == {"pending_entries", "log_checkpoints"}


def test_the_walk_sees_both_ways_of_deleting() -> None:
    """Else it would call used what is not, or find nothing."""
    assert {"drafts", "ended_sessions", "held_forms", "outbox"} <= deleted_by("referral")
    assert {"routing_rules", "service_at_locations", "living_sessions"} <= deleted_by("directory")
    assert "known_units" not in deleted_by("directory")
