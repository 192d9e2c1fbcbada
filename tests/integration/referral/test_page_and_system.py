"""A draft and a referral read the same whichever door wrote them: the steps' pages, or a system."""

from __future__ import annotations

from typing import Any

from services.referral.domain.draft import ORDER
from services.referral.web.draft.carer_form import CarerForm
from services.referral.web.draft.consent_form import CarerConsentForm, PersonConsentForm
from services.referral.web.draft.receiver_form import ReceiverForm
from services.referral.web.draft.situation_form import NeedForm, PersonForm
from tests.integration.referral.conftest import NOON, Cast, at_the_pages
from tests.support.page_forms import form_of

GIVEN = {"given_at": NOON.isoformat(), "form": "written", "text_language": "sv", "given_by": "subject"}
# every field of every step that can stand in one draft together
ANSWERS: dict[str, dict[str, Any]] = {
    "carer": {
        "name": "Frans Provsson",
        "area": "0180-sodermalm",
        "channels": ["phone", "email", "letter"],
        "phone": "070-174 06 05",
        "email": "frans@example.se",
        "address": "Provgatan 1\n123 45 Provstad",
        "hours_from": "09:00",
        "hours_to": "15:00",
        "no_voicemail": "true",
        "contact_note": "Säg att du ringer från biblioteket.",
        "language": "ar",
        "interpreter": "true",
        "same_household": "yes",
        "alone_with_it": "no",
        "takes_in_best": ["spoken"],
    },
    "support": {"why": "Sover dåligt.\nOrkar inte.", "support_wanted": ["respite"], "priority": "urgent"},
    "consent": {
        **GIVEN,
        "share": "yes",
        "tell_referrer": "yes",
        "channels_ok": "yes",
        "about_person": "yes",
        "text_version": "carer-2026-2",
        "interpreter_present": "true",
    },
    "other-consent": {
        **GIVEN,
        "tell": "yes",
        "contact_carer": "yes",
        "tell_carer": "no",
        "text_version": "person-cared-for-2026-2",
    },
    "situation": {
        "target_groups": ["dementia"],
        "relation": "partner",
        "person_name": "Gun Provsson",
        "person_year_of_birth": "1940",
        "situation": "Gun glömmer spisen.",
    },
    "receiver": {"unit": "proposed"},
}
FORMS = {
    "carer": CarerForm,
    "support": NeedForm,
    "consent": CarerConsentForm,
    "other-consent": PersonConsentForm,
    "situation": PersonForm,
    "receiver": ReceiverForm,
}


def kept(alva: Cast, draft: str) -> Any:
    """The draft's answers, as her system reads them."""
    return alva.ask("GET", f"/drafts/{draft}").json["answers"]


def test_a_page_shows_every_field_that_a_system_wrote_and_saving_it_changes_none(alva: Cast) -> None:
    """API → page, each step saved as it stands → API: the same answers, but for the moment of a consent."""
    assert set(ANSWERS) == set(ORDER) == set(FORMS)
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    browser = at_the_pages(alva)
    for step in ("carer", "support", "situation"):
        page = f"/referral/drafts/{draft}/{step}"
        form = form_of(browser.get(page).text, page)
        shown = {name: [each.replace("\r\n", "\n") for each in form.fields.getlist(name)] for name in form.fields}
        for name, value in ANSWERS[step].items():
            assert shown.get(name) == (value if isinstance(value, list) else [value]), (step, name)
        assert browser.client.post(page, data=form.typed()).status_code == 303
        after = kept(alva, draft)
        written = {name: value for name, value in after[step].items() if value}
        assert written == ANSWERS[step], step
        # the receiver is asked anew after a change of what it rests on, and of nothing else
        assert {name: after[name] for name in ANSWERS if name not in (step, "receiver")} == {
            name: ANSWERS[name] for name in ANSWERS if name not in (step, "receiver")
        }


def test_what_pages_wrote_a_system_reads_and_sends_back_unchanged(alva: Cast) -> None:
    """Page → API → page: the answers are taken back as they were read, and each page shows what it showed."""
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    browser = at_the_pages(alva)
    steps = [f"/referral/drafts/{draft}/{step}" for step in ORDER]

    def shown() -> list[Any]:
        forms = [form_of(browser.get(page).text, page) for page in steps]
        return [{name: form.fields.getlist(name) for name in form.fields if name not in CARRIED} for form in forms]

    before = shown()
    answers = alva.ask("GET", f"/drafts/{draft}")
    back = alva.ask("PUT", f"/drafts/{draft}", {"answers": answers.json["answers"]}, If_Match=answers.headers["ETag"])
    assert back.status_code == 200, back.json
    assert kept(alva, draft) == answers.json["answers"]
    assert shown() == before


CARRIED = ("csrf_token", "version")


def test_a_referral_sent_by_page_reads_as_one_sent_by_a_system(alva: Cast, bo: Cast) -> None:
    """The same answers by either door: the receiver's system reads the same of both, but for ids and moments."""
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json["id"]
    at = f"/referral/drafts/{draft}"
    browser = at_the_pages(alva)
    page = form_of(browser.get(f"{at}/check").text, f"{at}/send")
    by_page = browser.client.post(f"{at}/send", data=page.typed()).headers["Location"].split("/")[3]
    body = {
        "carer": {
            "name": "Frans Provsson",
            "phone": "070-174 06 05",
            "email": "frans@example.se",
            "address": "Provgatan 1\n123 45 Provstad",
            "language": "ar",
            "interpreter": True,
            "same_household": True,
            "alone_with_it": False,
            "takes_in_best": ["spoken"],
            "safe_contact": {
                "channels": ["phone", "email", "letter"],
                "hours_from": "09:00",
                "hours_to": "15:00",
                "no_voicemail": True,
                "note": "Säg att du ringer från biblioteket.",
            },
        },
        "need": {
            "area": "0180-sodermalm",
            "why": "Sover dåligt.\nOrkar inte.",
            "target_groups": ["dementia"],
            "support_wanted": ["respite"],
        },
        "priority": "urgent",
        "person_cared_for": {
            "relation": "partner",
            "name": "Gun Provsson",
            "year_of_birth": 1940,
            "situation": "Gun glömmer spisen.",
        },
        "consents": {
            "carer": {
                "scopes": ["share-with-receiving-unit", "tell-referrer-what-happened"],
                "channels": ["phone", "email", "letter"],
                "form": "written",
                "covers_stand_in": True,
                "text_version": "carer-2026-2",
                "interpreter_present": True,
            },
            "person_cared_for": {
                "scopes": ["tell-about-person-cared-for", "staff-may-contact-carer"],
                "form": "written",
                "text_version": "person-cared-for-2026-2",
            },
        },
    }
    sent = alva.send(body)
    assert sent.status_code == 201, sent.json
    read = [bo.open(each).json for each in (by_page, sent.json["id"])]
    parts = ("carer", "need", "person_cared_for", "priority", "state", "promises")
    one, other = ({name: each[name] for name in parts if name in each} for each in read)
    assert one == other
    assert {"carer", "need", "person_cared_for"} <= one.keys()
