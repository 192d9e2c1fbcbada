"""The directory's word counts only where all that it vouches for has been carried out (decision 15)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.referral.service import Referral
from services.referral.web import create_app
from shared.contracts.directory import AssignmentEnded, DirectoryIsThere
from shared.contracts.envelope import Envelope
from shared.messaging.receive.delivery import Delivery
from shared.messaging.receive.handler import EARLY_WAITS, carry_out
from shared.messaging.receive.subscribe import subscriptions_of
from shared.storage.heartbeat import TABLE
from shared.storage.staff import forget_old_sessions
from shared.storage.staff_events import remember
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import session_ended
from tests.support.cast import NOON

pytestmark = pytest.mark.hearing
QUEUE = next(each for each in subscriptions_of(Referral) if each.listens_to(DirectoryIsThere.event_type))


@dataclass
class Queue:
    """Deliveries of the queue, carried out as the bus does. ``meanwhile``: happens in the second wait."""

    room: Room
    waited: list[float] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    def _wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        if self.meanwhile is not None and len(self.waited) == 2:
            self.meanwhile()

    def bring(self, envelope: Envelope, *, broken: bool = False, body: bytes | None = None) -> str:
        """One delivery; the first thing that became of it: acknowledged, put aside or parked."""
        settled: list[str] = []
        delivery = Delivery(
            subscription=QUEUE,
            body=body or envelope.to_bytes(),
            message_id=str(envelope.id),
            exchange="lotsa.directory",
            attempts=0,
            settling=_Settling(settled),  # type: ignore[arg-type]
            is_live=lambda: True,
            acknowledge=lambda: settled.append("acknowledged"),
            acknowledge_all=lambda: settled.append("acknowledged"),
            wait=self._wait,
        )
        reaction: Any = _broken if broken else Referral.keep_the_directory.__wrapped__  # type: ignore[attr-defined]
        carry_out(self.room.service, reaction, delivery)
        assert settled[-1] == "acknowledged"
        return settled[0]


class _Settling:
    def __init__(self, settled: list[str]) -> None:
        self._settled = settled

    def try_again(self, _delivery: Delivery, _seconds: int, _reason: str) -> None:
        self._settled.append("put aside")

    def park(self, _delivery: Delivery, _reason: str) -> None:
        self._settled.append("parked")


def _broken(*_: object) -> None:
    raise ValueError


def told(event: Any, at: datetime) -> Envelope:
    """An event of the directory in its envelope."""
    return an_envelope(event, time=at)


def word(at: datetime, *after: UUID) -> Envelope:
    """The directory says that it is there."""
    return told(DirectoryIsThere(after=after), at)


@pytest.fixture
def queue(room: Room) -> Iterator[Queue]:
    """A room that has not heard the directory yet."""
    with room.parts.engine.begin() as connection:
        connection.execute(text(f"UPDATE {TABLE} SET heard_at = '2000-01-01Z'"))
    before, room.app = room.app, create_app(parts=room.parts)
    yield Queue(room)
    room.app = before


@pytest.fixture
def adviser(queue: Queue, bo: Cast) -> Cast:
    """Bo in front of that app."""
    bo.client = queue.room.app.test_client()
    return bo


def sees(adviser: Cast) -> int:
    """What the work list answers."""
    return int(adviser.ask("GET", "/referrals").status_code)


@pytest.mark.parametrize("end", ["session", "assignment"])
def test_while_an_end_is_put_aside_the_word_does_not_count(queue: Queue, adviser: Cast, end: str) -> None:
    """It failed here for a reason that may pass; until it is carried out nobody knows whose right has ended."""
    ended = told(
        session_ended() if end == "session" else AssignmentEnded(assignment_id=uuid4(), ended_at=NOON),
        NOON,
    )
    assert queue.bring(ended, broken=True) == "put aside"
    assert queue.bring(word(NOON, ended.id)) == "acknowledged"
    assert sees(adviser) == 503
    assert queue.bring(ended) == "acknowledged"
    assert sees(adviser) == 503, "what was said before does not begin to count afterwards"
    assert queue.bring(word(NOON, ended.id)) == "acknowledged"
    assert sees(adviser) == 200


def test_an_end_that_was_lost_or_is_parked_is_waited_for_as_long_as_it_is_named(queue: Queue, adviser: Cast) -> None:
    """A quarter of an hour, which is the relay's to count; then a person has been told of it."""
    ended = told(session_ended(), NOON)
    unreadable = replace(ended, data={"session_id": 7}).to_bytes()
    assert queue.bring(ended, body=unreadable) == "parked"
    assert queue.bring(word(NOON, ended.id)) == "acknowledged"
    assert sees(adviser) == 503
    assert queue.bring(word(NOON)) == "acknowledged"
    assert sees(adviser) == 200


def test_an_end_in_other_hands_is_waited_for_a_moment(queue: Queue, adviser: Cast) -> None:
    """Two workers took the two at once: the word waits for the end beside it, and not for its own next round."""
    ended = told(session_ended(), NOON)
    queue.meanwhile = lambda: Queue(queue.room).bring(ended)
    assert queue.bring(word(NOON, ended.id)) == "acknowledged"
    assert len(queue.waited) == 2
    assert sees(adviser) == 200


def test_it_holds_up_nobody_for_long(queue: Queue) -> None:
    """A word whose time has not come is let go after a second: the next one says the same."""
    queue.bring(word(NOON, uuid4()))
    assert len(queue.waited) == EARLY_WAITS
    assert sum(queue.waited) <= 1.0 + 1e-9


def test_an_end_outlives_a_clock_that_was_ahead(room: Room) -> None:
    """Swept while it is a day ahead: what has ended is not begun again when it is put right."""
    ended = session_ended(expires_at=NOON + timedelta(hours=12))
    with room.parts.engine.begin() as connection:
        remember(connection, ended)
        assert forget_old_sessions(connection, NOON + timedelta(days=29)) == 0
    assert room.parts.staff.session_ended(ended.session_id)
    with room.parts.engine.begin() as connection:
        assert forget_old_sessions(connection, NOON + timedelta(days=31)) >= 1
    assert not room.parts.staff.session_ended(ended.session_id)
