"""Everything that notifications hears and does by the clock, on one page."""

from __future__ import annotations

from services.notifications import bootstrap
from services.notifications.adapters.unit_of_work import NotificationsUnitOfWork
from services.notifications.commands.tell_of_open_alarms import TellOfOpenAlarms, tell_of_open_alarms
from services.notifications.processes.sweep import Sweep
from services.notifications.reactions import (
    when_a_consent_is_given_note_what_may_be_told as consents,
)
from services.notifications.reactions import (
    when_a_consent_is_withdrawn_tell_the_other_unit as withdrawals,
)
from services.notifications.reactions import (
    when_a_referral_ends_early_tell_the_other_unit as endings,
)
from services.notifications.reactions import (
    when_a_referral_is_sent_tell_the_receiving_unit as arrivals,
)
from services.notifications.reactions import (
    when_the_directory_speaks_remember_it as directory,
)
from services.notifications.reactions import (
    when_the_log_has_an_alarm_remember_it as alarms,
)
from services.notifications.reactions import (
    when_the_receiving_unit_acts_tell_the_referring_unit as steps,
)
from shared.contracts.audit import AlarmClosed, AlarmOpened
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
from shared.messaging.receive.subscribe import Heard, subscribe
from shared.messaging.receive.timers import every
from shared.storage.staff_events import STAFF_EVENTS, StaffEvent
from shared.storage.unit_of_work import changing, transactions

DELIVER_EVERY_S = 0.5
BATCH = 32
SWEEP_EVERY_S = 60
TELL_OF_ALARMS_EVERY_S = 15
LISTEN_EVERY_S = 15


class Notifications:
    """Tells people without telling too much."""

    name = "notifications"

    def __init__(self, parts: bootstrap.Parts | None = None) -> None:
        self._parts = parts or bootstrap.bus()

    def unit_of_work(self, envelope: Envelope | None = None) -> NotificationsUnitOfWork:
        """A transaction that follows what was heard."""
        return self._parts.as_service(envelope)

    @subscribe(ReferralSent, batch=BATCH)
    def tell_the_receiving_unit(self, heard: Heard[ReferralSent], uow: NotificationsUnitOfWork) -> None:
        """A new referral waits."""
        arrivals.when_a_referral_is_sent_tell_the_receiving_unit(heard, uow, self._parts.channel_name)

    @subscribe(ReferralOpened, ReferralAccepted, FirstContactMade, ReferralRejected, ReferralCompleted)
    def tell_the_referring_unit(self, event: steps.Step, uow: NotificationsUnitOfWork) -> None:
        """Something happened."""
        steps.when_the_receiving_unit_acts_tell_the_referring_unit(event, uow, self._parts.channel_name)

    @subscribe(ReferralCancelled)
    def tell_of_a_cancellation(self, event: ReferralCancelled, uow: NotificationsUnitOfWork) -> None:
        """Something happened, and the other unit did it."""
        endings.when_a_referral_ends_early_tell_the_other_unit(event, uow, self._parts.channel_name)

    @subscribe(ConsentWithdrawn)
    def tell_of_a_withdrawal(self, event: ConsentWithdrawn, uow: NotificationsUnitOfWork) -> None:
        """Something happened, and nothing more is told on the way."""
        withdrawals.when_a_consent_is_withdrawn_tell_the_other_unit(event, uow, self._parts.channel_name)

    @subscribe(ConsentGiven, batch=BATCH)
    def note_what_may_be_told(self, heard: Heard[ConsentGiven], uow: NotificationsUnitOfWork) -> None:
        """Whether the carer lets the referrer know."""
        consents.when_a_consent_is_given_note_what_may_be_told(heard, uow)

    @subscribe(AlarmOpened, AlarmClosed)
    def note_an_alarm(self, event: AlarmOpened | AlarmClosed, uow: NotificationsUnitOfWork) -> None:
        """The log is not as it should be."""
        alarms.when_the_log_has_an_alarm_remember_it(event, uow)

    @subscribe(*STAFF_EVENTS)
    def keep_the_directory(self, event: StaffEvent, uow: NotificationsUnitOfWork) -> None:
        """Who works where, and where a unit is reached; and that the directory is there."""
        directory.when_the_directory_speaks_remember_it(event, uow)

    @every(seconds=DELIVER_EVERY_S)
    def deliver(self) -> None:
        """Hand over what is due."""
        self._parts.delivery().run()

    @every(seconds=TELL_OF_ALARMS_EVERY_S)
    def tell_of_alarms(self) -> None:
        """While the log has an open alarm, reviewers and operators are told, once a day at least."""
        asked = TellOfOpenAlarms(channel=self._parts.channel_name, to_operators=self._parts.reaches_operators)
        with changing(self.unit_of_work()) as uow:
            tell_of_open_alarms(asked, uow)

    @every(seconds=LISTEN_EVERY_S)
    def listen(self) -> None:
        """While nothing comes over the bus, or goes, operators are told, once a day at least."""
        self._parts.listener().run()

    @every(seconds=SWEEP_EVERY_S)
    def sweep(self) -> None:
        """Let held notices go on; forget what nobody needs: sessions long ended."""
        Sweep(transactions(self.unit_of_work), self.name).run()
