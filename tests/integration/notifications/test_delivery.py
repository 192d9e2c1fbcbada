"""Delivery one can rely on: never missing, told apart, taken up again, and twice only with the same Message-ID."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.notifications.channels.email import EmailChannel, MailServer
from services.notifications.channels.letter import Sender
from services.notifications.commands.deliver_notices import WHEN_AWAY, deliver_notices
from services.notifications.domain.notice import Parcel
from services.notifications.domain.ports import Channel, ChannelIsAway, Handover
from services.notifications.domain.retrying import GIVE_UP_AFTER, LEASE
from shared.kernel.refusals import Failure
from tests.integration.notifications.conftest import Room
from tests.integration.notifications.post_office import PostOffice, post_office


class Scripted:
    """A channel that does what a test says with each parcel."""

    name = "email"

    def __init__(self, act: Callable[[Parcel], None] = lambda _: None) -> None:
        self.act = act
        self.taken: list[Parcel] = []
        self.opened = 0

    @contextmanager
    def open(self) -> Iterator[Handover]:
        self.opened += 1
        yield self

    def send(self, parcel: Parcel, address: str) -> None:
        self.act(parcel)
        self.taken.append(parcel)

    def finish(self) -> None:
        """Everything was taken when it was sent."""


class LosesAll(Scripted):
    """A channel whose next hop has everything at the end or nothing, and goes away before the end."""

    def finish(self) -> None:
        raise ChannelIsAway("gone before the end")


class Away:
    """A channel whose next hop cannot be reached."""

    name = "email"

    def open(self) -> AbstractContextManager[Handover]:
        raise ChannelIsAway("nobody answers")


class Crash(BaseException):
    """The process dies here."""


def deliver(room: Room, channel: Channel, **how: object) -> int:
    return deliver_notices(room.service.unit_of_work, channel, room.clock, chance=lambda: 0.0, **how)  # type: ignore[arg-type]


def email(office: PostOffice) -> EmailChannel:
    return EmailChannel(MailServer.from_url(office.url), Sender("https://lotsa.example.se"), timeout_s=2)


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


def test_a_final_no_is_not_asked_again(room: Room) -> None:
    """A refused recipient is a failure that somebody must see to: shown, and told to the others."""
    journey = room.a_journey(receiving=room.a_unit(address="finns.inte@example.se"))
    room.hear(journey.sent())
    with post_office() as office:
        office.answers["finns.inte@example.se"] = "550 No such user"
        assert deliver(room, email(office)) == 0
        room.clock.advance(timedelta(days=1))
        assert deliver(room, email(office)) == 0
    assert room.notices(journey.receiving) == [("new-referral-waits", "failed", "refused-by-recipient")]
    assert [told["reason"] for told in room.told("notice.failed.v1")] == ["refused-by-recipient"]


@pytest.mark.parametrize("answer", ["451 Try later", "452 Mailbox full"])
def test_a_no_for_now_is_asked_again_later_and_later(room: Room, answer: str) -> None:
    """Greylisting and full mailboxes pass."""
    journey = room.a_journey(receiving=room.a_unit(address="upptagen@example.se"))
    room.hear(journey.sent())
    with post_office() as office:
        office.answers["upptagen@example.se"] = answer
        waits = []
        for _ in range(4):
            deliver(room, email(office))
            [(due_at, attempts)] = room.ask("SELECT due_at, attempts FROM notices")
            waits.append((due_at - room.clock.now()).total_seconds())
            room.clock.move_to(due_at)
        assert waits == [2.5, 5, 10, 20]
        assert attempts == 4
        office.answers.clear()
        assert deliver(room, email(office)) == 1
    assert room.notices(journey.receiving) == [("new-referral-waits", "sent", None)]


def test_one_bad_address_holds_up_nobody_else(room: Room) -> None:
    """A batch goes on after a refusal."""
    bad, busy = room.a_unit(address="dalig@example.se"), room.a_unit(address="upptagen@example.se")
    good = [room.a_unit(address=f"bra{n}@example.se") for n in range(3)]
    for unit in (bad, good[0], busy, *good[1:]):
        room.hear(room.a_journey(receiving=unit).sent())
    with post_office() as office:
        office.answers |= {"dalig@example.se": "550 No", "upptagen@example.se": "450 Later"}
        assert deliver(room, email(office)) == 3
    assert [address for address, _ in office.taken] == [f"bra{n}@example.se" for n in range(3)]


def test_a_mail_server_that_is_away_costs_a_notice_nothing(room: Room) -> None:
    """Its own back-off does not grow, so it goes out soon after the server is back."""
    journey = room.a_journey()
    room.hear(journey.sent())
    for _ in range(8):
        assert deliver(room, Away()) == 0
        room.clock.advance(2 * WHEN_AWAY)
    assert deliver(room, Scripted()) == 1


def test_a_server_that_is_away_is_asked_once_a_round(room: Room) -> None:
    """Not once for each of the notices that wait."""
    for _ in range(7):
        room.hear(room.a_journey().sent())
    asked = 0

    class Counting(Away):
        def open(self) -> AbstractContextManager[Handover]:
            nonlocal asked
            asked += 1
            return super().open()

    deliver(room, Counting(), batch=3)
    assert asked == 1


def test_a_line_that_breaks_half_way_loses_nothing(room: Room) -> None:
    """What was taken before is marked; the rest goes out over the next line."""
    units = [room.a_unit(address=f"enhet{n}@example.se") for n in range(5)]
    for unit in units:
        room.hear(room.a_journey(receiving=unit).sent())
    broken = False

    def break_at_the_third(parcel: Parcel) -> None:
        nonlocal broken
        if not broken and parcel.address == "enhet2@example.se":
            broken = True
            raise ChannelIsAway("gone")

    channel = Scripted(break_at_the_third)
    assert deliver(room, channel) == 2
    room.clock.advance(2 * WHEN_AWAY)
    assert deliver(room, channel) == 3
    assert [parcel.address for parcel in channel.taken] == [f"enhet{n}@example.se" for n in range(5)]


@pytest.mark.parametrize("away", [True, False])
def test_what_cannot_be_sent_for_days_is_given_up_visibly(room: Room, away: bool) -> None:
    """Never silence: it is marked as failed, and the others hear of it."""

    def busy(_: Parcel) -> None:
        raise Failure("later")

    journey = room.a_journey()
    room.hear(journey.sent())
    channel: Channel = Away() if away else Scripted(busy)
    deliver(room, channel)
    room.clock.advance(GIVE_UP_AFTER)
    deliver(room, channel)
    assert room.notices(journey.receiving) == [("new-referral-waits", "failed", "gave-up")]
    assert len(room.told("notice.failed.v1")) == 1


def test_a_unit_without_a_function_address_is_not_forgotten(room: Room) -> None:
    """Suppressed with its reason, visible to the unit, and told to the others: somebody must add an address."""
    journey = room.a_journey(receiving=room.a_unit(address=None))
    room.hear(journey.sent())
    channel = Scripted()
    assert deliver(room, channel) == 0
    assert channel.taken == []
    assert room.notices(journey.receiving) == [("new-referral-waits", "suppressed", "no-function-address")]
    assert [told["reason"] for told in room.told("notice.failed.v1")] == ["no-function-address"]


def test_a_unit_not_yet_heard_of_gets_its_notice_when_it_is(room: Room) -> None:
    """The directory's news may come after the referral's."""
    receiving = uuid4()
    journey = room.a_journey(receiving=receiving)
    room.hear(journey.sent())
    channel = Scripted()
    assert deliver(room, channel) == 0
    room.a_unit(address="senkommen@example.se", unit_id=receiving)
    room.clock.advance(timedelta(seconds=10))
    assert deliver(room, channel) == 1
    assert channel.taken[0].address == "senkommen@example.se"


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
