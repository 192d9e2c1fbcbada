"""A service tallies each hour that is over: when all of it is sent, in order, and again for a while."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DataError

from shared.contracts.common import TallyAnnounced
from shared.kernel.clock import FixedClock
from shared.messaging.publish import tallies as tallying
from shared.messaging.publish.tallies import SAID_AGAIN_EVERY, SAID_AGAIN_FOR, SETTLED_AFTER, Tallier, tally_of
from shared.messaging.tally import HOUR, Tally, hour_of, ids_within
from tests.integration.messaging.conftest import House, eventually


def tallier(house: House, clock: FixedClock) -> Tallier:
    """The referral service's, with a clock of our own."""
    broker = house.installation.settings().service("referral").broker_url
    return Tallier(house.publisher, broker, "referral", "test", clock=clock)


def sent(house: House) -> None:
    """One more event, and everything sent."""
    house.send("normal")
    with house.relaying():
        eventually(
            lambda: house.ask("SELECT count(*) FROM outbox WHERE sent_at IS NULL", of="publisher") == 0,
            saying="all was sent",
        )


def newest_hour(house: House) -> datetime:
    return hour_of(house.ask("SELECT id FROM outbox ORDER BY id DESC LIMIT 1", of="publisher"))


def test_an_hour_is_what_was_sent_in_it(house: House) -> None:
    """By the events' own ids, whatever their time; a service without access records says nothing of them."""
    sent(house)
    hour = newest_hour(house)
    low, high = ids_within(hour, hour + HOUR)
    right = Tally()
    with house.publisher.connect() as connection:
        asked = text("SELECT id, event_type, data FROM outbox WHERE id >= :low AND id < :high ORDER BY id")
        for row in connection.execute(asked, {"low": low, "high": high}):
            right.add(row.id, row.event_type, row.data)
        said = tally_of(connection, hour)
    assert said is not None
    assert (said.hour, said.told, said.told_digest) == (hour, right.count, right.digest)
    assert (said.looks, said.looks_digest) == (None, None)


def test_what_is_not_sent_yet_keeps_its_hour_open(house: House) -> None:
    """With the broker away nothing is said that would have to be taken back."""
    sent(house)
    house.send("normal")
    with house.publisher.connect() as connection:
        assert tally_of(connection, newest_hour(house)) is None
    sent(house)
    with house.publisher.connect() as connection:
        assert tally_of(connection, newest_hour(house)) is not None


def test_an_hour_is_said_when_it_is_over_and_again_for_a_while(house: House) -> None:
    """Not before it has settled; once more every half hour while it is young; then it has been said."""
    sent(house)
    hour = newest_hour(house)
    clock = FixedClock(hour + HOUR + SETTLED_AFTER - timedelta(seconds=1))
    speaks = tallier(house, clock)
    speaks._from = hour
    speaks.round()
    assert hour not in speaks._said
    clock.advance(timedelta(seconds=1))
    assert speaks.round() == 1
    assert speaks._said[hour] == clock.now()
    assert speaks.round() == 0
    clock.advance(SAID_AGAIN_EVERY)
    speaks.round()
    assert speaks._said[hour] == clock.now()
    clock.move_to(hour + SAID_AGAIN_FOR + HOUR)
    speaks.round()
    assert speaks._said[hour] < clock.now()


def test_an_hour_that_cannot_be_tallied_keeps_no_other_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody wrote there what no reading gets past: the hours after it are said, and of that one is told."""
    sent(house)
    hour = newest_hour(house)
    clock = FixedClock(hour + 3 * HOUR + SETTLED_AFTER)
    speaks = tallier(house, clock)
    speaks._from = hour

    def tally(connection: Connection, of: datetime) -> TallyAnnounced | None:
        if of == hour:
            connection.execute(text("SELECT get_byte('', 0)"))
        return tally_of(connection, of)

    monkeypatch.setattr(tallying, "tally_of", tally)
    with pytest.raises(DataError):
        speaks.round()
    assert set(speaks._said) == {hour + HOUR, hour + 2 * HOUR}
    monkeypatch.undo()
    assert speaks.round() == 1


@pytest.mark.parametrize("from_the_beginning", [True, False])
def test_after_a_start_the_last_days_are_said(house: House, from_the_beginning: bool) -> None:
    """From the first hour of which everything is kept: what was swept in part would be said as too little."""
    sent(house)
    with house.publisher.begin() as connection:
        connection.execute(text("UPDATE outbox SET sequence = 1000001 WHERE sequence = 1"))
        if from_the_beginning:
            one = "SELECT id FROM outbox ORDER BY id LIMIT 1"
            connection.execute(text(f"UPDATE outbox SET sequence = 1 WHERE id = ({one})"))
    first = hour_of(house.ask("SELECT id FROM outbox ORDER BY id LIMIT 1", of="publisher"))
    speaks = tallier(house, FixedClock(newest_hour(house) + timedelta(hours=5)))
    assert speaks.round() >= 3
    assert min(speaks._said) == (first if from_the_beginning else first + HOUR)
    assert datetime.now(UTC) - first < timedelta(days=1)


def test_what_a_clock_ahead_has_said_is_said_anew_when_it_is_put_right(house: House) -> None:
    """Hours that were not over were said as if they were, and one at a moment that has not come: none of it stays."""
    sent(house)
    hour = newest_hour(house)
    clock = FixedClock(hour + HOUR + SETTLED_AFTER)
    speaks = tallier(house, clock)
    speaks._from = hour
    assert speaks.round() == 1
    clock.advance(timedelta(days=1))
    assert speaks.round() > 20
    clock.move_to(hour + HOUR + SETTLED_AFTER + timedelta(minutes=1))
    assert speaks.round() == 0
    assert set(speaks._said) == {hour}
    clock.move_to(hour + 2 * HOUR + SETTLED_AFTER)
    speaks.round()
    assert set(speaks._said) == {hour, hour + HOUR}
    assert max(speaks._said.values()) == clock.now()


def test_one_that_is_put_back_says_again_what_it_said_later(house: House) -> None:
    """What is told meanwhile has an earlier hour, which was said already."""
    sent(house)
    hour = newest_hour(house)
    clock = FixedClock(hour + 3 * HOUR)
    speaks = tallier(house, clock)
    speaks._from = hour
    speaks.round()
    clock.move_to(hour + HOUR + SETTLED_AFTER)
    assert speaks.round() == 1
    assert speaks._said == {hour: clock.now()}
