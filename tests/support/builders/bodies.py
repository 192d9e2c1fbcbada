"""What a system sends to the referral service's API, as JSON: Frans's referral from Södermalm."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.referral.domain.consent.texts import consent_text
from services.referral.domain.people import Subject
from shared.kernel.clock import swedish_day
from tests.support.cast import FRANS, GUN, IDENTITY_NUMBER, PHONE

ABOUT_GUN = {"relation": "partner", "name": GUN.name, "year_of_birth": GUN.year_of_birth, "situation": GUN.situation}


def a_carer(**changes: Any) -> dict[str, Any]:
    """Frans, who may be rung."""
    contact = {"channels": ["phone"], "note": FRANS.safe_contact.note}
    return {
        "name": FRANS.name,
        "phone": PHONE,
        "identity_number": IDENTITY_NUMBER,
        "safe_contact": contact,
        **changes,
    }


def a_need(**changes: Any) -> dict[str, Any]:
    """What Frans wants, in his own words."""
    return {
        "area": "0180-sodermalm",
        "why": "Frans sover dåligt och orkar inte mer.",
        "target_groups": ["dementia"],
        "own_statement": True,
        "support_wanted": ["individual-conversations"],
        **changes,
    }


def a_consent(*scopes: str, about: str = "carer", **changes: Any) -> dict[str, Any]:
    """A consent to these scopes, read out from the text of the day on which a room's clock stands."""
    told = {"form": "oral", "text_version": f"{about}-2026-2", "covers_stand_in": True}
    return {"scopes": list(scopes), **told, **changes}


def the_carers_consent(**changes: Any) -> dict[str, Any]:
    """Frans's consent to all that is his, who may be rung about it."""
    told = {"channels": ["phone"], **changes}
    return a_consent("share-with-receiving-unit", "tell-referrer-what-happened", **told)


def the_persons_consent(**changes: Any) -> dict[str, Any]:
    """Gun's consent to being told about."""
    return a_consent("tell-about-person-cared-for", about="person-cared-for", **changes)


def a_referral(**changes: Any) -> dict[str, Any]:
    """A referral of Frans with his consent, and nothing about Gun."""
    whole = {"carer": a_carer(), "need": a_need(), "consents": {"carer": the_carers_consent()}}
    return {**whole, **changes}


def a_referral_about_both(**changes: Any) -> dict[str, Any]:
    """A referral of Frans that also tells about Gun, who has consented."""
    whole = a_referral(**{"person_cared_for": ABOUT_GUN, **changes})
    return {**whole, "consents": {"person_cared_for": the_persons_consent(), **whole["consents"]}}


def read_out_for(unit_id: UUID, body: dict[str, Any]) -> dict[str, Any]:
    """The same referral, whose consents were given to a text that named this unit."""
    named = {"recipient": {"unit_id": str(unit_id)}}
    consents = {about: {**consent, **named} if consent else None for about, consent in body["consents"].items()}
    return {**body, "consents": consents}


def read_out_today(body: dict[str, Any]) -> dict[str, Any]:
    """The same referral for a product whose clock is this machine's: its consents were read out from today's texts."""
    versions = {"carer": todays_text(Subject.CARER), "person_cared_for": todays_text(Subject.PERSON_CARED_FOR)}
    consents = {about: {**consent, "text_version": versions[about]} for about, consent in body["consents"].items()}
    return {**body, "consents": consents}


def todays_text(about: Subject) -> str:
    """The version of the text to be read out today."""
    return consent_text(about, swedish_day(datetime.now(UTC))).version
