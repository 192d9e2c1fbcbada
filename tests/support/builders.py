"""Referrals and consents for tests: right as they come, each part to be changed by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from services.referral.commands.send_referral import SendReferral
from services.referral.domain.consent.consent import ConsentAnswers
from services.referral.domain.consent.scopes import SCOPES_OF, Scope
from services.referral.domain.consent.texts import consent_text
from services.referral.domain.content import Need
from services.referral.domain.people import Carer, PersonCaredFor, Subject
from shared.kernel.clock import swedish_day
from tests.support.cast import FRANS, GUN

TEXT_VERSIONS = {Subject.CARER: "carer-2026-2", Subject.PERSON_CARED_FOR: "person-cared-for-2026-2"}


def todays_text(about: Subject) -> str:
    """The version of the text to be read out today, for products whose clock is this machine's."""
    return consent_text(about, swedish_day(datetime.now(UTC))).version


def a_consent(about: Subject = Subject.CARER, *scopes: Scope, **changes: Any) -> ConsentAnswers:
    """Somebody's consent: to everything that is theirs to consent to, unless scopes are named."""
    channels = FRANS.safe_contact.channels if about is Subject.CARER else frozenset()
    whole = ConsentAnswers(
        scopes=frozenset(scopes) or SCOPES_OF[about], channels=channels, text_version=TEXT_VERSIONS[about]
    )
    return replace(whole, **changes)


def a_need(**changes: Any) -> Need:
    """Frans wants to talk with somebody."""
    whole = Need(
        why="Frans sover dåligt och orkar inte mer.",
        target_groups=("dementia",),
        own_statement=True,
        support_wanted=("individual-conversations",),
        area="0180-sodermalm",
    )
    return replace(whole, **changes)


def a_referral(*, carer: Carer = FRANS, **changes: Any) -> SendReferral:
    """A referral of Frans with his consent, and nothing about Gun."""
    whole = SendReferral(carer=carer, need=a_need(), carer_consent=a_consent())
    return replace(whole, **changes)


def a_referral_about_both(*, person: PersonCaredFor = GUN, **changes: Any) -> SendReferral:
    """A referral of Frans that also tells about Gun, who has consented."""
    both = a_referral(person_cared_for=person, person_cared_for_consent=a_consent(Subject.PERSON_CARED_FOR))
    return replace(both, **changes)
