"""What is parked is found by whoever looks, however soon after, or beside, somebody else who looks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from shared.messaging import names
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from shared.messaging.receive.parked_messages import Parked, Parking
from tests.integration.messaging.conftest import House

QUEUE = "audit.obey"


@pytest.fixture
def parked(house: House) -> Iterator[list[str]]:
    """Three messages that nobody can read, parked."""
    laid = [
        Outgoing(names.parked_exchange("audit"), QUEUE, str(uuid4()), b"{", {names.REASON: "UndecodableEnvelope"})
        for _ in range(3)
    ]
    publisher = ConfirmedPublisher(house.installation.settings().admin_broker_url, "test")
    assert publisher.publish(laid).confirmed == {each.message_id for each in laid}
    publisher.close()
    ids = [each.message_id for each in laid]
    yield ids
    with parking(house) as ours:
        ours.discard(QUEUE, [each.handle for each in ours.look(QUEUE) if each.message_id in ids], before=say_nothing)


@contextmanager
def parking(house: House) -> Iterator[Parking]:
    """One look of somebody's, over a connection of its own."""
    with Parking(house.installation.settings().admin_broker_url) as opened:
        yield opened


def say_nothing(_: Parked) -> None:
    """Audit nothing."""


def found(house: House, ids: list[str]) -> list[str]:
    """Which of these somebody finds who looks now, in their order."""
    with parking(house) as ours:
        return [each.message_id for each in ours.look(QUEUE) if each.message_id in ids]


def test_whoever_looks_next_finds_all_of_it(house: House, parked: list[str]) -> None:
    """A look lays back what it saw before it is over: by another connection too, again and again."""
    for _ in range(60):
        assert found(house, parked) == parked


def test_a_look_and_an_act_over_one_connection_see_the_same(house: House, parked: list[str]) -> None:
    """As `lotsa parked discard` does: it looks where a message lies, and throws that one away; the others stay."""
    left = list(parked)
    while left:
        with parking(house) as ours:
            assert [each.message_id for each in ours.look(QUEUE) if each.message_id in parked] == left
            gone = ours.discard(QUEUE, left[:1], before=say_nothing)
        assert [each.message_id for each in gone] == [left.pop(0)]
    assert found(house, parked) == []


def test_what_somebody_else_holds_for_a_moment_is_waited_for(house: House, parked: list[str]) -> None:
    """Audit looks too, all the time; an operator's act does not miss what lies in its hands just then."""
    over = threading.Event()

    def keep_looking() -> None:
        with parking(house) as another:
            while not over.is_set():
                another.look(QUEUE)

    others = [threading.Thread(target=keep_looking) for _ in range(2)]
    for each in others:
        each.start()
    try:
        with parking(house) as ours:
            for message_id in parked:
                assert [each.message_id for each in ours.discard(QUEUE, [message_id], before=say_nothing)] == [
                    message_id
                ]
    finally:
        over.set()
        for each in others:
            each.join()


def test_what_is_not_there_is_not_waited_for_without_end(house: House, parked: list[str]) -> None:
    """A mistyped id comes to an end, and throws nothing away."""
    with parking(house) as ours:
        assert ours.discard(QUEUE, [str(uuid4())], before=say_nothing) == []
    assert found(house, parked) == parked
