"""`lotsa rebuild-index`: what stands beside the entries is made anew from them, and from nothing that does not hold."""

from __future__ import annotations

import io
from collections.abc import Sequence
from uuid import uuid4

import pytest
from rich.console import Console
from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from operations.come_back.rebuild_index import rebuild_index
from operations.trouble import Trouble
from services.audit.adapters import index_repair
from services.audit.adapters.beside_entries import ABOUT, UNITS
from services.audit.domain import index_differences as command
from tests.integration.audit import broken_log
from tests.integration.audit.broken_log import as_owner, verify
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import World, do_as, leaves, sent

pytestmark = pytest.mark.usefixtures("a_log")
EVERYTHING_BESIDE = (
    "update log_entries set unit_set = 0, type = 'x', event_id = gen_random_uuid() where index in (1, 3, 4)",
    "update log_entries set leaf_hash = sha256('x'), occurred_at = now(), recorded_at = now() where index in (1, 3)",
    "update log_entries set about_1 = null where index in (0, 2)",
    "update log_unit_sets set units = array[gen_random_uuid()] where number in (select unit_set from log_entries)",
    "insert into log_about values (gen_random_uuid(), 1), (gen_random_uuid(), 5000), (gen_random_uuid(), -1)",
)


def rebuilt(world: World, reason: str = "differs") -> str:
    """What the operator is told."""
    said = io.StringIO()
    rebuild_index(world.settings, reason, Console(file=said, width=500))
    return said.getvalue()


def beside(world: World) -> list[object]:
    """All that stands beside the first six entries."""
    return [
        world.rows(f"select index, event_id, type, occurred_at, recorded_at, {UNITS}, leaf_hash, shown "
                   "from log_entries where index < 6 order by index"),
        world.rows(f"select entry_index, subject_id from {ABOUT} where entry_index < 6 order by 1, 2"),
        world.rows("select level, index, hash from log_nodes where (index + 1) * (2 ^ level) <= 6 order by 1, 2"),
    ]  # fmt: skip


@pytest.mark.parametrize("size", [256, 2, 1])
def test_it_is_as_it_was(world: World, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns, index and tree, whatever the slices; the log holds again, and says who did it and why."""
    monkeypatch.setattr(command, "SLICE", size)
    before = beside(world)
    as_owner(world, *EVERYTHING_BESIDE)
    assert verify(world).holds is False
    assert beside(world) != before
    said = rebuilt(world)
    assert "6 entries hold" in said
    assert beside(world) == before
    world.sequencer.run()
    assert verify(world).holds is True
    leaf = leaves(world)[-1]
    assert (leaf["action"], leaf["record_kind"], leaf["rule"]) == ("change", "log-index", "operators-rebuild-differs")


def test_the_owner_meets_the_triggers_afterwards_as_before(world: World) -> None:
    """They are off within its own transactions only."""
    as_owner(world, *EVERYTHING_BESIDE)
    rebuilt(world)
    off = "select count(*) from pg_trigger where tgname = 'append_only' and tgenabled = 'D'"
    assert world.as_role("", off) == [(0,)]
    bare = (
        "select relname from pg_class where relname in ('log_entries', 'log_about', 'log_unit_sets') "
        "and not relforcerowsecurity"
    )
    assert world.as_role("", bare) == []


@pytest.mark.parametrize(
    "deed",
    [
        "update log_entries set leaf = set_byte(leaf, 9, get_byte(leaf, 9) # 1) where index = 2",
        "delete from log_entries where index = 2",
        "delete from log_entries where index = 5",
        "update log_checkpoints set root = sha256('x') where size = 6",
    ],
    ids=["a leaf", "one is gone", "the last is gone", "the root"],
)
def test_nothing_is_made_from_leaves_that_do_not_hold(world: World, deed: str) -> None:
    """It would make what was falsified look right: the operator is told which entry, and nothing is changed."""
    as_owner(world, *EVERYTHING_BESIDE, deed)
    before = beside(world)
    with pytest.raises(Trouble, match="Nothing was changed: entry"):
        rebuilt(world)
    assert beside(world) == before
    assert world.as_role("", "select count(*) from pending_entries") == [(0,)]


@pytest.mark.parametrize("deed", ["update log_nodes set hash = sha256('x')", "delete from log_nodes"])
def test_the_trees_stored_hashes_are_made_anew(world: World, deed: str) -> None:
    """Those over 256 leaves each, and what is above them; what is below is never stored."""
    world.hear_together(*[sent(uuid4(), []) for _ in range(506)])
    world.sequencer.run()
    stored = "select level, index, hash from log_nodes order by level, index"
    before = world.rows(stored)
    assert [row[:2] for row in before] == [(8, 0), (8, 1), (9, 0)]
    as_owner(world, deed)
    rebuilt(world)
    assert world.rows(stored) == before


def test_a_reason_is_asked_for(world: World) -> None:
    """A code, since the log holds no free text."""
    with pytest.raises(Trouble, match="differs"):
        rebuilt(world, "because")


def test_what_was_looked_up_is_kept(reviewers: Reviewers, story: Story) -> None:
    """Names on the pages are as they were, and nothing differs any more."""
    as_owner(reviewers.world, "update log_unit_sets set units = units || gen_random_uuid()")
    page = f"/audit/consents/{story.consent}"
    assert "vid sidan av loggen" in reviewers.ester.get(page).text
    rebuilt(reviewers.world)
    assert "vid sidan av loggen" not in reviewers.ester.get(page).text
    assert broken_log.alarms(reviewers.world) == []


def test_a_reviewer_reads_while_it_is_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One who has begun to read keeps nobody waiting, and one who begins in the middle of a slice waits for nobody."""
    as_owner(world, *EVERYTHING_BESIDE)
    read: list[int] = []
    put_on = index_repair._ON

    def in_the_middle(connection: Connection, statements: Sequence[str]) -> None:
        if statements is put_on:
            with world.parts.as_auditor() as uow:
                uow.connection.exec_driver_sql("set local statement_timeout = '5s'")
                query = f"select count(*) from log_entries join {ABOUT} on entry_index = index"
                read.append(uow.connection.exec_driver_sql(query).scalar_one())
        for statement in statements:
            connection.exec_driver_sql(f"set local lock_timeout = '5s'; {statement}")

    monkeypatch.setattr(index_repair, "_run", in_the_middle)
    with world.parts.as_auditor() as uow:
        held = "select (select count(*) from log_entries) + (select count(*) from log_about), count(*) from log_nodes"
        before = uow.connection.exec_driver_sql(held).one()[0]
        assert "6 entries hold" in rebuilt(world)
        assert before
    assert len(read) > 1
    assert all(read)
    world.sequencer.run()
    assert verify(world).holds is True
    # and what stands in everybody's way is back
    refused = "update log_entries set about_1 = gen_random_uuid()"
    with pytest.raises(ProgrammingError, match="append-only"):
        do_as(world.settings.service("audit").owner_database_url, refused)
