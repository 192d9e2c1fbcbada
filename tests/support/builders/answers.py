"""What is typed into a referral's draft, step by step: by the pages' field names, and as a system keeps it."""

from __future__ import annotations

from typing import Any

from tests.support.cast import FRANS, GUN, NOON, PHONE

Answers = dict[str, Any]


def carer(**changes: Any) -> Answers:
    """Step 1: Frans may be rung."""
    return {"name": FRANS.name, "area": "0180-sodermalm", "channels": ["phone"], "phone": PHONE, **changes}


def support(**changes: Any) -> Answers:
    """Step 2: he wants to talk with somebody."""
    return {
        "why": "Sover dåligt.",
        "support_wanted": ["individual-conversations"],
        "priority": "routine",
        **changes,
    }


def consent(**changes: Any) -> Answers:
    """Step 3: Frans says yes to all of his own."""
    yes = {"share": "yes", "tell_referrer": "yes", "channels_ok": "yes", "about_person": "no"}
    return {"form": "oral", "text_version": "carer-2026-2", **yes, **changes}


def other_consent(**changes: Any) -> Answers:
    """Step 4: Gun may be told about."""
    return {"tell": "yes", "form": "oral", "text_version": "person-cared-for-2026-2", **changes}


def situation(**changes: Any) -> Answers:
    """Step 5, what Gun's situation is."""
    return {"target_groups": ["dementia"], "person_name": GUN.name, **changes}


GIVEN = {"given_at": NOON.isoformat(), "form": "oral", "text_version": "carer-2026-2"}
ANSWERS: dict[str, Answers] = {
    "carer": carer(),
    "support": support(),
    "consent": consent(**GIVEN),
    "situation": {"own_statement": "no"},
    "receiver": {"unit": "proposed"},
}
"""A draft as the pages keep one, with every step answered: about Frans alone."""

_WRITTEN = {"given_at": NOON.isoformat(), "form": "written", "text_language": "sv", "given_by": "subject"}
EVERY_ANSWER: dict[str, Answers] = {
    "carer": carer(
        channels=["phone", "email", "letter"],
        phone="070-174 06 05",
        email="frans@example.se",
        address="Provgatan 1\n123 45 Provstad",
        hours_from="09:00",
        hours_to="15:00",
        no_voicemail="true",
        contact_note="Säg att du ringer från biblioteket.",
        language="ar",
        interpreter="true",
        same_household="yes",
        alone_with_it="no",
        takes_in_best=["spoken"],
    ),
    "support": support(why="Sover dåligt.\nOrkar inte.", support_wanted=["respite"], priority="urgent"),
    "consent": consent(**_WRITTEN, about_person="yes", interpreter_present="true"),
    "other-consent": other_consent(**_WRITTEN, contact_carer="yes", tell_carer="no"),
    "situation": situation(relation="partner", person_year_of_birth=str(GUN.year_of_birth), situation=GUN.situation),
    "receiver": {"unit": "proposed"},
}
"""Every field of every step that can stand in one draft together, about both."""
