"""While the services do not reach one another, those who run the system are told by letter: no bus is needed for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.notifications import bootstrap
from services.notifications.commands.tell_of_a_silence import TellOfASilence, tell_of_a_silence
from services.notifications.domain.alarms import OPERATORS
from services.notifications.domain.silence import AGAIN_AFTER, MORE_AFTER, SILENCE, Listening
from services.notifications.processes.listen import Listener
from services.notifications.service import LISTEN_EVERY_S, Notifications
from shared.storage import heartbeat as hearing
from shared.storage.engine import make_engine
from shared.storage.unit_of_work import transactions
from tests.integration.notifications.channels import deliver, email
from tests.integration.notifications.conftest import Room
from tests.integration.notifications.post_office import post_office
from tests.support.builders.events import notice_sent

OURS = "driften@example.se"
TOLD = ("nothing-is-heard", "queued", None)
A_LOOK = timedelta(seconds=LISTEN_EVERY_S)


class Listened:
    """A room whose bus process looks at the signs as time goes by."""

    def __init__(self, room: Room) -> None:
        self.room = room
        begun = room.clock.now()
        self.listening = Listening(lambda: (room.clock.now() - begun).total_seconds())

    def letters(self) -> list[tuple[str, str, str | None]]:
        """To those who run the system."""
        return self.room.notices(OPERATORS)

    def pass_by(self, span: timedelta, *, heard: bool = False, looks_every: timedelta = A_LOOK) -> None:
        """So long goes by; the directory speaks all the while, or is silent."""
        until = self.room.clock.now() + span
        while self.room.clock.now() < until:
            self.room.clock.advance(min(looks_every, until - self.room.clock.now()))
            if heard:
                self.speak()
            self.room.service.listen()

    def speak(self) -> None:
        """The directory is there."""
        with self.room.service.unit_of_work() as uow:
            hearing.note(uow.connection, self.room.clock.now(), self.room.clock.now())
            uow.commit()


@pytest.fixture
def listened(room: Room, monkeypatch: pytest.MonkeyPatch) -> Listened:
    """An installation that names those who run it, and has just begun."""
    room.parts = replace(room.parts, settings=replace(room.parts.settings, operators_email=OURS))
    room.service = Notifications(room.parts)
    made = Listened(room)
    monkeypatch.setattr(bootstrap, "listening", lambda: made.listening)
    made.speak()
    room.service.listen()
    return made


def wait_to_be_told(room: Room) -> None:
    """This service says something, and no relay is there."""
    unit = uuid4()
    said = notice_sent(unit, template="log-alarm", occurred_at=room.clock.now())
    with room.service.unit_of_work() as uow:
        uow.publish(said)
        uow.commit()


def hold(room: Room, held: bool) -> None:
    """As `lotsa restore` does, until it is said what became of the time between."""
    owner = make_engine(room.parts.settings.service("notifications").owner_database_url, pool_size=1)
    with owner.begin() as connection:
        connection.execute(text(f"UPDATE publisher SET held_at = {'now()' if held else 'NULL'}"))
    owner.dispose()


@pytest.mark.holds("a-silent-bus-is-told")
def test_it_is_told_within_six_minutes_and_again_each_day(listened: Listened) -> None:
    """Whatever was heard before; until something is heard again."""
    listened.pass_by(timedelta(hours=1), heard=True, looks_every=timedelta(minutes=1))
    assert listened.letters() == []
    listened.pass_by(SILENCE - A_LOOK)
    assert listened.letters() == []
    listened.pass_by(timedelta(minutes=1))
    assert listened.letters() == [TOLD]
    listened.pass_by(AGAIN_AFTER - timedelta(minutes=2), looks_every=timedelta(minutes=30))
    assert listened.letters() == [TOLD]
    listened.pass_by(timedelta(minutes=2))
    assert listened.letters() == [TOLD] * 2
    listened.pass_by(2 * AGAIN_AFTER, heard=True, looks_every=timedelta(hours=1))
    assert listened.letters() == [TOLD] * 2


@pytest.mark.holds("a-silent-bus-is-told")
def test_what_this_service_says_and_nobody_confirms_is_told_too(listened: Listened) -> None:
    """The directory is heard all the while: one queue of the broker's can stand still by itself."""
    wait_to_be_told(listened.room)
    listened.pass_by(SILENCE - A_LOOK, heard=True)
    assert listened.letters() == []
    listened.pass_by(timedelta(minutes=1), heard=True)
    assert listened.letters() == [TOLD]


def test_what_a_restore_holds_back_is_no_silence(listened: Listened) -> None:
    """It is meant not to go out; doctor says so."""
    wait_to_be_told(listened.room)
    hold(listened.room, True)
    try:
        listened.pass_by(2 * SILENCE, heard=True)
        assert listened.letters() == []
    finally:
        hold(listened.room, False)


def test_silences_that_come_and_go_are_no_flood(listened: Listened) -> None:
    """One letter an hour at most."""
    began = listened.room.clock.now()
    while listened.room.clock.now() - began < 2 * MORE_AFTER:
        listened.pass_by(SILENCE + A_LOOK)
        listened.pass_by(timedelta(minutes=1), heard=True)
    assert len(listened.letters()) == 2


def test_two_processes_write_one_letter(listened: Listened) -> None:
    """Each looks by itself; while one is writing, the other leaves it to that one."""
    room = listened.room
    listened.pass_by(SILENCE - A_LOOK)
    room.clock.advance(2 * A_LOOK)
    with room.service.unit_of_work() as first:
        silence = TellOfASilence(silent_for=SILENCE + A_LOOK, channel="demo-mailbox", to_operators=True)
        assert tell_of_a_silence(silence, first)
        room.service.listen()
        first.commit()
    room.service.listen()
    assert listened.letters() == [TOLD]


def test_a_night_in_which_everything_was_stopped_is_no_silence(listened: Listened) -> None:
    """A process that has just begun has not listened yet, however old the last word is."""
    listened.pass_by(timedelta(minutes=1))
    listened.room.clock.advance(timedelta(hours=9))
    begun_anew = Listened(listened.room)
    begin = transactions(listened.room.service.unit_of_work)
    assert not Listener(begin, begun_anew.listening, "demo-mailbox", to_operators=True).run()
    assert listened.letters() == []


def test_without_an_address_nobody_is_written_to(listened: Listened) -> None:
    """The process's own log tells of it."""
    room = listened.room
    room.parts = replace(room.parts, settings=replace(room.parts.settings, operators_email=""))
    room.service = Notifications(room.parts)
    listened.pass_by(2 * SILENCE)
    assert listened.letters() == []


def test_a_unit_is_not_told_of_it(listened: Listened) -> None:
    """It is theirs who run the system; the units' own pages say what is closed."""
    unit = listened.room.a_unit()
    listened.pass_by(2 * SILENCE)
    assert listened.room.notices(unit) == []


def test_the_letter_says_what_to_do_and_nothing_of_anybody(listened: Listened) -> None:
    """It goes out by the mail server, while nothing comes over the bus."""
    listened.pass_by(SILENCE + A_LOOK)
    room = listened.room
    with post_office() as office:
        assert deliver(room, email(office), operators=OURS) == 1
    [(address, _)] = office.taken
    words = office.letter().get_content()
    assert address == OURS
    assert office.letter()["Subject"] == "Lotsas delar når inte varandra"
    assert "lotsa doctor" in words
    assert "https://lotsa.example.se/audit/log" in words
