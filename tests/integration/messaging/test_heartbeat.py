"""The relay's word that it is there: after all that it vouches for, seldom, and leaving nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.contracts.contract import Contract
from shared.contracts.directory import DirectoryIsThere, SessionEnded, SignInRefused
from shared.contracts.envelope import Envelope
from shared.messaging.publish import announcements as announcing
from shared.messaging.publish.claims import Claims
from shared.messaging.publish.outbox import append, hold, let_go
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing, Receipt
from shared.messaging.receive.subscribe import subscribe
from shared.storage.staff_events import STAFF_EVENTS
from shared.storage.unit_of_work import Told
from tests.integration.messaging.conftest import House
from tests.support.builders.events import session_ended

REFUSED: set[str] = set()


@pytest.fixture
def said(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Envelope]]:
    """What goes to the broker, in order; the broker itself takes what ``REFUSED`` does not name."""
    heard: list[Envelope] = []

    def publish(_: ConfirmedPublisher, messages: list[Outgoing]) -> Receipt:
        envelopes = [Envelope.from_bytes(message.body) for message in messages]
        heard.extend(envelopes)
        taken = frozenset(str(each.id) for each in envelopes if each.type not in REFUSED)
        return Receipt(taken, frozenset(), frozenset(str(each.id) for each in envelopes) - taken)

    monkeypatch.setattr(ConfirmedPublisher, "publish", publish)
    yield heard
    REFUSED.clear()
    with house.publisher.begin() as connection:
        let_go(connection)


def round_of(house: House, relay: Any) -> None:
    """One round, as the relay makes them."""
    with house.publisher.connect() as opened:
        relay.round(opened.execution_options(isolation_level="AUTOCOMMIT"))


def words(said: list[Envelope]) -> list[Envelope]:
    """The directory's words among what was said."""
    return [each for each in said if each.type == DirectoryIsThere.event_type]


def tell(house: House, *events: Contract) -> datetime:
    """Events are committed; the moment just after."""
    with house.publisher.begin() as connection:
        append(connection, [Told(event, uuid4()) for event in events], occurred_at=datetime.now(UTC))
    return datetime.now(UTC)


def an_end() -> SessionEnded:
    """A session ends."""
    now = datetime.now(UTC)
    return session_ended(expires_at=now, occurred_at=now)


def test_it_comes_after_what_was_committed_before_its_time(house: House, said: list[Envelope]) -> None:
    """So whoever has heard it has been sent every end before it; it has no sequence, and is in no outbox."""
    relay = house.relay(heartbeat=DirectoryIsThere)
    committed = tell(house, an_end(), SignInRefused(reason="token", occurred_at=datetime.now(UTC)))
    round_of(house, relay)
    kinds = [each.type for each in said if not each.type.startswith("relay.")]
    assert kinds == ["session.ended.v1", "session.refused.v1", "directory.is-there.v2"]
    word = said[2]
    assert word.sequence is None
    assert word.time >= committed - timedelta(seconds=1)
    assert word.time <= datetime.now(UTC)
    assert house.ask("SELECT count(*) FROM outbox WHERE event_type LIKE 'directory.%'", of="publisher") == 0


def test_it_is_said_every_ten_seconds_and_not_oftener(
    house: House, said: list[Envelope], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often the relay looks."""
    relay = house.relay(heartbeat=DirectoryIsThere)
    for _ in range(5):
        round_of(house, relay)
    assert [each.type for each in said].count("directory.is-there.v2") == 1
    monkeypatch.setattr(announcing, "HEARTBEAT_EVERY", 0.0)
    relay._announcing.heartbeat_at_once()
    round_of(house, relay)
    assert [each.type for each in said].count("directory.is-there.v2") == 2


def test_it_is_silent_while_an_end_has_not_reached_the_broker(house: House, said: list[Envelope]) -> None:
    """What it vouches for is told first; what it does not vouch for holds nobody up."""
    relay = house.relay(heartbeat=DirectoryIsThere)
    REFUSED.update({"session.ended.v1", "session.refused.v1"})
    tell(house, an_end())
    round_of(house, relay)
    assert "directory.is-there.v2" not in [each.type for each in said]
    REFUSED.discard("session.ended.v1")
    tell(house, SignInRefused(reason="token", occurred_at=datetime.now(UTC)))
    relay._next_look_back = 0.0
    round_of(house, relay)
    assert "directory.is-there.v2" in [each.type for each in said]


def test_it_names_what_was_told_lately_of_what_it_vouches_for(house: House, said: list[Envelope]) -> None:
    """For a quarter of an hour; what it does not vouch for is not named, and what is long past neither."""
    relay = house.relay(heartbeat=DirectoryIsThere)
    tell(house, an_end(), SignInRefused(reason="token", occurred_at=datetime.now(UTC)), an_end())
    round_of(house, relay)
    ends = [each.id for each in said if each.type == "session.ended.v1"]
    assert len(ends) == 2
    assert words(said)[-1].data == {"after": sorted(map(str, ends))}
    with house.publisher.begin() as connection:
        connection.execute(text("UPDATE outbox SET sent_at = sent_at - interval '16 minutes'"))
    relay._announcing.heartbeat_at_once()
    round_of(house, relay)
    assert words(said)[-1].data == {"after": []}
    assert len(words(said)) == 2


@pytest.mark.parametrize("until", ["it has numbered", "it has spoken"])
def test_it_is_silent_where_it_was_held_meanwhile(
    house: House, said: list[Envelope], monkeypatch: pytest.MonkeyPatch, until: str
) -> None:
    """An end that was committed before waits unnumbered then, also where the relay was let go before it could speak."""
    numbering = Claims.number

    def number_while_held(claims: Claims, at_most: int) -> Any:
        with house.publisher.begin() as connection:
            hold(connection)
        found = numbering(claims, at_most)
        if until == "it has numbered":
            with house.publisher.begin() as connection:
                let_go(connection)
        return found

    relay = house.relay(heartbeat=DirectoryIsThere)
    tell(house, an_end())
    monkeypatch.setattr(Claims, "number", number_while_held)
    round_of(house, relay)
    assert words(said) == []
    monkeypatch.setattr(Claims, "number", numbering)
    with house.publisher.begin() as connection:
        let_go(connection)
    round_of(house, relay)
    assert [each.type for each in said if not each.type.startswith("relay.")] == [
        "session.ended.v1",
        words(said)[0].type,
    ]


def test_it_vouches_for_all_that_staff_is_made_of() -> None:
    """What a copy of staff hears and is numbered is what the word stands for: no more, or it would wait for ever."""
    numbered = {each.event_type for each in STAFF_EVENTS if each.numbered}
    assert set(DirectoryIsThere.vouches_for) == numbered


def test_what_vouches_for_others_is_not_carried_out_beside_them() -> None:
    """Together with those that it rests on it would come before they are done."""
    with pytest.raises(TypeError):
        subscribe(SessionEnded, DirectoryIsThere, batch=8)


def test_other_relays_say_nothing_of_the_kind(house: House, said: list[Envelope]) -> None:
    """Only the directory knows whose right has ended."""
    round_of(house, house.relay())
    assert "directory.is-there.v2" not in [each.type for each in said]
