"""A service of the tests' own: what it does with an event is said by the event's ``priority``.

It takes the place of ``audit``, so that it has a database and a broker user; ``referral`` publishes.
"""

from __future__ import annotations

import os
from functools import cache

from sqlalchemy import Engine, text

from shared.contracts.common import RelayAnnounced
from shared.contracts.envelope import Envelope
from shared.contracts.referral import ReferralCompleted, ReferralOpened, ReferralSent
from shared.kernel.refusals import Conflict, Failure
from shared.messaging.publish.outbox import append
from shared.messaging.receive.subscribe import Heard, subscribe
from shared.messaging.receive.timers import every
from shared.settings import Settings
from shared.storage.engine import make_engine
from shared.storage.unit_of_work import UnitOfWork
from tests.support.cast import IDENTITY_NUMBER

SCHEMA = """
    CREATE TABLE IF NOT EXISTS effects (
        subject uuid NOT NULL, queue text NOT NULL, correlation_id uuid, trace text, at timestamptz DEFAULT now()
    );
    CREATE TABLE IF NOT EXISTS tries (subject uuid NOT NULL, at timestamptz DEFAULT clock_timestamp());
    CREATE TABLE IF NOT EXISTS ticks (at timestamptz DEFAULT clock_timestamp());
"""


@cache
def _engine() -> Engine:
    settings = Settings.from_environment()
    return make_engine(settings.service("audit").database_url, pool_size=settings.pool_size)


# what no log may repeat
SAID = f"Gun Svensson {IDENTITY_NUMBER}"


class Listener:
    """Listens to the referral service, obeys what the priority says, and keeps a timer that fails at first."""

    name = "audit"

    def unit_of_work(self, envelope: Envelope | None) -> UnitOfWork:
        """A unit of work that follows the envelope."""
        return UnitOfWork(_engine(), write_outbox=append, cause=envelope)

    @subscribe(ReferralSent)
    def obey(self, event: ReferralSent, uow: UnitOfWork) -> None:
        """Note the effect, unless the event says to fail."""
        if event.priority.startswith("unknown"):
            with _engine().begin() as apart:
                apart.execute(text("INSERT INTO tries (subject) VALUES (:id)"), {"id": event.referral_id})
                tries = apart.execute(text("SELECT count(*) FROM tries WHERE subject = :id"), {"id": event.referral_id})
                so_far = tries.scalar_one()
            if event.priority == "unknown-once" and so_far > 1:
                pass
            else:
                raise ValueError(SAID)
        if event.priority == "refused":
            raise Conflict(SAID)
        if event.priority == "permanent":
            raise Failure(SAID, permanent=True)
        self._note(event.referral_id, "obey", uow)
        if event.priority == "answer":
            fields = event.to_data() | {"version": event.version + 1}
            uow.publish(ReferralOpened.from_data(fields))

    @subscribe(ReferralCompleted, batch=8)
    def note_closings(self, heard: Heard[ReferralCompleted], uow: UnitOfWork) -> None:
        """Note each, unless one of them is refused."""
        for event in uow.each(heard):
            if event.issuer == "refused":
                raise Conflict(SAID)
            self._note(event.referral_id, "note_closings", uow)

    @subscribe(RelayAnnounced)
    def hear_announcements(self, event: RelayAnnounced, uow: UnitOfWork) -> None:
        """Note an announcement under its own event's id."""
        assert uow.cause is not None
        self._note(uow.cause.id, f"announced {event.highest_sequence} by {uow.cause.publisher}", uow)

    @every(seconds=0.2)
    def tick(self) -> None:
        """Fail the first time; note every time."""
        with _engine().begin() as connection:
            connection.execute(text("INSERT INTO ticks DEFAULT VALUES"))
        raise ValueError(SAID)

    def _note(self, subject: object, queue: str, uow: UnitOfWork) -> None:
        assert uow.cause is not None
        uow.connection.execute(
            text("INSERT INTO effects (subject, queue, correlation_id, trace) VALUES (:s, :q, :c, :t)"),
            {"s": subject, "q": queue, "c": uow.correlation_id, "t": os.environ.get("LISTENER", "")},
        )
