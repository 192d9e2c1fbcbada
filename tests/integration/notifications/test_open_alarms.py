"""While the audit log has open alarms, reviewers and operators are told: that there is one, and again each day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.notifications.domain.alarms import AGAIN_AFTER, MORE_AFTER, OPERATORS
from services.notifications.service import Notifications
from shared.contracts.audit import AlarmClosed, AlarmOpened
from shared.contracts.directory import AssignmentEnded
from tests.integration.notifications.channels import deliver, email
from tests.integration.notifications.conftest import Room
from tests.integration.notifications.post_office import post_office
from tests.support.builders.events import assignment_granted
from tests.support.cast import BO, NOON

TOLD = ("log-alarm", "queued", None)
OURS = "driften@example.se"


@pytest.fixture
def room_with_operators(room: Room) -> Room:
    """An installation that names those who run it."""
    room.parts = replace(room.parts, settings=replace(room.parts.settings, operators_email=OURS))
    room.service = Notifications(room.parts)
    return room


def opened(room: Room, alarm_id: UUID | None = None) -> UUID:
    alarm_id = alarm_id or uuid4()
    room.hear(AlarmOpened(alarm_id=alarm_id, kind="events-missing", noticed_at=NOON))
    return alarm_id


def closed(room: Room, alarm_id: UUID) -> None:
    room.hear(AlarmClosed(alarm_id=alarm_id, kind="events-missing", closed_at=NOON))


def a_reviewing_unit(room: Room, address: str = "granskning@example.se") -> tuple[UUID, UUID]:
    unit, assignment = room.a_unit(address=address), uuid4()
    room.hear(
        assignment_granted(BO, assignment_id=assignment, subject="ester", unit_id=unit, role="auditor", valid_from=NOON)
    )
    return unit, assignment


@pytest.mark.holds("open-alarms-are-told-daily")
def test_reviewers_and_operators_are_told_once_and_again_each_day(room_with_operators: Room) -> None:
    """However often the timer ticks, and however long it lasts; until the alarm is closed."""
    room = room_with_operators
    reviewers, _ = a_reviewing_unit(room)
    others = room.a_unit()
    alarm = opened(room)
    for day in range(1, 4):
        for _ in range(3):
            room.service.tell_of_alarms()
        assert [len(room.notices(unit)) for unit in (reviewers, OPERATORS, others)] == [day, day, 0]
        room.clock.advance(AGAIN_AFTER)
    closed(room, alarm)
    room.service.tell_of_alarms()
    assert room.notices(reviewers) == [TOLD] * 3


def test_many_alarms_at_once_are_one_letter(room_with_operators: Room) -> None:
    """Another within the hour says nothing new; one that opens later is told when the hour is over."""
    room = room_with_operators
    for _ in range(20):
        opened(room)
    room.service.tell_of_alarms()
    opened(room)
    room.clock.advance(timedelta(minutes=30))
    room.service.tell_of_alarms()
    assert room.notices(OPERATORS) == [TOLD]
    room.clock.advance(MORE_AFTER)
    room.service.tell_of_alarms()
    room.service.tell_of_alarms()
    assert room.notices(OPERATORS) == [TOLD] * 2


def test_alarms_that_open_and_close_all_the_time_are_no_flood(room_with_operators: Room) -> None:
    """One letter an hour at most."""
    room = room_with_operators
    for _ in range(60):
        alarm = opened(room)
        room.service.tell_of_alarms()
        closed(room, alarm)
        room.clock.advance(timedelta(minutes=2))
    assert len(room.notices(OPERATORS)) == 2


def test_a_closing_that_is_heard_before_its_opening_closes_it(room_with_operators: Room) -> None:
    """No order is promised on the bus."""
    room, alarm = room_with_operators, uuid4()
    closed(room, alarm)
    opened(room, alarm)
    room.service.tell_of_alarms()
    assert room.notices(OPERATORS) == []


def test_only_units_where_somebody_reviews_now_are_told(room_with_operators: Room) -> None:
    """Not the one whose reviewer has left."""
    room = room_with_operators
    left, assignment = a_reviewing_unit(room)
    room.hear(AssignmentEnded(assignment_id=assignment, ended_at=NOON))
    opened(room)
    room.service.tell_of_alarms()
    assert room.notices(left) == []


def test_without_an_address_operators_are_written_no_letter(room: Room) -> None:
    """The reviewers are, all the same."""
    reviewers, _ = a_reviewing_unit(room)
    opened(room)
    room.service.tell_of_alarms()
    assert (room.notices(OPERATORS), room.notices(reviewers)) == ([], [TOLD])


def test_where_nobody_can_be_told_yet_the_first_to_review_is_told_at_once(room: Room) -> None:
    """As after the database was lost: the directory's copy may come after the alarm."""
    opened(room)
    room.service.tell_of_alarms()
    reviewers, _ = a_reviewing_unit(room)
    room.service.tell_of_alarms()
    assert room.notices(reviewers) == [TOLD]


def test_the_letter_goes_to_the_address_and_says_nothing_of_the_alarm(room_with_operators: Room) -> None:
    """It leads to the log's state."""
    room = room_with_operators
    alarm = opened(room)
    room.service.tell_of_alarms()
    with post_office() as office:
        assert deliver(room, email(office), operators=OURS) == 1
    [(address, _)] = office.taken
    words = office.letter().get_content()
    assert address == OURS
    assert office.letter()["Subject"] == "Loggen i Lotsa har ett öppet larm"
    assert "https://lotsa.example.se/audit/log" in words
    assert str(alarm) not in words
    assert "events-missing" not in words
