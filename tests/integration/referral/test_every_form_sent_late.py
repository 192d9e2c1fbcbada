"""Every form of the referral service, sent after its sender's idle half hour: all that was typed waits for them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from shared.web.forms.waiting_form import ADDRESSES
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_every_form import ANSWERS
from tests.support.builders.bodies import a_referral_about_both
from tests.support.page_forms import form_of
from tests.support.sent_late import said_afterwards, sent_late, typed_in

DRAFT, SENT, ACCEPTED, BEGUN = "<draft>", "<sent>", "<accepted>", "<begun>"
STEPS = ("carer", "support", "consent", "other-consent", "situation", "receiver")
HALF = {"phone": "070-174", "contact_note": "Ring ef"}
REFERRAL = "/referral/referrals/<uuid:referral_id>"

# the address as the app knows it: who, the page that holds the form, the address it is sent to, and what is typed
Walk = tuple[str, str, str, dict[str, Any]]


def _act(who: str, name: str, to: str, **typed: Any) -> Walk:
    return who, f"/referral/referrals/{to}/{name}", f"/referral/referrals/{to}/{name}", typed


WALK: dict[str, list[Walk]] = {
    "/referral/new/<uuid:begun>": [
        ("alva", f"/referral/new/{BEGUN}", f"/referral/new/{BEGUN}", typed) for typed in (ANSWERS[0], HALF)
    ],
    "/referral/drafts/<uuid:draft_id>/<step>": [
        ("alva", f"/referral/drafts/{DRAFT}/{step}", f"/referral/drafts/{DRAFT}/{step}", typed)
        for step, answers in zip(STEPS, ANSWERS, strict=True)
        for typed in (answers, dict(list(answers.items())[:1]), {**answers, "go": "back"})
    ],
    "/referral/drafts/<uuid:draft_id>/discard": [
        ("alva", f"/referral/drafts/{DRAFT}/discard", f"/referral/drafts/{DRAFT}/discard", {})
    ],
    "/referral/drafts/<uuid:draft_id>/send": [
        ("alva", f"/referral/drafts/{DRAFT}/check", f"/referral/drafts/{DRAFT}/send", {})
    ],
    f"{REFERRAL}/accept": [("bo", f"/referral/referrals/{SENT}", f"/referral/referrals/{SENT}/accept", {})],
    **{
        f"{REFERRAL}/{name}": [("bo", f"/referral/referrals/{ACCEPTED}", f"/referral/referrals/{ACCEPTED}/{name}", {})]
        for name in ("start", "first-contact")
    },
    f"{REFERRAL}/reject": [_act("bo", "reject", SENT, reason="other", comment="Vi har redan ringt.")],
    f"{REFERRAL}/complete": [
        _act("bo", "complete", ACCEPTED, reason="support-started", comment="Med i gruppen.", unmet_needs=["language"])
    ],
    f"{REFERRAL}/cancel": [_act("alva", "cancel", SENT, reason="sent-twice", comment="Skickades två gånger.")],
    f"{REFERRAL}/withdraw-consent": [
        _act("alva", "withdraw-consent", SENT, carer=["tell-referrer-what-happened"]),
        _act("bo", "withdraw-consent", ACCEPTED, carer=["share-with-receiving-unit"]),
    ],
}
# a step is answered by the next one, and sending by the receipt
GOES_ON = (
    "/referral/new/<uuid:begun>",
    "/referral/drafts/<uuid:draft_id>/<step>",
    "/referral/drafts/<uuid:draft_id>/send",
)
NOTHING_TYPED = {
    f"/referral/{each}/<uuid:form_id>": "two buttons; the form that waits goes on waiting" for each in ADDRESSES
}


@pytest.mark.holds("late-form-is-sent-after-signing-in")
@pytest.mark.parametrize(("rule", "number"), [(rule, n) for rule, walks in WALK.items() for n in range(len(walks))])
def test_a_form_that_came_too_late_is_sent_with_all_that_was_typed(
    room: Room, alva: Cast, bo: Cast, rule: str, number: int
) -> None:
    """Whole, half filled in or on its way back: its own view is given every field, and answers as it always does."""
    who, page, address, typed = WALK[rule][number]
    somebody = {"alva": alva, "bo": bo}[who]
    made = _made(room, alva, bo, page)
    for blank, found in made.items():
        page, address = page.replace(blank, found), address.replace(blank, found)
    browser = at_the_pages(somebody, room.clock.now()).client
    # a page that was open when the step was called otherwise had the same form
    sent = form_of(browser.get(page).text, address.replace("/first-contact", "/start")).typed(**typed)

    def again() -> FlaskClient:
        return at_the_pages(somebody, room.clock.now()).client

    late = sent_late(room.app, browser, address, sent, again)
    assert late.got == typed_in(sent)
    assert late.answer.status_code == 303, late.answer.text
    matched, _ = room.app.url_map.bind("127.0.0.1").match(address, "POST", return_rule=True)
    assert matched.rule == rule
    if rule not in GOES_ON:
        assert len(said_afterwards(late.back, late.answer)) == 1, "the page after says that it is done"


def _made(room: Room, alva: Cast, bo: Cast, page: str) -> dict[str, str]:
    """What the page is about: something begun, a draft that is filled in to its end, or a referral."""
    if BEGUN in page:
        return {BEGUN: str(uuid4())}
    if DRAFT in page:
        browser = at_the_pages(alva, room.clock.now()).client
        shown = browser.get("/referral/new", follow_redirects=True)
        for answers in ANSWERS:
            here = shown.request.path
            shown = browser.post(here, data=form_of(shown.text, here).typed(**answers), follow_redirects=True)
        assert shown.request.path.endswith("/check"), shown.request.path
        return {DRAFT: shown.request.path.split("/")[-2]}
    referral_id = alva.send(a_referral_about_both()).json["id"]
    if ACCEPTED in page:
        assert bo.step("accept", referral_id).status_code == 200
        return {ACCEPTED: referral_id}
    return {SENT: referral_id}
