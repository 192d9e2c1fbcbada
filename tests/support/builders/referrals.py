"""Referrals between the cast, as the domain holds them, and what they consist of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.referral.domain.clocks import Priority, WorkingCalendar, promises
from services.referral.domain.consent.consent import Consent, ConsentAnswers, record_consent
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.content import Need
from services.referral.domain.people import Subject
from services.referral.domain.referral import Referral, recorded_by
from services.referral.domain.routing import RoutingRule
from services.referral.domain.send import send
from shared.kernel.clock import SWEDEN
from shared.kernel.identity import ConsentId, ReferralId, UnitId, uuid7
from tests.support.cast import ALVA, NOON, SODERMALM, STAND_IN

CALENDAR = WorkingCalendar(frozenset(), SWEDEN)

SHARE, TELL_REFERRER = Scope.SHARE_WITH_RECEIVING_UNIT, Scope.TELL_REFERRER_WHAT_HAPPENED
TELL_ABOUT = Scope.TELL_ABOUT_PERSON_CARED_FOR


def a_rule(unit: UnitId, **changes: Any) -> RoutingRule:
    """A rule for the whole municipality."""
    whole: dict[str, Any] = {"rule_id": str(unit), "area": "0180", "reason": "Därför."}
    return RoutingRule(unit_id=unit, **{**whole, **changes})


def a_need(**changes: Any) -> Need:
    """Frans wants to talk with somebody."""
    whole = Need(why="Frans sover dåligt och orkar inte mer.", target_groups=("dementia",), area="0180-sodermalm")
    return replace(whole, **changes)


def a_consent(
    about: Subject = Subject.CARER,
    scopes: frozenset[Scope] | None = None,
    referral_id: ReferralId | None = None,
    **more: object,
) -> Consent:
    """A recorded consent, to Södermalm and its stand-in unless told otherwise."""
    usual = {Subject.CARER: frozenset({SHARE, TELL_REFERRER}), Subject.PERSON_CARED_FOR: frozenset({TELL_ABOUT})}
    answers = ConsentAnswers(scopes=usual[about] if scopes is None else scopes, **more)  # type: ignore[arg-type]
    return record_consent(
        answers,
        consent_id=ConsentId(uuid7()),
        referral_id=referral_id or ReferralId(uuid7()),
        about=about,
        recipient=SODERMALM,
        stand_in=STAND_IN,
        by=recorded_by(ALVA),
        now=NOON,
    )


def a_referral(
    *, scopes: frozenset[Scope] | None = None, about_both: bool = False, protected: bool = False, stand_in: bool = True
) -> Referral:
    """A referral of Frans from Alva's health centre to Södermalm, sent at noon."""
    referral_id = ReferralId(uuid7())
    consents = [a_consent(scopes=scopes, referral_id=referral_id, covers_stand_in=stand_in)]
    if about_both:
        consents.append(a_consent(Subject.PERSON_CARED_FOR, referral_id=referral_id))
    return send(
        referral_id=referral_id,
        priority=Priority.ROUTINE,
        receiving_unit_id=SODERMALM,
        stand_in_unit_id=consents[0].stand_in_unit_id,
        protected_identity=protected,
        promises=promises(Priority.ROUTINE, NOON, CALENDAR),
        consents=tuple(consents),
        by=ALVA,
        at=NOON,
    )
