"""What cannot be handed over, now or ever: tried again, given up visibly, and holding up nobody else."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import uuid4

import pytest

from services.notifications.domain.notice import Parcel
from services.notifications.domain.ports import Channel, ChannelIsAway, Handover
from services.notifications.domain.retry import GIVE_UP_AFTER
from services.notifications.processes.hand_over import WHEN_AWAY
from shared.kernel.refusals import Failure
from tests.integration.notifications.channels import Away, Scripted, deliver, email
from tests.integration.notifications.conftest import Room
from tests.integration.notifications.post_office import post_office


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
