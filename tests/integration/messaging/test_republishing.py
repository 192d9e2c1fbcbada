"""What was sent is sent again when a person asks: under the same ids and numbers, and nothing happens twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from shared.messaging.connection import connect, drop
from shared.messaging.publish.claims import Claims
from shared.messaging.publish.outbox import hold, let_go, renew_epoch
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing, Receipt
from shared.messaging.publish.republication import ask_to_republish, how_many, progress
from shared.messaging.receive.subscribe import subscriptions_of
from shared.messaging.retention import KEEP_CARRIED_OUT_DAYS, KEEP_SENT, KEEP_SENT_DAYS
from tests.integration.messaging.conftest import House, eventually
from tests.integration.messaging.listener import Listener
from tests.support.eventually import never


@pytest.fixture(autouse=True)
def _nothing_asked_for(house: House) -> Iterator[None]:
    """What was asked to be sent again goes with the test that asked."""
    yield
    with house.publisher.begin() as connection:
        connection.execute(text("DELETE FROM republishing"))


def unsent(house: House) -> int:
    """How many events wait or are unconfirmed."""
    return int(house.ask("SELECT count(*) FROM outbox WHERE sent_at IS NULL", of="publisher"))


def asked(house: House, since: datetime) -> UUID:
    """Ask, as the operator's command does."""
    with house.publisher.begin() as connection:
        return ask_to_republish(connection, since)


def bodies(messages: list[Outgoing]) -> list[bytes]:
    """What went over the wire, in no order: none is promised."""
    return sorted(each.body for each in messages)


def done(house: House, request: UUID) -> tuple[int, bool]:
    """How far it has come."""
    with house.publisher.connect() as connection:
        return progress(connection, request)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Outgoing]:
    """Whatever relays of this process publish, announcements left out."""
    seen: list[Outgoing] = []
    publish = ConfirmedPublisher.publish

    def noting(self: ConfirmedPublisher, messages: list[Outgoing]) -> Receipt:
        seen.extend(each for each in messages if not each.routing_key.startswith("relay."))
        return publish(self, messages)

    monkeypatch.setattr(ConfirmedPublisher, "publish", noting)
    return seen


def test_the_same_bytes_are_sent_again_and_when_they_were_first_sent_stays(
    house: House, published: list[Outgoing]
) -> None:
    """Batch by batch; what was sent before the moment stays where it is."""
    house.send("normal")
    with house.relaying(batch=3):
        eventually(lambda: unsent(house) == 0, saying="the first event was sent")
        since = house.ask("SELECT clock_timestamp()", of="publisher")
        house.send(*["normal"] * 10)
        eventually(lambda: unsent(house) == 0, saying="everything was sent")
        first = list(published)
        times = "SELECT string_agg(sent_at::text, ' ' ORDER BY sequence) FROM outbox"
        before = house.ask(times, of="publisher")
        with house.publisher.connect() as connection:
            assert how_many(connection, since) == 10
        request = asked(house, since)
        eventually(lambda: done(house, request) == (10, True), saying="it was sent again")
    assert bodies(published[len(first) :]) == bodies(first[1:])
    assert house.ask(times, of="publisher") == before


@pytest.mark.holds("sent-again-changes-nothing-twice")
def test_who_has_had_it_does_nothing_and_who_has_lost_it_has_it_again(house: House) -> None:
    """The queue is emptied behind the listener's back, as a lost broker's is; afterwards each effect is there once."""
    since = datetime.now(UTC) - timedelta(minutes=5)
    with house.relaying():
        with house.bus():
            had = house.send("normal", "normal")
            eventually(lambda: all(house.effects(each) for each in had), saying="two were carried out")
        lost = house.send("normal", "normal", "normal")
        eventually(lambda: unsent(house) == 0, saying="three more were sent")
        empty(house)
        with house.bus():
            never(lambda: any(house.effects(each) for each in lost), saying="a lost one came by itself", during=1)
            request = asked(house, since)
            eventually(lambda: all(house.effects(each) for each in lost), saying="the lost ones came")
            eventually(lambda: done(house, request)[1], saying="it was finished")
    assert [house.effects(each) for each in (*had, *lost)] == [1] * 5


def empty(house: House) -> None:
    """Throw away what waits on every queue that the listener has."""
    connection = connect(house.installation.settings().admin_broker_url, "test")
    try:
        channel = connection.channel()
        for each in subscriptions_of(Listener):
            channel.queue_purge(each.queue)
    finally:
        drop(connection)


def test_a_relay_that_dies_in_the_middle_goes_on_where_it_was(house: House, published: list[Outgoing]) -> None:
    """What was confirmed before is not begun anew, and nothing is left out."""
    house.send(*["normal"] * 9)
    with house.relaying():
        eventually(lambda: unsent(house) == 0, saying="everything was sent")
    first = [each.message_id for each in published]
    request = asked(house, datetime.now(UTC) - timedelta(hours=1))
    relay = house.relay(batch=4)
    with house.publisher.connect() as connection:
        relay.round(connection)
        connection.commit()
    relay._broker.close()
    assert done(house, request) == (4, False)
    with house.relaying(batch=4):
        eventually(lambda: done(house, request) == (9, True), saying="the next relay went on")
    assert sorted(each.message_id for each in published[9:]) == sorted(first)


def test_what_was_sent_in_an_earlier_epoch_is_sent_under_it(house: House, published: list[Outgoing]) -> None:
    """And the new epoch's height is its own: what the old one sent does not count (fault 54)."""
    house.send("normal", "normal")
    with house.relaying():
        eventually(lambda: unsent(house) == 0, saying="everything was sent")
    with house.publisher.begin() as connection:
        renew_epoch(connection)
    house.send("normal")
    with house.relaying():
        eventually(lambda: unsent(house) == 0, saying="the third was sent")
        with house.publisher.connect() as connection:
            said = Claims(connection).epoch_and_highest_sent()
        assert said is not None
        assert said[1] == 1
        request = asked(house, datetime.now(UTC) - timedelta(hours=1))
        eventually(lambda: done(house, request) == (3, True), saying="all were sent again")
    assert bodies(published[3:]) == bodies(published[:3])


def test_a_publisher_that_is_held_publishes_nothing_new_and_announces_nothing(
    house: House, published: list[Outgoing]
) -> None:
    """Between a restore and the word on its old epoch; people go on, and the outbox grows."""
    with house.publisher.begin() as connection:
        assert hold(connection) is False
        assert hold(connection) is True
    house.send("normal")
    with house.relaying(announce_every=0.1):
        never(lambda: bool(published), saying="something was published", during=1)
        assert house.ask("SELECT count(*) FROM outbox WHERE sequence IS NOT NULL", of="publisher") == 0
        with house.publisher.begin() as connection:
            let_go(connection)
        eventually(lambda: unsent(house) == 0, saying="it was sent")


def test_what_can_be_sent_again_is_still_remembered_by_who_has_had_it() -> None:
    """The inbox remembers for a week longer than sent events stay."""
    assert timedelta(days=KEEP_SENT_DAYS) == KEEP_SENT
    assert KEEP_SENT_DAYS >= 30
    assert KEEP_CARRIED_OUT_DAYS >= KEEP_SENT_DAYS + 7
