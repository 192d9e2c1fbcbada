"""A clock that was ahead has noted tallies and comparisons in the future: put right, nothing waits for that time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from services.audit import bootstrap
from services.audit.domain.tallies import AGAIN_AFTER, SETTLED_AFTER, TOLD
from shared.contracts.common import TallyAnnounced
from shared.kernel.steady import SteadyClock
from shared.messaging.tally import HOUR, Tally
from tests.integration.audit import broken_log
from tests.integration.audit.support import World, do_as, leaves, sent

US = "/lotsa/test/referral"
AHEAD = timedelta(days=400)
NOTHING = Tally().digest


@pytest.fixture(autouse=True)
def without_tallies(world: World) -> Iterator[None]:
    """Those of other tests, and ours."""
    owner = world.settings.service("audit").owner_database_url
    do_as(owner, "truncate tallies")
    yield
    do_as(owner, "truncate tallies")


def said(world: World, hour: datetime, told: int) -> None:
    """The service says of an hour that it told so much, now."""
    now = world.clock.now()
    with world.parts.as_service() as uow:
        uow.tallies.keep(US, TallyAnnounced(hour=hour, told=told, told_digest=NOTHING), now, now)
        uow.commit()


def compared(world: World, *differs: str) -> bool:
    """Whether an hour is due to be compared now; if so it is, with that result."""
    with world.parts.as_auditor() as uow:
        kept = uow.tallies.due(world.clock.now())
        if kept is not None:
            uow.tallies.note(kept, differs, world.clock.now())
        uow.commit()
    return kept is not None


def wrong(world: World) -> int:
    """How many hours somebody would be told of."""
    with world.parts.as_auditor() as uow:
        return len(uow.tallies.differing(world.clock.now() - AGAIN_AFTER))


def rows(world: World) -> list[tuple[object, ...]]:
    """What is kept: how much was told."""
    return [tuple(row) for row in world.as_role("", "select told from tallies")]


def test_the_last_word_by_the_right_time_counts(world: World) -> None:
    """What was said in the future gives way to what is said now."""
    now = world.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0) - HOUR
    world.clock.move_to(now + AHEAD)
    said(world, hour, 7)
    world.clock.move_to(now)
    said(world, hour, 3)
    assert rows(world) == [(3,)]
    world.clock.advance(timedelta(minutes=2))
    said(world, hour, 5)
    assert rows(world) == [(5,)]


def differs_in_the_future(world: World) -> datetime:
    """An hour is found to differ by a clock that is ahead; the right time."""
    now = world.clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0) - HOUR
    world.clock.move_to(now + AHEAD)
    said(world, hour, 7)
    world.clock.advance(SETTLED_AFTER)
    assert compared(world, TOLD)
    return now


def test_what_was_found_in_the_future_is_looked_at_again_now(world: World) -> None:
    """A difference that was noted then is compared anew, and ends when there is none: nobody is told for 400 days."""
    now = differs_in_the_future(world)
    world.clock.advance(AGAIN_AFTER)
    assert compared(world, TOLD)
    assert wrong(world) == 1
    world.clock.move_to(now)
    assert compared(world)
    assert wrong(world) == 0
    assert not compared(world)


def test_a_difference_that_is_true_is_told_of_in_time(world: World) -> None:
    """Since when it differs lay in the future as well."""
    now = differs_in_the_future(world)
    world.clock.move_to(now)
    assert compared(world, TOLD)
    world.clock.advance(AGAIN_AFTER)
    assert compared(world, TOLD)
    world.clock.advance(timedelta(seconds=1))
    assert wrong(world) == 1


def recorded(world: World) -> datetime:
    """When the newest entry was, as its leaf says."""
    return datetime.fromisoformat(leaves(world)[-1]["recorded_at"])


def test_the_log_is_not_dated_by_a_clock_that_has_jumped(world: World, a_log: list[int]) -> None:
    """What happens meanwhile enters it at once, dated as the time before goes on; when the clock is right, by it."""
    seconds = [1_000.0]
    steady = SteadyClock(world.clock, seconds=lambda: seconds[0])
    sequencer = bootstrap.sequencer_for(world.settings, world.log, steady)
    noon = world.clock.now()

    def happens(ahead: timedelta, after: float) -> datetime:
        seconds[0] += after
        world.clock.move_to(noon + timedelta(seconds=seconds[0] - 1_000) + ahead)
        world.hear(sent(uuid4(), []))
        assert sequencer.run() == 1
        return recorded(world)

    assert happens(timedelta(0), 1) == noon + timedelta(seconds=1)
    assert happens(AHEAD, 10) == noon + timedelta(seconds=11)
    assert happens(AHEAD, 10) == noon + timedelta(seconds=21)
    assert happens(timedelta(0), 10) == noon + timedelta(seconds=31)
    assert broken_log.verify(world).holds is True
    assert broken_log.alarms(world) == []


@pytest.mark.holds("the-logs-time-never-goes-back")
def test_a_log_that_is_ahead_is_told_of_until_its_time_has_come(world: World, a_log: list[int]) -> None:
    """One that was wrong from the beginning, or for too long: no entry is dated before the one it follows."""
    now = world.clock.now()
    world.clock.move_to(now + AHEAD)
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    world.clock.move_to(now)
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    assert recorded(world) == now + AHEAD
    broken_log.tick(world)
    broken_log.tick(world)
    assert [each[0] for each in broken_log.alarms(world)] == ["log-is-ahead"]
    world.clock.move_to(now + AHEAD)
    broken_log.tick(world)
    assert "log-is-ahead" not in {each[0] for each in broken_log.alarms(world)}
