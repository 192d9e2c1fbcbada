"""Who may do what with the tables that the log is in."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from shared.contracts.contract import Contract
from tests.integration.audit.broken_log import TABLES as LOG_TABLES
from tests.integration.audit.support import NOW, World, do_as, listed, sent
from tests.support.builders.events import routing_rules_changed

A_COLUMN = {
    "log_entries": "type = 'x'", "log_about": "subject_id = gen_random_uuid()", "log_nodes": "hash = hash",
    "log_checkpoints": "note = 'x'", "log_openings": "name = 'x'", "log_keys": "vkey = 'x'",
    "shown_sets": "records = records", "log_unit_sets": "units = units",
}  # fmt: skip


def of_every_kind() -> list[Contract]:
    """Events that leave something in every table: more consents than an entry's row has room for, and long rules."""
    rules = routing_rules_changed(occurred_at=NOW)
    return [sent(uuid4(), [uuid4() for _ in range(3)]), listed(uuid4(), [uuid4()]), rules]


@pytest.mark.parametrize("table", LOG_TABLES)
@pytest.mark.parametrize("who", ["log", "app", "owner"])
@pytest.mark.holds("numbers-never-change")
def test_nobody_changes_or_removes_what_is_in_the_log(world: World, who: str, table: str) -> None:
    """The log's role has no right to, the application's neither, and the owner meets the triggers."""
    world.hear(*of_every_kind())
    if table == "log_nodes":
        # the first that is stored is the one over 256 leaves
        world.hear_together(*[sent(uuid4(), []) for _ in range(256)])
    world.sequencer.run()
    audit = world.settings.service("audit")
    url = {"log": world.settings.audit_log_database_url, "app": audit.database_url, "owner": audit.owner_database_url}
    for statement in (f"update {table} set {A_COLUMN[table]}", f"delete from {table}", f"truncate {table}"):
        if who == "owner":
            # forced row-level security hides rows from the owner too, who may take it off
            statement = f"alter table {table} no force row level security; {statement}"
        with pytest.raises(DBAPIError) as refused:
            do_as(url[who], statement)
        assert getattr(refused.value.orig, "sqlstate", "") == "42501", statement


def test_the_application_cannot_write_to_the_log(world: World) -> None:
    """The role that serves requests may queue entries, and has no way into the log itself."""
    with pytest.raises(DBAPIError) as refused:
        do_as(world.settings.service("audit").database_url, "insert into log_keys (vkey) values ('x')")
    assert getattr(refused.value.orig, "sqlstate", "") == "42501"


def test_only_auditors_read_the_log(world: World) -> None:
    """Row-level security: without a reviewer's request the application's role sees no entry, index or opening."""
    world.hear(*of_every_kind())
    world.sequencer.run()
    for table in ("log_entries", "log_about", "log_openings", "shown_sets", "log_unit_sets"):
        assert world.as_role("", f"select count(*) from {table}") == [(0,)]
        assert world.as_role("adviser", f"select count(*) from {table}") == [(0,)]
        assert world.as_role("auditor", f"select count(*) from {table}")[0][0] > 0


def test_a_checkpoint_gives_way_to_a_newer_one_and_to_nothing_else(world: World) -> None:
    """Of one day's checkpoints over the same 256 entries the newest stays; nobody takes the newest of any day."""
    owner = world.settings.service("audit").owner_database_url
    for _ in range(2):
        for _ in range(3):
            world.hear(sent(uuid4(), []))
            world.sequencer.run()
        world.clock.advance(timedelta(days=1))
    days = (
        "select date_trunc('day', signed_at, 'UTC'), (size - 1) / 256, count(*), max(size) from log_checkpoints "
        "group by 1, 2 order by 1, 2"
    )
    *_, before, last = world.rows(days)
    assert before[2] <= 2
    assert last[2] <= 2
    for newest in (before[3], last[3]):
        with pytest.raises(DBAPIError) as refused:
            do_as(world.settings.audit_log_database_url, f"delete from log_checkpoints where size = {newest}")
        assert getattr(refused.value.orig, "sqlstate", "") == "42501"
        with pytest.raises(DBAPIError):
            do_as(owner, f"delete from log_checkpoints where size = {newest}")
    # what is superseded may go, and goes with the next entry
    do_as(world.settings.audit_log_database_url, f"delete from log_checkpoints where size = {last[3] - 1}")
    assert world.rows("select count(*) from log_checkpoints where size = :size", size=last[3] - 1) == [(0,)]
