"""The relay forgets nothing and numbers without gaps, wherever it is interrupted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.contracts.directory import SignInRefused
from shared.messaging.publish import claims
from shared.messaging.publish.claims import Claims
from shared.messaging.publish.outbox import BELL, append, renew_epoch, sweep_outbox
from shared.messaging.publish.publisher import ConfirmedPublisher
from shared.messaging.trouble import BrokerTrouble
from shared.storage.driver import ask
from shared.storage.unit_of_work import Told
from tests.integration.messaging.conftest import House, eventually
from tests.integration.messaging.wire import Wire
from tests.support.eventually import never


@pytest.fixture(autouse=True)
def _empty_outbox(house: House) -> Iterator[None]:
    """Each of these tests begins and ends with an empty outbox."""
    yield
    with house.publisher.begin() as connection:
        connection.execute(text("DELETE FROM outbox"))


def unsent(house: House) -> int:
    """How many events wait or are unconfirmed."""
    return int(house.ask("SELECT count(*) FROM outbox WHERE sent_at IS NULL", of="publisher"))


def sequences(house: House) -> list[int]:
    """Every sequence given, in order."""
    with house.publisher.connect() as connection:
        rows = connection.execute(text("SELECT sequence FROM outbox WHERE sequence IS NOT NULL ORDER BY 1"))
        return [row[0] for row in rows]


WAITING_FOR_LOCKS = """
    SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""


def test_what_is_rolled_back_is_never_published(house: House) -> None:
    """An event lives and dies with its transaction."""
    with house.publisher.connect() as connection:
        house_event = SignInRefused(reason="token", occurred_at=datetime.now(UTC))
        append(connection, [Told(house_event, uuid4())], occurred_at=datetime.now(UTC))
        connection.rollback()
    assert unsent(house) == 0


def test_sequences_have_no_gaps(house: House) -> None:
    """Events from transactions that commit and roll back by turns are numbered one after the other."""
    before = house.ask("SELECT last_sequence FROM publisher", of="publisher")
    with house.relaying(batch=7):
        for _ in range(20):
            house.send("normal", "normal")
            with house.publisher.connect() as connection:
                refused = SignInRefused(reason="token", occurred_at=datetime.now(UTC))
                append(connection, [Told(refused, uuid4())], occurred_at=datetime.now(UTC))
                connection.rollback()
        eventually(lambda: unsent(house) == 0, saying="everything was sent")
    assert sequences(house) == list(range(before + 1, before + 41))


def test_two_that_number_at_once_leave_no_gap(house: House) -> None:
    """Should the lock that keeps them apart be lost, the second waits for the first and numbers only what is left."""
    before = house.ask("SELECT last_sequence FROM publisher", of="publisher")
    house.send(*["normal"] * 3)
    with house.publisher.connect() as first, house.publisher.connect() as second:
        mine = ask(first, claims._NUMBER, (2,))
        others: list[list[claims.Claim]] = []
        other = threading.Thread(target=lambda: others.append(Claims(second).number(10)))
        other.start()
        eventually(
            lambda: house.ask(WAITING_FOR_LOCKS, of="publisher") == 1,
            saying="the second waits for the first",
        )
        first.commit()
        other.join(10)
        (numbered,) = others
        numbered += Claims(second).number(10)
    assert sorted([row[0] for row in mine] + [each.sequence for each in numbered]) == [before + n for n in (1, 2, 3)]
    assert house.ask("SELECT last_sequence FROM publisher", of="publisher") == before + 3


@pytest.mark.parametrize("moment", ["before publishing", "after publishing", "after marking"])
def test_an_interrupted_relay_repeats_under_the_same_number(
    house: House, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Numbers are committed before publishing and kept; whatever was not marked is published again."""
    interrupted = threading.Event()
    really_publish, really_mark = ConfirmedPublisher.publish, Claims.mark_sent

    def publish(self: ConfirmedPublisher, messages: list[object]) -> object:
        first = not interrupted.is_set() and len(messages) == 5
        if first and moment == "before publishing":
            interrupted.set()
            raise BrokerTrouble
        receipt = really_publish(self, messages)  # type: ignore[arg-type]
        if first and moment == "after publishing":
            interrupted.set()
            raise BrokerTrouble
        return receipt

    def mark(self: Claims, ids: list[object]) -> None:
        really_mark(self, ids)  # type: ignore[arg-type]
        if moment == "after marking" and not interrupted.is_set():
            interrupted.set()
            raise ConnectionError("the process is gone")

    monkeypatch.setattr(ConfirmedPublisher, "publish", publish)
    monkeypatch.setattr(Claims, "mark_sent", mark)
    house.send(*["normal"] * 5)
    before = house.ask("SELECT last_sequence FROM publisher", of="publisher")
    with house.relaying():
        eventually(lambda: interrupted.is_set() and unsent(house) == 0, saying="everything was sent after all")
    assert sequences(house) == list(range(before + 1, before + 6))


def test_an_event_that_no_queue_takes_is_kept_and_the_others_go_on(house: House) -> None:
    """The broker returns what it cannot route; it is neither marked nor in anybody's way, and goes when it can."""
    import amqp

    from shared.messaging.connection import connect

    with house.publisher.begin() as connection:
        lonely = SignInRefused(reason="token", occurred_at=datetime.now(UTC))
        append(connection, [Told(lonely, uuid4())], occurred_at=datetime.now(UTC))
    admin = connect(house.installation.settings().admin_broker_url, "test")
    channel: amqp.Channel = admin.channel()
    with house.relaying():
        house.send("normal")
        eventually(lambda: unsent(house) == 1, saying="the other event was sent")
        never(lambda: unsent(house) == 0, saying="the unroutable event was marked as sent", during=2.5)
        channel.queue_declare("late", exclusive=True)
        channel.queue_bind("late", "lotsa.referral", lonely.event_type)
        eventually(lambda: unsent(house) == 0, saying="it was sent once a queue took it")
    channel.queue_delete("late")
    admin.close()


def test_only_one_of_two_relays_works_and_the_other_takes_over(house: House) -> None:
    """The second relay waits for the first one's lock."""
    waiting, stop = house.relay(), threading.Event()
    with house.relaying():
        house.send("normal")
        eventually(lambda: unsent(house) == 0, saying="the first relay works")
        thread = threading.Thread(target=waiting.run, args=(stop,), daemon=True)
        thread.start()
        held = (
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE datname = current_database() AND locktype = 'advisory' AND granted AND objid::bigint <> :bell"
        )
        never(lambda: house.ask(held, of="publisher", bell=BELL.lock) != 1, saying="two relays were elected", during=1)
    house.send("normal")
    eventually(lambda: unsent(house) == 0, saying="the second relay took over")
    stop.set()
    thread.join(30)


def test_a_frozen_broker_is_given_up_and_found_again(house: House) -> None:
    """No confirm in time: the connection is dropped. After the thaw everything is sent, under the numbers it had."""
    url = house.installation.settings().service("referral").broker_url
    with Wire(url) as wire, house.relaying(broker_url=wire.url):
        # two rounds: after the first it also tells how far it has come, and would wait for that to be confirmed
        for _ in range(2):
            house.send("normal")
            eventually(lambda: unsent(house) == 0, saying="the relay works over the wire")
        wire.freeze()
        house.send(*["normal"] * 10)
        eventually(
            lambda: house.ask("SELECT count(*) FROM outbox WHERE sequence IS NULL", of="publisher") == 0,
            saying="the events were numbered",
        )
        numbers = sequences(house)
        never(lambda: unsent(house) == 0, saying="an unconfirmed event was marked", during=6)
        wire.thaw()
        eventually(lambda: unsent(house) == 0, saying="everything was sent after the thaw")
    assert sequences(house) == numbers


def test_a_new_epoch_numbers_what_is_unsent_from_one(house: House) -> None:
    """After a restore the source is another, so that its numbers cannot be confused with those already heard."""
    house.send("normal")
    with house.publisher.begin() as connection:
        old = connection.execute(text("SELECT epoch FROM publisher")).scalar_one()
        new = renew_epoch(connection)
    assert new != old
    with house.relaying():
        eventually(lambda: unsent(house) == 0, saying="the event was sent")
    assert sequences(house) == [1]


def test_sent_rows_are_swept_and_unsent_ones_are_not(house: House) -> None:
    """Sweeping looks at what has been sent only."""
    house.send("normal")
    with house.relaying():
        eventually(lambda: unsent(house) == 0, saying="the event was sent")
    house.send("normal")
    with house.publisher.begin() as connection:
        assert sweep_outbox(connection, keep_seconds=3600) == 0
        assert sweep_outbox(connection, keep_seconds=0) == 1
    assert unsent(house) == 1
