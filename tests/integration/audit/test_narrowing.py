"""A log that lies as it did before migration 0019, each thing in a row of its own, is the same log afterwards."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from services.audit.adapters.beside_entries import ABOUT, OPENINGS, UNITS
from shared.settings import Settings
from shared.storage.migrations import migrate
from tests.integration.audit.support import NOW, World, do_as, given, listed, looked, sent
from tests.support.builders.events import routing_rules_changed, signed_in
from tests.support.infrastructure import Infrastructure, new_installation

BESIDE = {
    "entries": f"select index, event_id, type, occurred_at, recorded_at, {UNITS}, leaf_hash, leaf, shown "
    "from log_entries order by index",
    "about": f"select subject_id, entry_index from {ABOUT} order by 1, 2",
    "openings": f"select entry_index, name, event_id, sealed from {OPENINGS} order by 1, 2",
}
# as they were
WIDE = {
    "log_entries": (
        "index, event_id, type, occurred_at, recorded_at, units, leaf_hash, leaf, shown",
        BESIDE["entries"],
    ),
    "log_about": ("subject_id, entry_index", BESIDE["about"]),
    "log_openings": (
        "entry_index, name, event_id, sealed",
        f"""select entry_index, name, coalesce(openings.event_id, log_entries.event_id), sealed
        from {OPENINGS} join log_entries on index = entry_index""",
    ),
    "subject_keys": ("key_id, pseudonym, wrapped, told", "select key_id, pseudonym, wrapped, told from subject_keys"),
}


@pytest.fixture
def told(world: World) -> World:
    """What names nobody and no unit, what is about many, what is committed to besides a name, who was refused."""
    referral = uuid4()
    consents = [uuid4() for _ in range(6)]
    rules = routing_rules_changed(occurred_at=NOW)
    world.hear(
        given(consents[0], referral), sent(referral, consents), looked(referral, consents[:2]), rules,
        looked(referral, [], "refused", "cilla"), listed(referral, consents),
        signed_in(occurred_at=NOW + timedelta(hours=1)),
    )  # fmt: skip
    world.sequencer.run()
    return world


def superuser(infrastructure: Infrastructure, settings: Settings) -> Engine:
    """Whom no row-level security hides anything from."""
    name = make_url(settings.service("audit").database_url).database
    return create_engine(make_url(infrastructure.postgres_url).set(database=name), poolclass=NullPool)


def test_it_says_the_same_afterwards(told: World, infrastructure: Infrastructure) -> None:
    """Entries, what each is about, and what opens its commitments; each where it now lies, and as hard to change."""
    with superuser(infrastructure, told.settings).connect() as connection:
        before = {name: connection.execute(text(query)).all() for name, query in BESIDE.items()}
        wide = {table: connection.execute(text(query)).all() for table, (_, query) in WIDE.items()}
    assert min(map(len, wide.values()))
    with new_installation(infrastructure) as made:
        settings = made.settings()
        owner = settings.service("audit").owner_database_url
        migrate("audit", owner, "0018")
        server = superuser(infrastructure, settings)
        with server.begin() as connection:
            for table, (columns, _) in WIDE.items():
                places = ", ".join(f":c{place}" for place in range(columns.count(",") + 1))
                rows = [{f"c{place}": value for place, value in enumerate(row)} for row in wide[table]]
                connection.execute(text(f"insert into {table} ({columns}) values ({places})"), rows)
        migrate("audit", owner)
        with server.connect() as connection:
            assert {name: connection.execute(text(query)).all() for name, query in BESIDE.items()} == before
            assert connection.execute(text("select distinct name from log_openings")).all() == [("rules",)]
            beyond = connection.execute(text("select count(*) from log_about group by entry_index")).scalars().all()
            assert beyond == [len(["the referral", "its number", *range(6)]) - 4]
        refused = "update log_entries set type = 'x'", "delete from log_about", "truncate log_entries"
        for statement in refused:
            with pytest.raises(DBAPIError, match="append-only"):
                do_as(owner, statement)
