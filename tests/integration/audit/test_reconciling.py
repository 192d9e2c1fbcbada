"""What relays announced is held against what the log holds: a missing event raises an alarm that names it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.audit.adapters.backlog import AT_MOST, Backlog, waiting_in
from services.audit.commands.close_alarm import CloseAlarm, close_alarm
from services.audit.commands.reconcile_sequences import SILENCE, ReconcileSequences, reconcile_sequences
from services.audit.domain.gaps import GRACE
from services.audit.reactions.when_a_relay_announces_note_its_height import note_height
from services.audit.views.log_status import OpenAlarm, status
from shared.contracts.common import RelayAnnounced
from tests.integration.audit.support import World, do_as, sent
from tests.support.cast import ESTER


@pytest.fixture(autouse=True)
def without_earlier_alarms(world: World) -> Iterator[None]:
    """Alarms and announcements of other tests are cleared away; the log itself cannot be."""
    owner = world.settings.service("audit").owner_database_url
    do_as(owner, "delete from alarms; delete from announcements")
    yield
    do_as(owner, "delete from alarms; delete from announcements")


def announce(world: World, highest: int) -> str:
    event = RelayAnnounced(highest_sequence=highest)
    envelope = world.envelope(event, sequence=None)
    world.sequence -= 1
    with world.parts.as_service(envelope) as uow:
        note_height(event, uow)
        uow.commit()
    return envelope.source


def alarms(world: World, parked: dict[str, list[int]] | None = None) -> list[tuple[str, int, int, bool]]:
    with world.parts.as_service() as uow:
        reconcile_sequences(ReconcileSequences(parked=lambda: parked or {}), uow)
        uow.commit()
    rows = world.as_role("", "select kind, first, last, explained from alarms where closed_at is null order by first")
    return [tuple(row) for row in rows]


def lose(world: World, how_many: int) -> None:
    """Events that were published and never came."""
    world.sequence += how_many


def test_without_gaps_there_is_no_alarm(world: World) -> None:
    """Everything announced has been heard; some of it still waits in the queue."""
    world.hear(*[sent(uuid4(), []) for _ in range(3)])
    world.sequencer.run()
    world.hear(*[sent(uuid4(), []) for _ in range(2)])
    announce(world, 5)
    world.clock.advance(GRACE)
    assert alarms(world) == []


def test_a_hole_and_a_lost_tail_are_named(world: World) -> None:
    """The second, the third, and all after the fifth never came."""
    world.hear(sent(uuid4(), []))
    lose(world, 2)
    world.hear(sent(uuid4(), []), sent(uuid4(), []))
    announce(world, 9)
    world.sequencer.run()
    world.clock.advance(GRACE)
    assert alarms(world) == [("events-missing", 2, 3, False), ("events-missing", 6, 9, False)]


def test_events_may_come_after_their_announcement(world: World) -> None:
    """No order is promised on the bus, so a gap is looked for after a while only."""
    announce(world, 1)
    assert alarms(world) == []


def test_what_lies_parked_explains_a_gap(world: World) -> None:
    """The parked part is told apart; the rest is not explained."""
    lose(world, 4)
    source = announce(world, 4)
    world.clock.advance(GRACE)
    assert alarms(world, {source: [2, 3], "/another/source": [1]}) == [
        ("events-missing", 1, 1, False),
        ("events-missing", 2, 3, True),
        ("events-missing", 4, 4, False),
    ]


@pytest.mark.holds("an-alarm-ends-with-its-reason")
def test_an_alarm_closes_when_the_missing_event_comes(world: World) -> None:
    """It is kept, closed, with the time; a second look does not raise it twice."""
    lost = world.envelope(sent(uuid4(), []))
    announce(world, 1)
    world.clock.advance(GRACE)
    assert len(alarms(world)) == len(alarms(world)) == 1
    world.hear_envelope(lost, sent(uuid4(), []))
    assert alarms(world) == []
    kept = world.as_role("", "select first, closed_at from alarms")
    assert kept == [(1, world.clock.now())]


def test_a_silent_publisher_is_noticed(world: World) -> None:
    """Relays speak each minute; five minutes of silence are an alarm, which ends when the relay speaks again."""
    announce(world, 0)
    world.clock.advance(SILENCE)
    assert [each[0] for each in alarms(world)] == ["publisher-silent"]
    announce(world, 0)
    assert alarms(world) == []


@pytest.mark.parametrize("every_s", [1, 10, 19, 30, 60])
def test_announcing_again_and_again_keeps_no_gap_from_being_seen(world: World, every_s: int) -> None:
    """The alarm opens within a minute or two announcements, and stays with its moment, whatever is announced."""
    world.hear(sent(uuid4(), []))
    lose(world, 1)
    opened_at: datetime | None = None
    began = world.clock.now()
    for _ in range(240 // every_s):
        announce(world, world.sequence)
        world.clock.advance(timedelta(seconds=every_s))
        world.hear(sent(uuid4(), []))
        found = alarms(world)
        if opened_at is None and found:
            opened_at = world.clock.now()
            assert opened_at - began <= max(2 * GRACE, timedelta(seconds=2 * every_s)) + timedelta(seconds=every_s)
        assert found == ([("events-missing", 2, 2, False)] if opened_at else [])
    assert opened_at is not None
    rows = world.as_role("", "select noticed_at, closed_at from alarms")
    assert rows == [(opened_at, None)]


@pytest.mark.parametrize("seed", range(12))
def test_gaps_arrivals_and_announcements_in_any_order(world: World, seed: int) -> None:
    """A number that was announced GRACE ago and has not come is in one open alarm, and its moment never changes."""
    chance = random.Random(seed)
    lost = {}
    noticed: dict[int, datetime] = {}
    for _ in range(40):
        step = chance.choice(["come", "lose", "arrive", "announce", "wait", "wait"])
        if step == "come":
            world.hear(sent(uuid4(), []))
        elif step == "lose":
            event = sent(uuid4(), [])
            envelope = world.envelope(event)
            lost[world.sequence] = (envelope, event)
        elif step == "arrive" and lost:
            world.hear_envelope(*lost.pop(chance.choice(sorted(lost))))
        elif step == "announce":
            announce(world, world.sequence)
        world.clock.advance(timedelta(seconds=chance.choice([1, 5, 25])))
        if chance.random() < 0.5:
            world.sequencer.run()
        alarms(world)
        rows = world.as_role("", "select first, last, noticed_at from alarms where closed_at is null")
        now = {number: at for first, last, at in rows for number in range(first, last + 1)}
        assert set(now) <= set(lost)
        assert all(now[number] == noticed[number] for number in now.keys() & noticed.keys())
        # what is missing and was noticed stays noticed
        assert (noticed.keys() & set(lost)) <= now.keys()
        noticed = now
    announce(world, world.sequence)
    world.clock.advance(GRACE)
    assert {number for _, first, last, _ in alarms(world) for number in range(first, last + 1)} == set(lost)
    world.sequencer.run()


def test_what_a_reviewer_has_accepted_as_lost_stays_closed(world: World) -> None:
    """For those numbers and no others; a silence only until the publisher has been heard and is silent again."""
    lose(world, 2)
    announce(world, 2)
    world.clock.advance(SILENCE)
    assert [each[0] for each in alarms(world)] == ["events-missing", "publisher-silent"]
    with world.parts.as_service() as uow:
        for (alarm_id,) in world.as_role("", "select alarm_id from alarms where closed_at is null"):
            close_alarm(CloseAlarm(alarm_id=alarm_id, reason="lost-for-good"), ESTER, uow)
        uow.commit()
    assert alarms(world) == []
    lose(world, 1)
    announce(world, 3)
    world.clock.advance(GRACE)
    assert [each[:3] for each in alarms(world)] == [("events-missing", 3, 3)]
    world.clock.advance(SILENCE)
    assert {each[0] for each in alarms(world)} == {"events-missing", "publisher-silent"}


def test_an_epoch_that_a_restore_ended_may_be_silent(world: World) -> None:
    """The publisher goes on under a new epoch; what the old one lacked is still missing."""
    lose(world, 1)
    announce(world, 1)
    world.clock.advance(SILENCE)
    world.epoch = uuid4()
    announce(world, 0)
    assert [each[0] for each in alarms(world)] == ["events-missing"]


def test_a_late_announcement_changes_nothing(world: World) -> None:
    """The highest ever announced counts."""
    lose(world, 7)
    announce(world, 7)
    announce(world, 3)
    world.clock.advance(GRACE)
    assert [each[:3] for each in alarms(world)] == [("events-missing", 1, 7)]


def test_what_waits_for_a_minute_to_enter_the_log_is_an_alarm_until_it_does(world: World) -> None:
    """The sequencer has stopped, or refuses to sign: the reviewer is told, also when nobody reconciles."""
    world.sequencer.run()
    world.hear(sent(uuid4(), []))
    assert alarms(world) == []
    owner = world.settings.service("audit").owner_database_url
    do_as(owner, "update pending_entries set received_at = clock_timestamp() - interval '61 seconds'")
    assert [each.kind for each in _shown(world)] == ["log-stands-still"]
    assert [each[0] for each in alarms(world)] == ["log-stands-still"]
    assert [(each.kind, each.publisher) for each in _shown(world)] == [("log-stands-still", "audit")]
    world.sequencer.run()
    assert alarms(world) == [] == _shown(world)


def _shown(world: World) -> list[OpenAlarm]:
    with world.parts.as_auditor() as uow:
        return status(uow.connection, world.clock.now(), None, world.parts.verifying).alarms


@pytest.mark.parametrize("ahead", [timedelta(minutes=30), timedelta(days=400)])
def test_after_a_clock_that_was_ahead_gaps_and_silences_are_seen_as_soon(world: World, ahead: timedelta) -> None:
    """What it noted lies ahead of the time that is right, and does not wait until that has come."""
    now = datetime.now(UTC)  # the database asks its own clock which time is to come
    world.clock.move_to(now + ahead)
    announce(world, 0)
    world.clock.move_to(now)
    announce(world, 3)
    world.clock.advance(GRACE + timedelta(seconds=1))
    assert [each[0] for each in alarms(world)] == ["events-missing"]
    world.clock.advance(SILENCE)
    assert sorted(each[0] for each in alarms(world)) == ["events-missing", "publisher-silent"]


def test_what_waits_in_our_own_queue_is_late_and_not_missing(world: World) -> None:
    """After a standstill heights overtake the events that they are about; a gap that was told of before stays."""
    seconds, waiting = 0.0, 0
    backlog = Backlog(lambda: waiting, seconds=lambda: seconds)

    def told() -> list[tuple[int, int]]:
        with world.parts.as_service() as uow:
            reconcile_sequences(ReconcileSequences(parked=dict, behind=backlog), uow)
            uow.commit()
        return world.as_role("", "select first, last from alarms where closed_at is null order by first")  # type: ignore[return-value]

    world.hear(sent(uuid4(), []))
    lose(world, 1)
    world.hear(sent(uuid4(), []))
    announce(world, 3)
    world.clock.advance(GRACE)
    assert told() == [(2, 2)]
    lose(world, 2)
    waiting = 40
    announce(world, 5)
    world.clock.advance(GRACE)
    assert told() == [(2, 2)], "the rest is on its way"
    waiting = 0
    assert told() == [(2, 2), (4, 5)]
    lose(world, 1)
    waiting = 40
    announce(world, 6)
    world.clock.advance(GRACE)
    assert told() == [(2, 2), (4, 5)]
    seconds = AT_MOST
    assert told() == [(2, 2), (4, 5), (6, 6)], "a queue that is never empty is no reason for ever"


def test_a_broker_that_is_away_may_hold_what_is_not_here() -> None:
    """For as long as a queue is believed; where there is none, nothing waits."""
    assert waiting_in("", "audit.remember") == 0
    assert Backlog(lambda: waiting_in("amqp://127.0.0.1:1/", "audit.remember"))()
