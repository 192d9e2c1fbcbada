"""The request that is measured: a consented referral about both people, sent through the API.

A whole one on purpose: two consents, two sealed parts and an identity number cost more than a carer's name alone.
"""

from __future__ import annotations

from tests.support.builders import answers
from tests.support.builders.bodies import (
    ABOUT_GUN,
    a_carer,
    a_need,
    a_referral_about_both,
    read_out_today,
    the_carers_consent,
    the_persons_consent,
)
from tests.support.cast import FRANS, IDENTITY_NUMBER_AS_SPOKEN

PATH = "/api/referral/v1/referrals"
WHY = "Frans sover dåligt och orkar inte mer. Han vill tala med någon om hur vardagen ska gå ihop."
HERS = "Gun glömmer spisen och går ut om natten."


def body(number: int) -> dict[str, object]:
    """The request's JSON. Identity numbers are of the official test series, telephone numbers of the fiction series."""
    return read_out_today(
        a_referral_about_both(
            carer=a_carer(
                name=f"{FRANS.name} {number}",
                phone=f"070-17406{5 + number % 90:02d}",
                year_of_birth=1912,
                safe_contact={"channels": ["phone"], "no_voicemail": True, "note": FRANS.safe_contact.note},
                same_household=True,
            ),
            need=a_need(why=WHY),
            person_cared_for={**ABOUT_GUN, "year_of_birth": 1910, "situation": HERS},
            consents={
                "carer": the_carers_consent(covers_stand_in=False),
                "person_cared_for": the_persons_consent(covers_stand_in=False),
            },
        )
    )


# the same by its form, step by step; what is typed on each page, and what a system keeps of it in a draft
TYPED: dict[str, dict[str, str | list[str]]] = {
    "carer": answers.carer(phone="070-174 06 05", identity_number=IDENTITY_NUMBER_AS_SPOKEN),
    "support": answers.support(why=WHY),
    "consent": {"form": "oral", "share": "yes", "tell_referrer": "yes", "channels_ok": "yes", "about_person": "yes"},
    "other-consent": {"form": "oral", "tell": "yes", "contact_carer": "no", "tell_carer": "no"},
    "situation": answers.situation(relation="partner", situation=HERS),
    "receiver": {"unit": "proposed"},
}
