"""The request that is measured: a consented referral about both people, sent through the API.

A whole one on purpose: two consents, two sealed parts and an identity number cost more than a carer's name alone.
"""

from __future__ import annotations

from services.referral.domain.people import Subject
from tests.support.builders import todays_text

PATH = "/api/referral/v1/referrals"


def body(number: int) -> dict[str, object]:
    """The request's JSON. Identity numbers are of the official test series, telephone numbers of the fiction series."""
    return {
        "carer": {
            "name": f"Frans Provsson {number}",
            "phone": f"070-17406{5 + number % 90:02d}",
            "identity_number": "191212121212",
            "year_of_birth": 1912,
            "safe_contact": {"channels": ["phone"], "no_voicemail": True, "note": "Ring bara på förmiddagen"},
            "same_household": True,
        },
        "need": {
            "area": "0180-sodermalm",
            "why": "Frans sover dåligt och orkar inte mer. Han vill tala med någon om hur vardagen ska gå ihop.",
            "target_groups": ["dementia"],
            "own_statement": True,
            "support_wanted": ["individual-conversations"],
        },
        "person_cared_for": {
            "relation": "partner",
            "name": "Gun Provsson",
            "year_of_birth": 1910,
            "situation": "Gun glömmer spisen och går ut om natten.",
        },
        "consents": {
            "carer": {
                "scopes": ["share-with-receiving-unit", "tell-referrer-what-happened"],
                "form": "oral",
                "text_version": todays_text(Subject.CARER),
                "channels": ["phone"],
            },
            "person_cared_for": {
                "scopes": ["tell-about-person-cared-for"],
                "form": "oral",
                "text_version": todays_text(Subject.PERSON_CARED_FOR),
            },
        },
    }


# the same by its form, step by step; what is typed on each page, and what a system keeps of it in a draft
TYPED: dict[str, dict[str, str | list[str]]] = {
    "carer": {
        "name": "Frans Provsson", "area": "0180-sodermalm", "channels": ["phone"], "phone": "070-174 06 05",
        "identity_number": "19121212-1212",
    },
    "support": {
        "why": "Frans sover dåligt och orkar inte mer. Han vill tala med någon om hur vardagen ska gå ihop.",
        "support_wanted": ["individual-conversations"], "priority": "routine",
    },
    "consent": {"form": "oral", "share": "yes", "tell_referrer": "yes", "channels_ok": "yes", "about_person": "yes"},
    "other-consent": {"form": "oral", "tell": "yes", "contact_carer": "no", "tell_carer": "no"},
    "situation": {"target_groups": ["dementia"], "relation": "partner", "person_name": "Gun Provsson",
                  "situation": "Gun glömmer spisen och går ut om natten."},
    "receiver": {"unit": "proposed"},
}  # fmt: skip
