"""Channels that do what a test says, and a round of delivery through one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from services.notifications.channels.email import EmailChannel, MailServer
from services.notifications.channels.email.letter import Sender
from services.notifications.domain.notice import Parcel
from services.notifications.domain.ports import Channel, ChannelIsAway, Handover
from services.notifications.processes.deliver_notices import Delivery
from shared.storage.unit_of_work import transactions
from tests.integration.notifications.conftest import Room
from tests.integration.notifications.post_office import PostOffice


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


def deliver(room: Room, channel: Channel, **how: object) -> int:
    """One round, with no chance in the waits; how many were handed over."""
    begin = transactions(room.service.unit_of_work)
    return Delivery(begin, channel, room.clock, chance=lambda: 0.0, **how).run()  # type: ignore[arg-type]


def email(office: PostOffice) -> EmailChannel:
    """The real channel, in front of a mail server of the test's own."""
    return EmailChannel(MailServer.from_url(office.url), Sender("https://lotsa.example.se"), timeout_s=2)
