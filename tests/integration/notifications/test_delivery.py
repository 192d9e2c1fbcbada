"""Delivery one can rely on: never missing, taken up again, and twice only with the same Message-ID."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.notifications.channels.email import EmailChannel, MailServer
from services.notifications.channels.email.letter import Sender
from services.notifications.domain.notice import Parcel
from services.notifications.domain.ports import Handover
from services.notifications.domain.retry import LEASE, LONGEST
from services.notifications.processes.hand_over import WHEN_AWAY
from tests.integration.notifications.channels import LosesAll, Scripted, deliver, email
from tests.integration.notifications.conftest import Room
from tests.integration.notifications.post_office import post_office


class Crash(BaseException):
    """The process dies here."""


def test_a_notice_goes_out_as_a_letter_and_is_marked_as_sent(room: Room) -> None:
    """To the unit's function address, and the others hear that it was handed over."""
    journey = room.a_journey(receiving=room.a_unit(address="anhorigstod.sodermalm@example.se"))
    room.hear(journey.sent())
    with post_office() as office:
        assert deliver(room, email(office)) == 1
    [(address, _)] = office.taken
    assert address == "anhorigstod.sodermalm@example.se"
    assert office.letter()["Subject"] == "En ny lotsning väntar på er"
    assert f"https://lotsa.example.se/referral/referrals/{journey.referral_id}" in office.letter().get_content()
    assert room.notices(journey.receiving) == [("new-referral-waits", "sent", None)]
    assert len(room.told("notice.sent.v1")) == 1


def test_a_sent_notice_is_not_sent_again(room: Room) -> None:
    """However often the timer ticks."""
    room.hear(room.a_journey().sent())
    channel = Scripted()
    assert [deliver(room, channel) for _ in range(3)] == [1, 0, 0]
    assert channel.opened == 1


def test_a_crash_after_handing_over_repeats_the_same_letter(room: Room) -> None:
    """Marking comes after sending: the notice is not missing, and the repeat bears the same Message-ID and bytes."""
    journey = room.a_journey()
    room.hear(journey.sent())

    with post_office() as office:
        channel = email(office)

        class Dies(EmailChannel):
            @contextmanager
            def open(self) -> Iterator[Handover]:
                with channel.open() as line:

                    class Line:
                        def send(self, parcel: Parcel, address: str) -> None:
                            line.send(parcel, address)
                            raise Crash

                        def finish(self) -> None:
                            line.finish()

                    yield Line()

        with pytest.raises(Crash):
            deliver(room, Dies(MailServer("unused", 25), Sender("https://unused.example.se")))
        assert room.notices(journey.receiving) == [("new-referral-waits", "queued", None)]
        assert deliver(room, channel) == 0, "another process must leave a claimed notice alone for a while"
        room.clock.advance(LEASE)
        assert deliver(room, channel) == 1
    first, second = office.taken
    assert first == second
    assert len(set(office.message_ids())) == 1
    assert room.notices(journey.receiving) == [("new-referral-waits", "sent", None)]


def test_what_the_next_hop_has_not_confirmed_counts_as_not_sent(room: Room) -> None:
    """A channel that takes many at once may lose them at the end: they wait, and their own back-off does not grow."""
    journey = room.a_journey()
    room.hear(journey.sent())
    assert deliver(room, LosesAll()) == 0
    assert room.notices(journey.receiving) == [("new-referral-waits", "queued", None)]
    room.clock.advance(2 * WHEN_AWAY)
    assert deliver(room, Scripted()) == 1
    assert room.notices(journey.receiving) == [("new-referral-waits", "sent", None)]


def test_new_referrals_go_before_other_news(room: Room) -> None:
    """The most urgent first, then the oldest."""
    first, second = room.a_journey(), room.a_journey()
    room.hear(first.completed())
    room.clock.advance(timedelta(seconds=1))
    room.hear(second.sent())
    channel = Scripted()
    deliver(room, channel)
    assert [parcel.notice.template.value for parcel in channel.taken] == ["new-referral-waits", "something-happened"]


def test_a_late_process_does_not_mark_what_another_has_taken_over(room: Room) -> None:
    """Its claim ran out while it was sending: only the one that holds the claim tells of it."""
    room.hear(room.a_journey().sent())

    def be_late(_: Parcel) -> None:
        room.clock.advance(LEASE)
        deliver(room, Scripted())

    assert deliver(room, Scripted(be_late)) == 0
    assert len(room.told("notice.sent.v1")) == 1


def test_several_processes_share_the_work_and_take_nothing_twice(room: Room) -> None:
    """Claims skip what another holds."""
    receiving = room.a_unit()
    for _ in range(60):
        room.hear(room.a_journey(receiving=receiving).sent())
    channel = Scripted(lambda _: time.sleep(random.uniform(0, 0.002)))
    threads = [threading.Thread(target=deliver, args=(room, channel), kwargs={"batch": 7}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(channel.taken) == 60
    assert len({parcel.id for parcel in channel.taken}) == 60
    assert len(room.told("notice.sent.v1")) == 60


@pytest.mark.holds("the-demo-sends-nothing")
def test_the_demonstration_keeps_the_exact_letter_once(room: Room) -> None:
    """Nothing is sent; a repeat after a crash is kept once."""
    room.hear(room.a_journey(receiving=room.a_unit(address="anhorigstod@example.se")).sent())
    room.service.deliver()
    with room.parts.as_service() as uow:
        uow.connection.execute(text("UPDATE notices SET status = 'queued', settled_at = NULL"))
        uow.commit()
    room.service.deliver()
    [(raw, address)] = room.ask("SELECT raw, address FROM demo_mailbox")
    assert address == "anhorigstod@example.se"
    assert bytes(raw).startswith(b"From: Lotsa <lotsa@")


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(days=400)])
def test_what_a_clock_ahead_has_put_off_does_not_wait_for_that_time(room: Room, ahead: timedelta) -> None:
    """Queued, and tried in vain, while it was ahead; put right, it goes out. What is put off rightly waits."""
    now = room.clock.now()
    room.clock.move_to(now + ahead)
    room.hear(room.a_journey().sent())
    room.clock.move_to(now)
    room.hear(room.a_journey().sent())
    assert deliver(room, Scripted()) == 2
    room.hear(room.a_journey().sent())
    with room.parts.as_service() as uow:
        later = {"d": now + LONGEST}
        uow.connection.execute(text("update notices set due_at = :d where status = 'queued'"), later)
        uow.commit()
    assert deliver(room, Scripted()) == 0
