"""What the log keeps for ever, over all its tables and indexes, for a stated story and for a stated day of lists.

Measured as the size of the relations, vacuumed, before and after so many of the same. What others keep of the same
story is measured where they are (``tests/integration/referral/test_looks_kept.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from shared.contracts.common import AccessRecorded
from shared.contracts.contract import Contract
from shared.contracts.notifications import NoticeSent
from shared.contracts.referral import ReferralAccepted, ReferralCompleted
from shared.kernel.identity import uuid7
from tests.integration.audit import broken_log
from tests.integration.audit.support import NOW, World, given, looked, opened, sent
from tests.support.builders.events import notice_sent, referral_step
from tests.support.cast import HEALTH_CENTRE, SODERMALM

pytestmark = pytest.mark.timeout(900)
# the queue, the inbox and the copy of the staff are swept or do not grow; all of this is for ever
KEPT = ("log_entries", "log_about", "log_nodes", "log_checkpoints", "log_openings", "shown_sets", "subject_keys",
        "log_unit_sets")  # fmt: skip
# without the maps of free space, whose smallest size is that of thousands of rows
SIZE = """
    select sum(pg_relation_size(oid)) from pg_class where oid in (
        select '{0}'::regclass union all select indexrelid from pg_index where indrelid = '{0}'::regclass
        union all select reltoastrelid from pg_class where oid = '{0}'::regclass)
"""
STORIES, PEOPLE, VIEWS, LINES, CHANGES = 60, 5, 40, 25, 20
OF_A_STORY, OF_A_VIEW = 6_000, 1_000
"""Bytes. The bars of issue 7 are 12 kB and 1 kB for all services together."""


def kept(world: World) -> dict[str, int]:
    """Bytes by table, indexes and all, after a vacuum that has merged what waits in indexes."""
    engine = create_engine(
        world.settings.service("audit").owner_database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    found = {}
    with engine.connect() as connection:
        for table in KEPT:
            connection.exec_driver_sql(f"vacuum {table}")
            found[table] = int(connection.exec_driver_sql(SIZE.format(table)).scalar_one())
    return found


def story(referral: UUID) -> Iterator[Contract]:
    """A referral about two people that is sent, opened, accepted and closed by pages: 13 entries."""
    consents = [uuid7(), uuid7()]
    yield from (given(each, referral) for each in consents)
    yield sent(referral, consents)
    yield of(replace(looked(referral, []), record_kind="referral-receipt", rule="referring-unit"))
    yield told(SODERMALM)
    yield of(looked(referral, consents))
    yield opened(referral)
    for kind, version in ((ReferralAccepted, 2), (ReferralCompleted, 3)):
        yield of(replace(looked(referral, []), record_kind="referral-form"))
        yield referral_step(kind, referral, version=version, occurred_at=NOW)
        yield told(HEALTH_CENTRE)


def of(look: AccessRecorded) -> AccessRecorded:
    """A look by somebody who works at the unit, at what is said there."""
    return replace(look, access_id=uuid7())


def told(unit: UUID) -> NoticeSent:
    """A unit is told by e-mail."""
    return notice_sent(unit, occurred_at=NOW)


def test_a_referral_that_is_sent_opened_accepted_and_closed(world: World) -> None:
    """Each event by itself, under a checkpoint of its own, as on a quiet day."""
    for _ in range(20):
        # the first hash of the tree stands over 256 entries, and lies in a page that is filled later
        world.hear_together(*story(uuid7()))
    world.sequencer.run()
    before, size = kept(world), broken_log.size(world)
    for number in range(STORIES):
        for event in story(uuid7()):
            world.hear(event)
            world.sequencer.run()
        if number % 3 == 2:
            # three of them a day; and the server vacuums now and then by itself
            world.clock.advance(timedelta(days=1))
            kept(world)
    after = kept(world)
    assert broken_log.size(world) - size == 13 * STORIES
    each = {table: (after[table] - before[table]) / STORIES for table in KEPT}
    assert sum(each.values()) <= OF_A_STORY, each


def test_a_day_of_lists(world: World) -> None:
    """Five people at one unit look at the same 25 lines forty times each, while the list changes twenty times."""
    lines = [(uuid7(), [uuid7(), uuid7()]) for _ in range(LINES + 2 * CHANGES)]
    for change in range(CHANGES):
        # the day before: an index begins with pages that it fills later
        before_that = lines[LINES + CHANGES - change : LINES + LINES + CHANGES - change]
        world.hear_together(*(listed(before_that, f"person-{person}") for person in range(PEOPLE)))
        world.sequencer.run()
    before, size = kept(world), broken_log.size(world)
    for view in range(VIEWS):
        first = view * CHANGES // VIEWS
        for person in range(PEOPLE):
            world.hear(listed(lines[first : first + LINES], f"person-{person}"))
            world.sequencer.run()
    after = kept(world)
    views = PEOPLE * VIEWS
    assert broken_log.size(world) - size == views
    each = {table: (after[table] - before[table]) / views for table in KEPT}
    assert sum(each.values()) <= OF_A_VIEW, each
    # and the same is known as if each of them named it: who saw the first line, and when
    shown = "select count(*) from log_entries where shown in (select sets_showing(:id))"
    first = [(PEOPLE * VIEWS // CHANGES,)]
    assert world.rows(shown, id=lines[0][0]) == world.rows(shown, id=lines[0][1][1]) == first
    assert broken_log.verify(world).holds is True


def listed(lines: list[tuple[UUID, list[UUID]]], subject: str) -> AccessRecorded:
    """What a list of these referrals showed, by their consents."""
    look = of(looked(lines[0][0], [each for _, consents in lines for each in consents], subject=subject))
    return replace(look, action="list", rule="own-unit", subjects=tuple(referral for referral, _ in lines))
