"""A draft and a referral read the same whichever door wrote them: the steps' pages, or a system."""

from __future__ import annotations

from typing import Any

from services.referral.domain.draft import ORDER
from services.referral.web.draft.carer_form import CarerForm
from services.referral.web.draft.consent_form import CarerConsentForm, PersonConsentForm
from services.referral.web.draft.receiver_form import ReceiverForm
from services.referral.web.draft.situation_form import NeedForm, PersonForm
from tests.integration.referral.conftest import Cast, at_the_pages
from tests.support.builders.answers import EVERY_ANSWER
from tests.support.builders.bodies import ABOUT_GUN, a_consent, a_referral, the_carers_consent
from tests.support.cast import FRANS
from tests.support.page_forms import form_of

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
    assert set(EVERY_ANSWER) == set(ORDER) == set(FORMS)
    draft = alva.ask("POST", "/drafts", {"answers": EVERY_ANSWER}).json["id"]
    browser = at_the_pages(alva)
    for step in ("carer", "support", "situation"):
        page = f"/referral/drafts/{draft}/{step}"
        form = form_of(browser.get(page).text, page)
        shown = {name: [each.replace("\r\n", "\n") for each in form.fields.getlist(name)] for name in form.fields}
        for name, value in EVERY_ANSWER[step].items():
            assert shown.get(name) == (value if isinstance(value, list) else [value]), (step, name)
        assert browser.client.post(page, data=form.typed()).status_code == 303
        after = kept(alva, draft)
        written = {name: value for name, value in after[step].items() if value}
        assert written == EVERY_ANSWER[step], step
        # the receiver is asked anew after a change of what it rests on, and of nothing else
        assert {name: after[name] for name in EVERY_ANSWER if name not in (step, "receiver")} == {
            name: EVERY_ANSWER[name] for name in EVERY_ANSWER if name not in (step, "receiver")
        }


def test_what_pages_wrote_a_system_reads_and_sends_back_unchanged(alva: Cast) -> None:
    """Page → API → page: the answers are taken back as they were read, and each page shows what it showed."""
    draft = alva.ask("POST", "/drafts", {"answers": EVERY_ANSWER}).json["id"]
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
    draft = alva.ask("POST", "/drafts", {"answers": EVERY_ANSWER}).json["id"]
    at = f"/referral/drafts/{draft}"
    browser = at_the_pages(alva)
    page = form_of(browser.get(f"{at}/check").text, f"{at}/send")
    by_page = browser.client.post(f"{at}/send", data=page.typed()).headers["Location"].split("/")[3]
    body = a_referral(
        carer={
            "name": FRANS.name,
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
        need={
            "area": "0180-sodermalm",
            "why": "Sover dåligt.\nOrkar inte.",
            "target_groups": ["dementia"],
            "support_wanted": ["respite"],
        },
        priority="urgent",
        person_cared_for=ABOUT_GUN,
        consents={
            "carer": the_carers_consent(
                channels=["phone", "email", "letter"], form="written", interpreter_present=True
            ),
            "person_cared_for": a_consent(
                "tell-about-person-cared-for",
                "staff-may-contact-carer",
                about="person-cared-for",
                form="written",
                covers_stand_in=False,
            ),
        },
    )
    sent = alva.send(body)
    assert sent.status_code == 201, sent.json
    read = [bo.open(each).json for each in (by_page, sent.json["id"])]
    parts = ("carer", "need", "person_cared_for", "priority", "state", "promises")
    one, other = ({name: each[name] for name in parts if name in each} for each in read)
    assert one == other
    assert {"carer", "need", "person_cared_for"} <= one.keys()
