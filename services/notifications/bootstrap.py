"""The only place where notifications' adapters are chosen: which database, which channel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import Engine

from services.notifications.adapters import unit_of_work
from services.notifications.adapters.mailbox import Mailbox
from services.notifications.channels.demo_mailbox import DemoMailbox
from services.notifications.channels.email import EmailChannel, MailServer
from services.notifications.channels.email.letter import Sender
from services.notifications.domain.ports import Channel
from services.notifications.domain.silence import Listening
from services.notifications.processes.deliver_notices import Delivery
from services.notifications.processes.listen import Listener
from shared.contracts.envelope import Envelope
from shared.environment import SettingsAreWrong
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock, SystemClock
from shared.settings import Settings
from shared.storage.engine import make_engine
from shared.storage.staff import StaffCopy
from shared.storage.unit_of_work import transactions

SERVICE = "notifications"


@dataclass(frozen=True)
class Parts:
    """What the doors of this service are given."""

    settings: Settings
    engine: Engine
    clock: Clock
    staff: StaffCopy

    def as_service(self, envelope: Envelope | None = None) -> unit_of_work.NotificationsUnitOfWork:
        """A transaction for reactions and timers."""
        return unit_of_work.of_service(self.engine, self.clock, envelope)

    def as_unit(self, actor: Actor) -> unit_of_work.NotificationsUnitOfWork:
        """A transaction that sees one unit's notices."""
        return unit_of_work.of_unit(self.engine, self.clock, actor)

    def as_demo_inbox(self) -> unit_of_work.NotificationsUnitOfWork:
        """A transaction that sees the demonstration's letters."""
        return unit_of_work.of_demo_inbox(self.engine, self.clock)

    @property
    def channel_name(self) -> str:
        """The channel that notices are written for."""
        return DemoMailbox.name if self.settings.demo else EmailChannel.name

    def channel(self) -> Channel:
        """The channel itself. Raises SettingsAreWrong when there is no mail server to speak to."""
        if self.settings.demo:
            return DemoMailbox(Mailbox(self.engine, self.clock).keep, Sender(self.settings.public_url))
        if not self.settings.smtp_url:
            raise SettingsAreWrong("LOTSA_SMTP_URL is needed: notices are sent as e-mail")
        server = MailServer.from_url(self.settings.smtp_url)
        return EmailChannel(server, Sender(self.settings.public_url, server.sender))

    @property
    def reaches_operators(self) -> bool:
        """Whether those who run the system have given an address."""
        return bool(self.settings.operators_email)

    def delivery(self) -> Delivery:
        """What hands over notices. Raises as ``channel`` does."""
        operators = self.settings.operators_email
        return Delivery(transactions(self.as_service), self.channel(), self.clock, operators=operators)

    def listener(self) -> Listener:
        """What tells of a silence, by what this bus process remembers."""
        begin = transactions(self.as_service)
        return Listener(begin, listening(), self.channel_name, to_operators=self.reaches_operators)


def for_web(settings: Settings) -> Parts:
    """The parts of a web process."""
    return _parts(settings, "web")


def for_bus(settings: Settings) -> Parts:
    """The parts of a bus process."""
    return _parts(settings, "bus")


@cache
def bus() -> Parts:
    """This bus process's parts, from its environment, made once."""
    return for_bus(Settings.from_environment())


@cache
def listening() -> Listening:
    """What this bus process remembers of the signs that it has seen, made once."""
    return Listening()


def _parts(settings: Settings, process: str) -> Parts:
    url = settings.service(SERVICE).database_url
    if not url:
        raise SettingsAreWrong("LOTSA_NOTIFICATIONS_DATABASE_URL is needed")
    engine = make_engine(url, pool_size=settings.pool_size, application_name=f"lotsa {SERVICE} {process}")
    return Parts(settings=settings, engine=engine, clock=SystemClock(), staff=StaffCopy(engine))
