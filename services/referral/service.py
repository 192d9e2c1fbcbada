"""Everything that the referral service hears and does by the clock, on one page."""

from __future__ import annotations

from services.referral import bootstrap
from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.processes.sweep import Sweep
from services.referral.reactions.when_routing_rules_change_keep_them import when_routing_rules_change_keep_them
from services.referral.reactions.when_the_directory_speaks_remember_it import when_the_directory_speaks_remember_it
from shared.contracts.directory import RoutingRulesChanged, RoutingRulesToldAgain
from shared.contracts.envelope import Envelope
from shared.messaging.receive.subscribe import subscribe
from shared.messaging.receive.timers import every
from shared.storage.staff_events import STAFF_EVENTS, StaffEvent
from shared.storage.unit_of_work import transactions

SWEEP_EVERY_S = 60


class Referral:
    """Receives, routes and follows referrals."""

    name = "referral"

    def __init__(self, parts: bootstrap.Parts | None = None) -> None:
        self._parts = parts or bootstrap.bus()

    def unit_of_work(self, envelope: Envelope | None = None) -> ReferralUnitOfWork:
        """A transaction that follows what was heard."""
        return self._parts.as_system(envelope)

    @subscribe(*STAFF_EVENTS)
    def keep_the_directory(self, event: StaffEvent, uow: ReferralUnitOfWork) -> None:
        """Who works where, which units there are, whose session has ended; and that the directory is there."""
        when_the_directory_speaks_remember_it(event, uow)

    @subscribe(RoutingRulesChanged, RoutingRulesToldAgain)
    def keep_routing_rules(self, event: RoutingRulesChanged | RoutingRulesToldAgain, uow: ReferralUnitOfWork) -> None:
        """Who receives what."""
        when_routing_rules_change_keep_them(event, uow)

    @every(seconds=SWEEP_EVERY_S, by_the_date=True)
    def sweep(self) -> None:
        """Forget what nobody needs any more: expired drafts and held forms, old answers and sessions."""
        Sweep(transactions(self.unit_of_work), self.name).run()
