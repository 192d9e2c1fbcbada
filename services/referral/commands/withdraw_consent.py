"""Staff of either unit write down that a consent is withdrawn. It takes effect on the very next read."""

from __future__ import annotations

from dataclasses import dataclass

from services.referral.commands.admission import admit_to_change
from services.referral.domain.access import attempt
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Work
from services.referral.domain.referral import Referral
from shared.access.record import refuse
from shared.kernel.actor import Actor
from shared.kernel.identity import ConsentId
from shared.kernel.refusals import NotThere


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent:
    """``scopes`` empty means the whole consent. No version is asked for: withdrawing is as easy as giving."""

    consent_id: ConsentId
    scopes: frozenset[Scope] = frozenset()


def withdraw_consent(command: WithdrawConsent, actor: Actor, uow: Work) -> Referral:
    """Withdraw it. Raises NotThere (recorded), ActionIsNotYours, ConsentIsAlreadyWithdrawn."""
    referral = admit_to_withdraw(command.consent_id, actor, uow)
    referral.withdraw(command.consent_id, command.scopes, actor, uow.clock.now())
    uow.referrals.save(referral)
    uow.record(*referral.events)
    return referral


def admit_to_withdraw(consent_id: ConsentId, actor: Actor, uow: Work) -> Referral:
    """The consent's referral, locked, if the actor may withdraw it. Raises NotThere (recorded), ActionIsNotYours."""
    referral_id = uow.referrals.id_of_consent(consent_id)
    if referral_id is None:
        unknown = attempt(Action.WITHDRAW_CONSENT, (consent_id,), "no-relation-to-referral", NotThere(), "consent")
        refuse(unknown, actor, uow)
    return admit_to_change(Action.WITHDRAW_CONSENT, referral_id, None, actor, uow)
