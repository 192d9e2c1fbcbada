"""A service that says nothing of an hour is told of; hours that agreed are forgotten in the end, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.audit.domain.tallies import AGAIN_AFTER, KEPT_FOR, SETTLED_AFTER, number_of
from services.audit.processes.compare_tallies import LEFT_OUT_AFTER, SILENT_AFTER, Comparer
from services.audit.reactions.when_a_service_tallies_an_hour_keep_it import keep_tally
from shared.contracts.common import TallyAnnounced
from shared.kernel.clock import FixedClock
from shared.messaging.tally import HOUR, Tally, hour_of
from shared.storage.unit_of_work import transactions
from tests.integration.audit.broken_log import as_owner
from tests.integration.audit.support import World, looked, sent
from tests.integration.audit.test_reconciling import announce


@pytest.fixture(autouse=True)
def without_earlier_ones(world: World) -> Iterator[None]:
    """Hours, alarms and heights of other tests are cleared away."""
    clear = ("truncate alarms", "truncate announcements", "truncate tallies")
    as_owner(world, *clear)
    # ids are made by the real clock, and an hour is that of the ids in it
    assert isinstance(world.clock, FixedClock)
    world.clock.advance(datetime.now(UTC) - world.clock.now())
    yield
    as_owner(world, *clear)


def say(world: World, hour: datetime, told: int = 0) -> None:
    """The referral service says how much it told in an hour."""
    event = TallyAnnounced(hour=hour, told=told, told_digest=Tally().digest)
    envelope = world.envelope(event, sequence=None)
    world.sequence -= 1
    with world.parts.as_service(envelope) as uow:
        keep_tally(event, uow)
        uow.commit()


def missed(world: World, comparer: Comparer) -> set[tuple[str, int]]:
    """The hours that are missed after a tick, by publisher; 0 is all of them."""
    comparer.run()
    query = "select source, first from alarms where closed_at is null and kind = 'tally-missing'"
    return {(row[0], row[1]) for row in world.as_role("", query)}


def this_hour(world: World) -> datetime:
    """The one that it is."""
    return world.clock.now().replace(minute=0, second=0, microsecond=0)


def test_an_hour_that_is_left_out_between_two_others_is_missed(world: World) -> None:
    """When the log has something of it: an hour in which nothing happened need not be said."""
    hour = this_hour(world)
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    comparer = Comparer(transactions(world.parts.as_auditor), world.clock)
    for other in (hour - 2 * HOUR, hour + HOUR):
        say(world, other)
    source = announce(world, world.sequence)
    assert missed(world, comparer) == set(), "it may be on its way"
    world.clock.advance(LEFT_OUT_AFTER)
    assert missed(world, comparer) == {(source.rpartition("/")[0], number_of(hour))}, "the hour before it was empty"
    say(world, hour)
    world.clock.advance(LEFT_OUT_AFTER)
    assert missed(world, comparer) == set()


def test_a_service_that_speaks_and_says_nothing_of_any_hour_is_missed(world: World) -> None:
    """After three hours and a little; while its relay is silent that is what is told, and not this."""
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    comparer = Comparer(transactions(world.parts.as_auditor), world.clock)
    publisher = announce(world, world.sequence).rpartition("/")[0]
    assert missed(world, comparer) == set()
    world.clock.advance(SILENT_AFTER + timedelta(seconds=1))
    assert missed(world, comparer) == set(), "its relay has not spoken for as long"
    for _ in range(3):
        announce(world, world.sequence)
        found = missed(world, comparer)
        world.clock.advance(LEFT_OUT_AFTER / 2)
    assert found == {(publisher, 0)}
    say(world, this_hour(world) - HOUR)
    announce(world, world.sequence)
    assert missed(world, comparer) == set()


NO_MOMENT = UUID(int=2**128 - 1)


@pytest.mark.parametrize("ids", [(NO_MOMENT,), (UUID(int=5),) * 2, None], ids=["of no hour", "of one look", "of two"])
def test_no_look_that_was_told_stops_the_comparing(world: World, ids: tuple[UUID, ...] | None) -> None:
    """Whoever has one service's outbox may tell any look, twice too: all hours of all services are compared."""
    known = looked(uuid4(), [])
    told = [replace(known, access_id=each) for each in ids] if ids else [known, known]
    world.hear(*told)
    world.sequencer.run()
    hour = this_hour(world)
    for each in (hour, hour - HOUR):
        say(world, each)
    world.clock.advance(SETTLED_AFTER)
    comparer = Comparer(transactions(world.parts.as_auditor), world.clock)
    for _ in range(2):
        missed(world, comparer)
    compared = world.as_role("", "select hour, differs from tallies where compared_at is not null order by hour")
    assert [row[0] for row in compared] == [hour - HOUR, hour]
    assert compared[1][1] == ["told"]


def test_hours_that_agreed_are_forgotten_in_the_end(world: World) -> None:
    """Not one that was never compared, nor one that differs, nor one that a service may still say again."""
    hour = this_hour(world)
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    old, differs, young = hour - KEPT_FOR - 2 * HOUR, hour - KEPT_FOR - HOUR, hour - KEPT_FOR + 2 * HOUR
    for each in (old, young):
        say(world, each)
    say(world, differs, told=1)
    comparer = Comparer(transactions(world.parts.as_auditor), world.clock)
    world.clock.advance(SETTLED_AFTER)
    sweep(world)
    assert hours(world) == [old, differs, young], "none was compared yet"
    for _ in range(3):
        missed(world, comparer)
    world.clock.advance(AGAIN_AFTER)
    sweep(world)
    assert hours(world) == [differs, young]


def sweep(world: World) -> None:
    """As audit's bus does each minute."""
    with world.parts.as_service() as uow:
        uow.tallies.sweep(world.clock.now())
        uow.commit()


def hours(world: World) -> list[datetime]:
    """Those that are kept."""
    return [row[0] for row in world.as_role("", "select hour from tallies order by hour")]


@pytest.mark.parametrize("member", ["looked_at", "access_id", "subjects", "consents", "commitments", "outcome", "data"])
def test_an_entry_that_lacks_a_member_stops_no_comparison(world: World, member: str) -> None:
    """As somebody may leave it who writes past us: its hour differs, and every hour is compared."""
    world.hear(looked(uuid4(), [], "refused", "cilla"))
    world.sequencer.run()
    [(hour,)] = {
        (hour_of(row[0]),) for row in world.rows("select event_id from log_entries order by index desc limit 1")
    }
    changed = f"convert_to(replace(convert_from(leaf, 'UTF8'), '\"{member}\"', '\"{member[:-1]}x\"'), 'UTF8')"
    as_owner(world, f"update log_entries set leaf = {changed} where index = (select max(index) from log_entries)")
    kept = world.rows("select leaf from log_entries order by index desc limit 1")
    assert f'"{member[:-1]}x"'.encode() in bytes(kept[0][0]), "it stood there"
    comparer = Comparer(transactions(world.parts.as_auditor), world.clock)
    say(world, hour, told=1)
    say(world, hour - HOUR)
    world.clock.advance(SETTLED_AFTER)
    for _ in range(2):
        missed(world, comparer)
    compared = dict(world.as_role("", "select hour, differs from tallies where compared_at is not null"))
    # what other tests told in the hour before is in the log too
    assert set(compared) == {hour - HOUR, hour}
    assert compared[hour] == ["told"]
