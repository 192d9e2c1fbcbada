"""Everything that audit hears and does by the clock, on one page."""

from __future__ import annotations

from services.audit import bootstrap, bus_process
from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.commands.reconcile_sequences import ReconcileSequences, reconcile_sequences
from services.audit.commands.tell_of_alarms import TellOfAlarms, tell_of_alarms
from services.audit.processes.sweep import Sweep
from services.audit.reactions import (
    when_a_relay_announces_note_its_height as heights,
)
from services.audit.reactions import (
    when_a_service_is_restored_note_what_is_given_up as restored,
)
from services.audit.reactions import (
    when_a_service_tallies_an_hour_keep_it as tallies,
)
from services.audit.reactions import (
    when_anything_happens_remember_it as memory,
)
from services.audit.reactions import (
    when_staff_change_keep_the_copy as staff,
)
from services.audit.views.metrics import show_alarms, show_queue, show_verification
from shared.contracts import audit, common, directory, notifications, referral  # noqa: F401 - so that all are registered
from shared.contracts.common import RelayAnnounced, ServiceRestored, TallyAnnounced
from shared.contracts.contract import Contract, all_contracts
from shared.contracts.envelope import Envelope
from shared.messaging.receive.subscribe import Heard, subscribe
from shared.messaging.receive.timers import every
from shared.settings import Settings
from shared.storage.staff_events import STAFF_EVENTS, StaffEvent
from shared.storage.unit_of_work import changing, transactions

INTEGRATE_EVERY_S = 0.04
BATCH = 64
RECONCILE_EVERY_S = 15
VERIFY_EVERY_S = 5
COMPARE_EVERY_S = 15
SWEEP_EVERY_S = 60
# what has no number tells of the bus, not of anybody's doing: it is compared or heard, not remembered
EVERYTHING = [contract for contract in all_contracts() if contract.numbered]


class Audit:
    """Remembers, and can prove it."""

    name = "audit"

    def __init__(self, parts: bootstrap.Parts | None = None) -> None:
        self._parts = parts or bus_process.bus()

    @staticmethod
    def check_keys(settings: Settings) -> None:
        """Before the bus begins. Raises KeyIsMissing when the key that signs the log is not there."""
        bootstrap.check_signing_key(settings)

    def unit_of_work(self, envelope: Envelope | None = None) -> AuditUnitOfWork:
        """A transaction that follows what was heard."""
        return self._parts.as_service(envelope)

    @subscribe(*EVERYTHING, batch=BATCH)
    def remember(self, heard: Heard[Contract], uow: AuditUnitOfWork) -> None:
        """Whatever happens anywhere enters the log."""
        memory.remember(heard, uow)

    @subscribe(RelayAnnounced)
    def note_height(self, event: RelayAnnounced, uow: AuditUnitOfWork) -> None:
        """How far each relay says it has come."""
        heights.note_height(event, uow)

    @subscribe(TallyAnnounced)
    def note_tally(self, event: TallyAnnounced, uow: AuditUnitOfWork) -> None:
        """What each service says of an hour that is over."""
        tallies.keep_tally(event, uow)

    @subscribe(ServiceRestored)
    def note_what_is_given_up(self, event: ServiceRestored, uow: AuditUnitOfWork) -> None:
        """Which numbers nobody holds any more, after a service was put back."""
        restored.note_what_is_given_up(event, uow)

    @subscribe(*STAFF_EVENTS)
    def keep_the_staff(self, event: StaffEvent, uow: AuditUnitOfWork) -> None:
        """Who works where, and who may review; and that the directory is there."""
        staff.keep(event, uow)

    @every(seconds=INTEGRATE_EVERY_S, bed=bus_process.bed)
    def integrate(self) -> bool:
        """What is pending enters the log, under a new checkpoint; whether anything waited."""
        return bus_process.integration().run()

    @every(seconds=RECONCILE_EVERY_S)
    def reconcile(self) -> None:
        """Is everything here that was published? And what is wrong is told."""
        asked = ReconcileSequences(
            parked=self._parts.parked, begun=bus_process.began_to_listen(), behind=bus_process.backlog()
        )
        with changing(self.unit_of_work()) as uow:
            reconcile_sequences(asked, uow)
            tell_of_alarms(TellOfAlarms(), uow)
            standing, waiting, waited = uow.alarms.counts(), uow.sequences.waiting(), uow.sequences.oldest_waiting()
        show_alarms(standing)
        show_queue(waiting, waited)

    @every(seconds=COMPARE_EVERY_S)
    def compare(self) -> None:
        """Does the log have what services say that they told, and who looked?"""
        bus_process.comparer().run()

    # by itself: what stops the one is not to stop the other
    @every(seconds=COMPARE_EVERY_S)
    def check_claims(self) -> None:
        """By whose word is the rest noted, and does the log know of it?"""
        bus_process.claims_checker().run()

    @every(seconds=VERIFY_EVERY_S)
    def verify(self) -> None:
        """Is everything still as it was signed? What is new, and the next piece of the whole."""
        state = bus_process.verifier().run()
        if state is not None:
            show_verification(state)

    @every(seconds=SWEEP_EVERY_S, by_the_date=True)
    def sweep(self) -> None:
        """Forget what nobody needs any more: ended sessions, held forms, hours that nobody compares."""
        Sweep(transactions(self.unit_of_work), self.name).run()
