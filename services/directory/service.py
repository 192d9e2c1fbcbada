"""Everything that the directory hears and does by the clock, on one page."""

from __future__ import annotations

from services.directory import bootstrap
from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.processes.sweep import Sweep
from services.directory.reactions import when_a_referral_takes_a_step_count_it as counting
from shared.contracts.envelope import Envelope
from shared.contracts.referral import (
    FirstContactMade,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralRejected,
    ReferralSent,
)
from shared.messaging.receive.subscribe import Heard, subscribe
from shared.messaging.receive.timers import every
from shared.storage.unit_of_work import transactions

SWEEP_EVERY_S = 60
BATCH = 32


class Directory:
    """Who offers what, where, for whom; units, people's assignments, routing rules."""

    name = bootstrap.SERVICE

    def __init__(self, parts: bootstrap.Parts | None = None) -> None:
        self._parts = parts or bootstrap.bus()

    def unit_of_work(self, envelope: Envelope | None = None) -> DirectoryUnitOfWork:
        """A transaction that follows what was heard."""
        return self._parts.work(envelope)

    @subscribe(
        ReferralSent,
        ReferralAccepted,
        FirstContactMade,
        ReferralRejected,
        ReferralCompleted,
        ReferralCancelled,
        batch=BATCH,
    )
    def count_referrals(self, heard: Heard[counting.Step], uow: DirectoryUnitOfWork) -> None:
        """How many referrals a unit sent and received, and what became of them."""
        counting.when_a_referral_takes_a_step_count_it(uow.each(heard), uow)

    @every(seconds=SWEEP_EVERY_S, by_the_date=True)
    def sweep(self) -> None:
        """Forget what nobody needs any more: held forms, old answers, sessions and refusals."""
        Sweep(transactions(self.unit_of_work)).run()
