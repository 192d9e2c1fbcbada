"""What services tell each other, as the contracts have it: at noon, by the cast at their posts in a room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from shared.contracts.common import AccessRecorded
from shared.contracts.directory import AssignmentGranted, RoutingRulesChanged, SessionEnded, SignedIn, UnitChanged
from shared.contracts.notifications import NoticeSent
from shared.contracts.referral import ConsentGiven, ConsentWithdrawn, ReferralSent
from shared.kernel.actor import Actor
from shared.kernel.identity import uuid7
from tests.support.cast import ALVA, BO, HEALTH_CENTRE, NOON, SODERMALM, name_of

NUMBER = "7K3QX-R09MP"
"""A referral's number as it is spoken, with the right check character."""
Step = TypeVar("Step")


def unit_changed(unit_id: UUID = SODERMALM, **changes: Any) -> UnitChanged:
    """A receiving unit was registered, in an organisation of its own."""
    whole = UnitChanged(
        unit_id=unit_id,
        version=1,
        organization_id=unit_id,
        name=name_of(unit_id),
        kind="receiving",
        occurred_at=NOON,
    )
    return replace(whole, **changes)


def assignment_granted(to: Actor = BO, **changes: Any) -> AssignmentGranted:
    """Somebody got the assignment that they have, more than a year ago."""
    whole = AssignmentGranted(
        assignment_id=to.assignment_id,
        issuer=to.user.issuer,
        subject=to.user.subject,
        unit_id=to.unit_id,
        role=to.role.value,
        valid_from=NOON - timedelta(days=400),
    )
    return replace(whole, **changes)


def routing_rules_changed(default_unit_id: UUID = SODERMALM, **changes: Any) -> RoutingRulesChanged:
    """Stockholm has no rule: everything goes to one unit."""
    whole = RoutingRulesChanged(
        municipality_code="0180", version=1, default_unit_id=default_unit_id, rules="[]", occurred_at=NOON
    )
    return replace(whole, **changes)


def session_ended(**changes: Any) -> SessionEnded:
    """Somebody signed out, whose session would have ended now anyway."""
    return replace(SessionEnded(session_id=uuid4(), expires_at=NOON, occurred_at=NOON), **changes)


def signed_in(subject: str = "bo", **changes: Any) -> SignedIn:
    """Somebody signed in."""
    whole = SignedIn(session_id=uuid4(), issuer=BO.user.issuer, subject=subject, occurred_at=NOON)
    return replace(whole, **changes)


def referral_step(kind: type[Step], referral_id: UUID, by: Actor = BO, **changes: Any) -> Step:
    """What happened to a referral from the health centre to Södermalm, by Bo unless told otherwise."""
    whole: dict[str, Any] = {
        "referral_id": referral_id,
        "version": 1,
        "referring_unit_id": HEALTH_CENTRE,
        "receiving_unit_id": SODERMALM,
        **_who(by),
        "occurred_at": NOON,
    }
    return kind(**{**whole, **changes})


def referral_sent(referral_id: UUID, consents: Iterable[UUID] = (), by: Actor = ALVA, **changes: Any) -> ReferralSent:
    """Alva sent a referral to Södermalm, under these consents."""
    whole = {"number": NUMBER, "priority": "routine", "acknowledge_by": NOON, "consents": tuple(consents)}
    return referral_step(ReferralSent, referral_id, by, **{**whole, **changes})


def consent_given(consent_id: UUID, referral_id: UUID, by: Actor = ALVA, **changes: Any) -> ConsentGiven:
    """Alva wrote down that the carer consents to what is theirs, as long as today lasts."""
    whole = ConsentGiven(
        **_consent_step(consent_id, referral_id, by),
        recipient_unit_id=SODERMALM,
        scopes=("share-with-receiving-unit", "tell-referrer-what-happened"),
        expires_at=NOON,
    )
    return replace(whole, **changes)


def consent_withdrawn(consent_id: UUID, referral_id: UUID, by: Actor = BO, **changes: Any) -> ConsentWithdrawn:
    """Bo wrote down that the carer withdraws their consent."""
    whole = ConsentWithdrawn(
        **_consent_step(consent_id, referral_id, by),
        referring_unit_id=HEALTH_CENTRE,
        receiving_unit_id=SODERMALM,
        version=3,
    )
    return replace(whole, **changes)


def access_recorded(about: UUID, by: Actor = BO, **changes: Any) -> AccessRecorded:
    """Bo read a referral that his unit received."""
    whole = AccessRecorded(
        access_id=uuid7(),
        action="read",
        outcome="allowed",
        rule="receiving-unit",
        purpose="care",
        **_who(by),
        unit_id=by.unit_id,
        role=by.role.value,
        record_kind="referral",
        subjects=(about,),
        occurred_at=NOON,
    )
    return replace(whole, **changes)


def notice_sent(unit_id: UUID = SODERMALM, **changes: Any) -> NoticeSent:
    """A unit was written to, that a referral waits."""
    whole = NoticeSent(
        notice_id=uuid7(), template="new-referral-waits", unit_id=unit_id, channel="email", occurred_at=NOON
    )
    return replace(whole, **changes)


def _consent_step(consent_id: UUID, referral_id: UUID, by: Actor) -> dict[str, Any]:
    return {
        "consent_id": consent_id,
        "referral_id": referral_id,
        "about": "carer",
        **_who(by),
        "unit_id": by.unit_id,
        "occurred_at": NOON,
    }


def _who(by: Actor) -> dict[str, Any]:
    return {"issuer": by.user.issuer, "subject": by.user.subject, "assignment_id": by.assignment_id}
