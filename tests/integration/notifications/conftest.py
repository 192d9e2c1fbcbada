"""Notifications' own database, and the means to let it hear events."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from operations.install.installation import Installation
from services.notifications import bootstrap
from services.notifications.service import Notifications
from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.contracts.referral import (
    ConsentGiven,
    ConsentWithdrawn,
    FirstContactMade,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralOpened,
    ReferralRejected,
    ReferralSent,
)
from shared.kernel.clock import FixedClock
from shared.kernel.identity import uuid7_of
from shared.messaging.inbox import first_time
from shared.messaging.receive.subscribe import subscriptions_of
from shared.storage.engine import make_engine
from shared.storage.migrations import migrate
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import (
    NUMBER,
    Step,
    assignment_granted,
    consent_given,
    consent_withdrawn,
    referral_step,
    unit_changed,
)
from tests.support.cast import BO, NOON

TABLES = (
    "notices, telling, open_alarms, demo_mailbox, outbox, inbox, "
    "known_units, known_assignments, ended_sessions"  # all but publisher
)


@dataclass(frozen=True)
class Journey:
    """One referral between two units, and the events that tell of it."""

    referral_id: UUID
    referring: UUID
    receiving: UUID
    alvas: UUID
    bos: UUID

    def sent(self, version: int = 1) -> ReferralSent:
        """It went to the receiving unit."""
        extra = {
            "number": NUMBER,
            "priority": "normal",
            "acknowledge_by": NOON + timedelta(days=3),
            "consents": (uuid4(),),
        }
        return self._step(ReferralSent, version, self.alvas, **extra)

    def opened(self, version: int = 2) -> ReferralOpened:
        """The receiving unit read it."""
        return self._step(ReferralOpened, version, self.bos)

    def accepted(self, version: int = 3) -> ReferralAccepted:
        """The receiving unit took it on."""
        return self._step(ReferralAccepted, version, self.bos)

    def contacted(self, version: int = 4) -> FirstContactMade:
        """The receiving unit has been in touch with the carer."""
        return self._step(FirstContactMade, version, self.bos)

    def rejected(self, version: int = 3) -> ReferralRejected:
        """The receiving unit declined it."""
        return self._step(ReferralRejected, version, self.bos)

    def completed(self, version: int = 4) -> ReferralCompleted:
        """The receiving unit closed it."""
        return self._step(ReferralCompleted, version, self.bos)

    def cancelled(self, version: int = 3, by: UUID | None = None) -> ReferralCancelled:
        """It was taken back."""
        return self._step(ReferralCancelled, version, by or self.alvas)

    def consented(self, *scopes: str) -> ConsentGiven:
        """The carer's consent."""
        return consent_given(
            uuid4(),
            self.referral_id,
            **self._noted(self.referring, self.alvas),
            recipient_unit_id=self.receiving,
            scopes=("share-with-receiving-unit", *scopes),
            expires_at=NOON + timedelta(days=365),
        )

    def withdrawn(self, version: int = 3, by: UUID | None = None, about: str = "carer") -> ConsentWithdrawn:
        """A consent was withdrawn."""
        return consent_withdrawn(
            uuid4(),
            self.referral_id,
            **self._noted(self.receiving if by == self.bos else self.referring, by or self.alvas),
            about=about,
            referring_unit_id=self.referring,
            receiving_unit_id=self.receiving,
            version=version,
        )

    def _step(self, kind: type[Step], version: int, by: UUID, **changes: Any) -> Step:
        units = {"referring_unit_id": self.referring, "receiving_unit_id": self.receiving}
        return referral_step(
            kind, self.referral_id, version=version, subject="someone", assignment_id=by, **units, **changes
        )

    def _noted(self, unit: UUID, by: UUID) -> dict[str, Any]:
        return {"subject": "someone", "assignment_id": by, "unit_id": unit}


_requests = itertools.count()


def a_request() -> UUID:
    """A request a millisecond after the one before: what follows from it sorts behind what followed from that."""
    return uuid7_of(NOON + timedelta(milliseconds=next(_requests)))


class Room:
    """The service with a clock of our own, hearing what it is told without a broker between."""

    def __init__(self, parts: bootstrap.Parts, clock: FixedClock) -> None:
        self.parts = parts
        self.clock = clock
        self.service = Notifications(parts)
        self._methods = {
            event_type: (subscription.queue.partition(".")[2], subscription.batch > 1)
            for subscription in subscriptions_of(Notifications)
            for _, event_type in subscription.bindings
        }

    @property
    def engine(self) -> Engine:
        """The application role's engine."""
        return self.parts.engine

    def hear(
        self, event: Contract, *, history: bool = False, event_id: UUID | None = None, request: UUID | None = None
    ) -> UUID:
        """Let one event be heard, as the bus does: reaction and inbox row in one commit. Returns the event's id.

        ``request``: the correlation of the request that it followed from; one of its own unless given.
        """
        named = {"id": event_id} if event_id else {}
        envelope = an_envelope(event, history=history, correlation_id=request or a_request(), **named)
        method, _ = self._methods[event.event_type]
        with self.service.unit_of_work(envelope) as uow:
            if first_time(uow.connection, f"notifications.{method}", envelope.id):
                self.react(envelope, envelope.contract(), uow)
                uow.commit()
        return envelope.id

    def react(self, envelope: Envelope, event: Contract, uow: Any) -> None:
        """What the service does when it hears an event, in a transaction of the test's own."""
        method, takes_many = self._methods[event.event_type]
        getattr(self.service, method)([(envelope, event)] if takes_many else event, uow)

    def a_unit(self, *, address: str | None = "enhet@example.se", unit_id: UUID | None = None) -> UUID:
        """A unit that the directory has told of."""
        unit_id = unit_id or uuid4()
        changed = unit_changed(unit_id, name="En enhet", function_address=address)
        self.hear(changed)
        return unit_id

    def a_journey(self, *, referring: UUID | None = None, receiving: UUID | None = None) -> Journey:
        """A referral between two known units, by people with known assignments."""
        referring = referring or self.a_unit(address="vardcentral@example.se")
        receiving = receiving or self.a_unit(address="anhorigstod@example.se")
        alvas, bos = uuid4(), uuid4()
        for assignment_id, unit_id in ((alvas, referring), (bos, receiving)):
            granted = assignment_granted(
                BO, assignment_id=assignment_id, subject=str(assignment_id), unit_id=unit_id, valid_from=NOON
            )
            self.hear(granted)
        return Journey(uuid4(), referring, receiving, alvas, bos)

    def ask(self, statement: str, **values: object) -> Sequence[Any]:
        """Rows, seen with the service's own eyes."""
        with self.parts.as_service() as uow:
            return uow.connection.execute(text(statement), values).all()

    def notices(self, unit_id: UUID) -> list[tuple[str, str, str | None]]:
        """A unit's notices as (template, status, reason), the oldest first."""
        query = "SELECT template, status, reason FROM notices WHERE unit_id = :id ORDER BY notice_id"
        return [tuple(row) for row in self.ask(query, id=unit_id)]

    def told(self, event_type: str = "%") -> list[dict[str, Any]]:
        """The data of every event of a type, or of any, in the outbox."""
        query = "SELECT data FROM outbox WHERE event_type LIKE :t ORDER BY id"
        return [row.data for row in self.ask(query, t=event_type)]


@pytest.fixture(scope="session")
def notifications_database(installation: Installation) -> Installation:
    """The installation, with notifications' tables in it."""
    migrate("notifications", installation.settings().service("notifications").owner_database_url)
    return installation


@pytest.fixture
def room(notifications_database: Installation) -> Iterator[Room]:
    """The service on empty tables, its clock standing at noon, with the demonstration's mailbox for a channel."""
    settings = replace(notifications_database.settings(), mode="demo")
    owner = make_engine(settings.service("notifications").owner_database_url, pool_size=1)
    with owner.begin() as connection:
        connection.execute(text(f"TRUNCATE {TABLES}"))
    owner.dispose()
    clock = FixedClock(NOON)
    parts = replace(bootstrap.for_bus(settings), clock=clock)
    yield Room(parts, clock)
    parts.engine.dispose()
