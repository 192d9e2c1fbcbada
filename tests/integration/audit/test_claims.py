"""What is given up, excused or numbered by nobody's word is told of; what was rightly said never is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.audit.adapters.sequences import Sequences
from services.audit.commands.close_alarm import CloseAlarm, close_alarm
from services.audit.domain.alarms import STANDSTILL
from services.audit.domain.given_up import as_told
from services.audit.processes.check_claims import UNKNOWN_WAITS, WAITS, ClaimsChecker
from shared.storage.unit_of_work import transactions
from tests.integration.audit.broken_log import as_owner
from tests.integration.audit.support import World, sent
from tests.integration.audit.test_given_up import restored, tell
from tests.integration.audit.test_reconciling import announce
from tests.support.cast import ESTER


@pytest.fixture(autouse=True)
def without_earlier_ones(world: World) -> Iterator[None]:
    """Alarms, heights and what was heard of other tests are cleared away; the log itself cannot be."""
    clear = (
        *("truncate alarms", "truncate announcements", "truncate heard_sequences", "truncate pending_entries"),
        *("truncate given_up_sequences", "truncate restored_hours"),
    )
    as_owner(world, *clear)
    yield
    as_owner(world, *clear)


def checks(world: World) -> ClaimsChecker:
    """A process that begins now."""
    return ClaimsChecker(transactions(world.parts.as_auditor), world.clock)


def told(world: World, checker: ClaimsChecker) -> set[tuple[str, str, int, int]]:
    """What stands open after a look: kind, source, numbers."""
    checker.run()
    query = "select kind, source, first, last from alarms where closed_at is null"
    return {(row[0], row[1], row[2], row[3]) for row in world.as_role("", query)}


def give_up(world: World, source: str, runs: str) -> None:
    """As audit's own role may, and no operator did."""
    with world.parts.as_service() as uow:
        uow.connection.exec_driver_sql(
            "insert into given_up_sequences as known (source, given_up, restore_id, noted_at)"
            " values (%s, %s, %s, now()) on conflict (source) do update set"
            " given_up = known.given_up + excluded.given_up",
            (source, runs, uuid4()),
        )
        uow.commit()


def test_a_restore_that_the_log_tells_of_is_no_alarm(world: World) -> None:
    """Numbers, hours and an epoch that is over, each noted before the entry came; and for as long as one likes."""
    checker = checks(world)
    world.hear(sent(uuid4(), []))
    source = announce(world, 1)
    epoch = UUID(source.rpartition("/")[2])
    event = restored(*as_told(source.split("/")[3], epoch, ((5, 7),)), ended=(epoch, uuid4()))
    tell(world, event)
    assert told(world, checker) == set()
    world.hear(event)
    world.sequencer.run()
    for _ in range(3):
        world.clock.advance(WAITS)
        assert told(world, checker) == set()


def test_what_nobody_said_is_told_of_and_growing_gains_no_time(world: World) -> None:
    """After three minutes; it stays over a restart, is about what is untold alone, and ends with its cause only."""
    world.hear(sent(uuid4(), []))
    source = announce(world, 1)
    epoch = UUID(source.rpartition("/")[2])
    event = restored(*as_told(source.split("/")[3], epoch, ((5, 7),)))
    tell(world, event)
    world.hear(event)
    world.sequencer.run()
    checker = checks(world)
    for number in range(3):
        give_up(world, source, f"{{[{8 + number},{9 + number})}}")
        assert told(world, checker) == set()
        world.clock.advance(WAITS / 3)
    expected = {("given-up-untold", source, 8, 10)}
    assert told(world, checker) == expected
    assert told(world, checks(world)) == expected, "a process that begins now"


def test_while_the_log_stands_still_nothing_is_judged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry that says so may be among what waits."""
    checker = checks(world)
    monkeypatch.setattr(Sequences, "oldest_waiting", lambda _: STANDSTILL + timedelta(seconds=1))
    give_up(world, "/lotsa/x/referral/y", "{[1,2)}")
    for _ in range(3):
        assert told(world, checker) == set()
        world.clock.advance(WAITS)


def test_numbers_run_ahead_of_heights_as_long_as_work_goes_on(world: World) -> None:
    """The relay says each minute how far it has come; meanwhile more is heard, always."""
    checker = checks(world)
    for _ in range(12):
        world.hear(sent(uuid4(), []))
        world.sequencer.run()
        assert told(world, checker) == set()
        announce(world, world.sequence)
        world.hear(sent(uuid4(), []))
        world.sequencer.run()
        world.clock.advance(timedelta(minutes=1))
    assert told(world, checker) == set()


def test_a_number_that_the_relay_has_not_reached_is_told_of(world: World) -> None:
    """Though it has spoken since; and no more once it has come that far, or a reviewer has closed it."""
    checker = checks(world)
    event = sent(uuid4(), [])
    world.hear(event)
    source = announce(world, 1)
    world.hear_envelope(world.envelope(event, sequence=40), event)
    world.sequencer.run()
    assert told(world, checker) == set()
    world.clock.advance(WAITS)
    assert told(world, checker) == set(), "the relay has said nothing since: that is another alarm"
    announce(world, 1)
    assert told(world, checker) == {("number-not-given", source, 2, 40)}
    [(alarm_id,)] = world.as_role("", "select alarm_id from alarms")
    with world.parts.as_auditor() as uow:
        close_alarm(CloseAlarm(alarm_id=alarm_id, reason="investigated"), ESTER, uow)
        uow.commit()
    announce(world, 1)
    assert told(world, checker) == set()


def test_an_epoch_that_no_relay_ever_spoke_for_is_told_of(world: World) -> None:
    """After a quarter of an hour, since audit's own loss brings old epochs first and the word that they ended last."""
    checker = checks(world)
    world.hear(sent(uuid4(), []))
    world.sequencer.run()
    assert told(world, checker) == set()
    world.clock.advance(UNKNOWN_WAITS - timedelta(seconds=1))
    assert told(world, checker) == set()
    world.clock.advance(timedelta(seconds=1))
    [(kind, _, first, last)] = told(world, checker)
    assert (kind, first, last) == ("number-not-given", 1, 1)
    announce(world, 1)
    assert told(world, checker) == set()


def test_a_database_that_was_begun_anew_is_told_of_until_the_log_says_why(world: World) -> None:
    """After a quarter of an hour, over a restart too; the others' epochs, and one that was ended, are no such thing."""
    checker = checks(world)
    former = UUID(announce(world, 1).rpartition("/")[2])
    assert told(world, checker) == set()
    world.epoch = uuid4()
    publisher = announce(world, 0).rpartition("/")[0]
    assert told(world, checker) == set()
    world.clock.advance(UNKNOWN_WAITS - timedelta(seconds=1))
    assert told(world, checker) == set()
    world.clock.advance(timedelta(seconds=1))
    expected = {("begun-anew-untold", publisher, 2, 2)}
    assert told(world, checker) == expected
    assert told(world, checks(world)) == expected, "a process that begins now"
    event = restored(ended=(former,))
    tell(world, event)
    assert told(world, checker) == expected, "no entry says so yet"
    world.hear(event)
    world.sequencer.run()
    world.clock.advance(UNKNOWN_WAITS)
    announce(world, world.sequence)
    assert told(world, checker) == set()


def test_one_that_a_reviewer_has_closed_is_followed_by_the_next(world: World) -> None:
    """Closed it stays closed, however long; begun anew once more, it is told of again."""
    checker = checks(world)

    def waited() -> set[tuple[str, str, int, int]]:
        told(world, checker)
        world.clock.advance(UNKNOWN_WAITS)
        return told(world, checker)

    announce(world, 0)
    world.epoch = uuid4()
    publisher = announce(world, 0).rpartition("/")[0]
    assert waited() == {("begun-anew-untold", publisher, 2, 2)}
    [(alarm_id,)] = world.as_role("", "select alarm_id from alarms where closed_at is null")
    with world.parts.as_auditor() as uow:
        close_alarm(CloseAlarm(alarm_id=alarm_id, reason="intended"), ESTER, uow)
        uow.commit()
    assert waited() == set()
    world.epoch = uuid4()
    announce(world, 0)
    assert waited() == {("begun-anew-untold", publisher, 3, 3)}
