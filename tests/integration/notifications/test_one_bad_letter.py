"""Whatever goes wrong with one letter, the others of its batch are settled, and nothing is sent twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy.exc

from services.notifications.adapters.notices import SqlNotices
from services.notifications.channels.email import EmailChannel, MailServer
from services.notifications.channels.email import letter as letters
from services.notifications.channels.email.letter import Sender
from services.notifications.domain.notice import Reason
from services.notifications.domain.ports import Channel, Handover
from services.notifications.domain.retry import LEASE
from services.notifications.processes.hand_over import WHEN_AWAY
from services.notifications.web.notices import words
from tests.integration.notifications.channels import Scripted, deliver
from tests.integration.notifications.conftest import Room
from tests.integration.notifications.post_office import PostOffice, post_office

# each passed the directory's old check; Python's header parser raises AttributeError for the first
BAD = ["x@[b.se", "anhorig@[stad.se", "a,b@c.se", "<script>@b.se", "vårdcentral@example.se", "=?x?b?A0B?=@b.se"]
SENT = [("new-referral-waits", "sent", None)]
FAILED = [("new-referral-waits", "failed", "could-not-be-written")]
SENDER = Sender("https://lotsa.example.se")


def email(office: PostOffice) -> EmailChannel:
    return EmailChannel(MailServer.from_url(office.url), SENDER, timeout_s=2)


def a_batch(room: Room, *addresses: str) -> list[UUID]:
    """Units with these addresses, each with a notice that is due, in this order."""
    units = [room.a_unit(address=address) for address in addresses]
    for unit in units:
        room.hear(room.a_journey(receiving=unit).sent())
    return units


def kept(room: Room) -> list[str]:
    """Where the demonstration's letters went."""
    return [row.address for row in room.ask("SELECT address FROM demo_mailbox ORDER BY notice_id")]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("by_email", [True, False], ids=["email", "demo-mailbox"])
def test_the_letters_before_and_after_a_bad_address_are_sent_once(room: Room, by_email: bool, bad: str) -> None:
    """Sent, failed, sent; the failure is published like any other, and nothing is tried again when the claim ends."""
    first, second, third = a_batch(room, "forst@example.se", bad, "sist@example.se")
    with post_office() as office:
        for _ in range(3):
            deliver(room, email(office) if by_email else room.parts.channel())
            room.clock.advance(LEASE)
        went = [address for address, _ in office.taken] if by_email else kept(room)
    assert went == ["forst@example.se", "sist@example.se"]
    assert [room.notices(unit) for unit in (first, second, third)] == [SENT, FAILED, SENT]
    [told] = room.told("notice.failed.v1")
    assert (told["unit_id"], told["reason"]) == (str(second), "could-not-be-written")
    assert len(room.told("notice.sent.v1")) == 2


@pytest.mark.parametrize("error", [AttributeError, IndexError, TypeError, ValueError, RecursionError, AssertionError])
@pytest.mark.parametrize("by_email", [True, False], ids=["email", "demo-mailbox"])
def test_whatever_the_library_raises_for_one_letter_is_that_letters_alone(
    room: Room,
    by_email: bool,
    error: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Logged by its type, with neither its text nor the address."""
    write = letters.letter

    def stumble(parcel: Any, address: str, sender: Sender) -> Any:
        if address == "snubblar@example.se":
            raise error(f"cannot parse {address}")
        return write(parcel, address, sender)

    monkeypatch.setattr(letters, "letter", stumble)
    units = a_batch(room, "forst@example.se", "snubblar@example.se", "sist@example.se")
    with post_office() as office:
        assert deliver(room, email(office) if by_email else room.parts.channel()) == 2
    assert [room.notices(unit) for unit in units] == [SENT, FAILED, SENT]
    said = capsys.readouterr().err
    lines = [json.loads(line) for line in said.splitlines() if "could not be written" in line]
    assert [line["error"] for line in lines] == [error.__name__]
    assert "snubblar" not in said


def test_the_machines_trouble_is_no_letters_fault(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many open files while the wording is read: everything waits, nothing fails."""

    def no_files(*_: object) -> None:
        raise OSError("too many open files")

    units = a_batch(room, "forst@example.se", "sist@example.se")
    with post_office() as office:
        with monkeypatch.context() as patched:
            # a letter is put together, or a form of it filled in
            for way in ("letter", "_form"):
                patched.setattr(letters, way, no_files)
            assert deliver(room, email(office)) == 0
        room.clock.advance(2 * WHEN_AWAY)
        assert deliver(room, email(office)) == 2
    assert [room.notices(unit) for unit in units] == [SENT, SENT]


def test_a_channel_that_raises_for_one_notice_settles_the_others(room: Room) -> None:
    """A third channel, written some day, need not know what may go wrong."""

    def act(parcel: Any) -> None:
        if parcel.address == "knas@example.se":
            raise KeyError(parcel.address)

    units = a_batch(room, "forst@example.se", "knas@example.se", "sist@example.se")
    assert deliver(room, Scripted(act)) == 2
    assert [room.notices(unit) for unit in units] == [SENT, FAILED, SENT]


class Unconfirmed(Scripted):
    """Takes everything and stumbles at the end."""

    def finish(self) -> None:
        raise KeyError("what was that")


class Unopened(Scripted):
    """Cannot even be opened, for a reason that nobody foresaw."""

    def open(self) -> AbstractContextManager[Handover]:
        raise UnicodeError("label too long")


@pytest.mark.parametrize("channel", [Unconfirmed(), Unopened()], ids=["at the end", "at the start"])
def test_a_channel_that_stumbles_as_a_whole_is_away(room: Room, channel: Channel) -> None:
    """Nothing counts as sent and nothing has failed; it goes out when the channel is whole."""
    units = a_batch(room, "forst@example.se", "sist@example.se")
    assert deliver(room, channel) == 0
    room.clock.advance(2 * WHEN_AWAY)
    assert deliver(room, Scripted()) == 2
    assert [room.notices(unit) for unit in units] == [SENT, SENT]


def test_one_notice_that_cannot_be_marked_keeps_no_other_from_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those handed over are marked one by one; only that one is taken up again when its claim runs out."""
    units = a_batch(room, "forst@example.se", "knepig@example.se", "sist@example.se")
    [(stubborn,)] = room.ask("SELECT notice_id FROM notices WHERE unit_id = :id", id=units[1])
    channel = Scripted()
    with monkeypatch.context() as patched:
        refuse_to_settle(patched, stubborn, lambda: RuntimeError("this one not"))
        assert deliver(room, channel) == 2
    queued = [("new-referral-waits", "queued", None)]
    assert [room.notices(unit) for unit in units] == [SENT, queued, SENT]
    room.clock.advance(LEASE)
    assert deliver(room, channel) == 1
    assert [parcel.address for parcel in channel.taken][3:] == ["knepig@example.se"]
    assert len(room.told("notice.sent.v1")) == 3


def refuse_to_settle(patched: pytest.MonkeyPatch, notice_id: UUID, error: Callable[[], Exception]) -> None:
    """Let the marking of one notice raise, in whatever company it is marked."""
    settle = SqlNotices.settle

    def picky(self: SqlNotices, token: UUID, ids: Sequence[Any], *more: Any) -> Any:
        if notice_id in ids:
            raise error()
        return settle(self, token, ids, *more)

    patched.setattr(SqlNotices, "settle", picky)


def test_the_unit_can_understand_the_reason() -> None:
    """Every reason has its sentence."""
    assert set(words.REASONS) == set(Reason) - {Reason.NOT_TO_BE_TOLD}


def test_with_the_database_away_nobody_is_marked_one_by_one(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would take as many time-outs as there are notices; they are claimed again when their claim runs out."""
    units = a_batch(room, "forst@example.se", "sist@example.se")
    asked = 0

    def away() -> Exception:
        nonlocal asked
        asked += 1
        return sqlalchemy.exc.TimeoutError()

    [(first,)] = room.ask("SELECT notice_id FROM notices WHERE unit_id = :id", id=units[0])
    with monkeypatch.context() as patched:
        refuse_to_settle(patched, first, away)
        with pytest.raises(sqlalchemy.exc.TimeoutError):
            deliver(room, Scripted())
    assert asked == 1
    room.clock.advance(LEASE)
    assert deliver(room, Scripted()) == 2
