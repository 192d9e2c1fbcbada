"""A town to tamper with: a referral database that tells, an audit database that remembers, and a copy of both.

What the bus does between them is done by hand, so that a case is a deed, a look, and an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from services.audit.commands.reconcile_sequences import ReconcileSequences, reconcile_sequences
from services.audit.domain.tallies import AGAIN_AFTER, SETTLED_AFTER
from services.audit.processes.check_claims import UNKNOWN_WAITS, WAITS, ClaimsChecker
from services.audit.processes.compare_tallies import Comparer
from services.audit.reactions.when_a_relay_announces_note_its_height import note_height
from services.audit.reactions.when_a_service_tallies_an_hour_keep_it import keep_tally
from services.audit.reactions.when_anything_happens_remember_it import remember
from services.referral.adapters.looks import keep_looks
from shared.contracts.common import AccessRecorded, RelayAnnounced
from shared.contracts.contract import Contract, contract_for
from shared.contracts.directory import AssignmentEnded
from shared.contracts.envelope import Envelope
from shared.kernel.clock import FixedClock
from shared.kernel.identity import uuid7
from shared.messaging.inbox import first_time
from shared.messaging.publish import outbox
from shared.messaging.publish.claims import Claims
from shared.messaging.publish.tallies import tally_of
from shared.messaging.tally import hour_of
from shared.settings import Settings
from shared.storage import staff_events
from shared.storage.unit_of_work import Told, transactions
from tests.integration.audit import broken_log
from tests.integration.audit.support import NOW, World, given, listed, looked, opened, sent, withdrawn
from tests.support.builders.events import assignment_granted, session_ended, signed_in
from tests.support.cast import BO

REFERRAL, CONSENT, KEPT, ANOTHER = (UUID(int=number) for number in (501, 502, 503, 504))
ASSIGNMENT = BO.assignment_id


@dataclass
class Town:
    """Both databases, and what goes between them."""

    settings: Settings
    superuser: str
    world: World

    @classmethod
    def of(cls, settings: Settings, superuser: str) -> Town:
        return cls(settings, superuser, World.of(settings, FixedClock(NOW)))

    def close(self) -> None:
        self.world.close()

    def fill(self) -> None:
        """A story told by the referral service, a sign-in and an assignment's end told by the directory."""
        granted = assignment_granted(BO, valid_from=NOW - timedelta(days=9))
        with self.world.parts.as_service() as uow:
            staff_events.remember(uow.connection, granted)
            uow.commit()
        for event in (
            given(CONSENT, REFERRAL), given(KEPT, REFERRAL), sent(REFERRAL, [CONSENT, KEPT, ANOTHER]), opened(REFERRAL),
            looked(REFERRAL, [CONSENT, KEPT]), looked(REFERRAL, [], "refused", "cilla"), listed(REFERRAL, [KEPT]),
            replace(withdrawn(CONSENT, REFERRAL), scopes=("share-with-receiving-unit",)),
        ):  # fmt: skip
            self.tell(event)
            self.relay()
            self.world.sequencer.run()
        for event in (
            signed_in(occurred_at=NOW),
            AssignmentEnded(assignment_id=ASSIGNMENT, ended_at=NOW),
        ):
            envelope = replace(self.world.envelope(event), publisher="directory", epoch=UUID(int=9))
            self.world.hear_envelope(envelope, event)
        self.world.sequencer.run()
        self._tell_of_sessions()
        self.announce()
        broken_log.verify(self.world)

    def _tell_of_sessions(self) -> None:
        """So many that a hash of the tree is stored, which is one over 256 entries."""
        ended = [session_ended(expires_at=NOW, occurred_at=NOW) for _ in range(256)]
        told = [
            (replace(self.world.envelope(event), publisher="directory", epoch=UUID(int=9)), event) for event in ended
        ]
        with self.world.parts.as_service() as uow:
            remember(told, uow)
            uow.commit()
        self.world.sequencer.run()

    def tell(self, event: Contract) -> None:
        """The referral service commits: the event in its outbox, and a look in its access records too."""
        with self._engine("referral").begin() as connection:
            connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
            outbox.append(connection, [Told(event, uuid7())], occurred_at=self.world.clock.now())
            if isinstance(event, AccessRecorded):
                keep_looks(connection, [event])

    def relay(self) -> None:
        """The referral service's relay: number, publish (audit hears it), mark as sent."""
        with self._engine("referral").connect() as connection:
            claims = Claims(connection)
            for claim in claims.number(100):
                self.hear(claim.envelope("referral", self.settings.installation))
                claims.mark_sent([claim.id])

    def hear(self, envelope: Envelope) -> None:
        """What the broker brings to audit."""
        event = contract_for(envelope.type).from_data(envelope.data)
        with self.world.parts.as_service(envelope) as uow:
            assert first_time(uow.connection, "audit.remember", envelope.id)
            remember([(envelope, event)], uow)
            uow.commit()

    def announce(self) -> None:
        """The relay says how far it has come, and the reconciliation looks a minute later."""
        with self._engine("referral").connect() as connection:
            said = Claims(connection).epoch_and_highest_sent()
        assert said is not None
        event = RelayAnnounced(highest_sequence=said[1])
        with self.world.parts.as_service(self._announced(event, said[0])) as uow:
            note_height(event, uow)
            uow.commit()
        query = "select upper(range_merge(heard)) - 1 from heard_sequences where source like '%/directory/%'"
        for (highest,) in self.world.as_role("", query):
            said_too = RelayAnnounced(highest_sequence=highest)
            with self.world.parts.as_service(
                replace(self._announced(said_too, UUID(int=9)), publisher="directory")
            ) as uow:
                note_height(said_too, uow)
                uow.commit()

    def reconcile(self) -> None:
        """A minute later: does audit have the numbers that were announced?"""
        self.world.clock.advance(timedelta(minutes=1))
        with self.world.parts.as_service() as uow:
            reconcile_sequences(ReconcileSequences(parked=dict), uow)
            uow.commit()

    def compare(self) -> None:
        """The service tallies the hours that it has something of, and audit compares them, twice."""
        for hour in self._hours():
            with self._engine("referral").connect() as connection:
                tally = tally_of(connection, hour)
            assert tally is not None, "all of it was sent"
            with self.world.parts.as_service(self._announced(tally, uuid4())) as uow:
                keep_tally(tally, uow)
                uow.commit()
        comparer = Comparer(transactions(self.world.parts.as_auditor), self.world.clock)
        self.world.clock.advance(SETTLED_AFTER)
        for _ in range(2):
            for _ in self._hours():
                comparer.run()
            self.world.clock.advance(AGAIN_AFTER)

    def check_claims(self) -> None:
        """What is noted and heard is held against entries and heights, for as long as it may be on its way."""
        checker = ClaimsChecker(transactions(self.world.parts.as_auditor), self.world.clock)
        for _ in range(2 + UNKNOWN_WAITS // WAITS):
            checker.run()
            self.world.clock.advance(WAITS)
            self.announce()

    def _hours(self) -> list[datetime]:
        with self._engine("referral").connect() as connection:
            connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
            ids = connection.execute(text("select id from outbox union select access_id from access_records")).scalars()
            return sorted({hour_of(each) for each in ids})

    def _announced(self, event: Contract, epoch: UUID) -> Envelope:
        envelope = self.world.envelope(event, sequence=None, epoch=epoch, time=self.world.clock.now())
        self.world.sequence -= 1
        return envelope

    def _engine(self, service: str) -> Engine:
        return create_engine(self.settings.service(service).database_url, poolclass=NullPool)

    def do(self, who: str, statement: str) -> str:
        """Do it with somebody's password, and commit; what the database said to it: "" or its five figures.

        ``who``: app, log, owner (as they are), owner! (who takes triggers and row-level security off first), superuser
        (who has the triggers off), each of audit's database unless it begins with "referral ".
        """
        service = "referral" if who.startswith("referral ") else "audit"
        name = who.removeprefix("referral ")
        urls = {
            "app": self.settings.service(service).database_url,
            "log": self.settings.audit_log_database_url,
            "owner": self.settings.service(service).owner_database_url,
        }
        url = urls.get(name.rstrip("!")) or self.superuser.replace("SERVICE", service)
        engine = create_engine(url, poolclass=NullPool)
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql("select set_config('lotsa.actor', 'system', true)")
                if name == "superuser":
                    connection.exec_driver_sql("set local session_replication_role = replica")
                if name.endswith("!"):
                    for table in (
                        *broken_log.TABLES,
                        "pending_entries",
                        "heard_sequences",
                        "alarms",
                        "announcements",
                        "subject_keys",
                    ):
                        connection.exec_driver_sql(f"alter table {table} disable trigger user")
                        connection.exec_driver_sql(f"alter table {table} no force row level security")
                for each in statement.split(";"):
                    connection.exec_driver_sql(each)
        except DBAPIError as refused:
            return str(getattr(refused.orig, "sqlstate", "") or "refused")
        return ""

    def alarms(self) -> set[str]:
        """The kinds that stand open."""
        return {row[0] for row in self.world.as_role("", "select kind from alarms where closed_at is null")}
