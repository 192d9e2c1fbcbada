"""The pages leave the records that the API leaves, and keep what was typed in a form that did not go through."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.kernel.actor import Role
from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.integration.referral.test_nobody_else import attempts
from tests.support.builders.bodies import a_referral
from tests.support.cast import HEALTH_CENTRE

COMMENT = "Hon bad oss vänta."


def readings(room: Room, who: Cast) -> list[tuple[str, str, list[UUID], list[UUID]]]:
    """What somebody was let in to see: action, rule, subjects and consents relied on."""
    query = (
        "SELECT action, rule, subjects, consents FROM access_records "
        "WHERE subject = :who AND outcome = 'allowed' ORDER BY access_id"
    )
    return [tuple(row) for row in room.ask(query, who=who.actor.user.subject)]


def test_a_form_that_shows_a_referral_is_a_reading(room: Room, alva: Cast, bo: Cast) -> None:
    """Number and state of consent are shown on them, nothing that was told; each look is recorded and told."""
    referral_id = alva.send().json["id"]
    path = f"/referral/referrals/{referral_id}"
    for who, pages in ((alva, ("cancel", "withdraw-consent")), (bo, ("reject", "withdraw-consent"))):
        for page in pages:
            assert at_the_pages(who).get(f"{path}/{page}").status_code == 200
    bo.step("accept", referral_id)
    assert at_the_pages(bo).get(f"{path}/complete").status_code == 200
    assert readings(room, alva) == [("read", "referring-unit", [UUID(referral_id)], [])] * 2
    assert readings(room, bo) == [("read", "receiving-unit", [UUID(referral_id)], [])] * 3
    assert [each["record_kind"] for each in room.told("access.recorded.v1")] == [
        "referral-form",
        "referral-consents",
        "referral-form",
        "referral-consents",
        "referral-form",
    ]


def test_the_record_says_what_was_shown(room: Room, alva: Cast, bo: Cast) -> None:
    """A receipt is no content and was perhaps never printed; the page is the content; a form is a form."""
    referral_id = alva.send().json["id"]
    path = f"/referral/referrals/{referral_id}"
    for who, page in ((alva, ""), (alva, "/receipt"), (alva, "/cancel"), (bo, "")):
        assert at_the_pages(who).get(path + page).status_code == 200
    told = [(each["subject"], each["action"], each["record_kind"]) for each in room.told("access.recorded.v1")]
    assert told == [
        ("alva", "read", "referral"),
        ("alva", "read", "referral-receipt"),
        ("alva", "read", "referral-form"),
        ("bo", "read", "referral"),
    ]


PAGES = ("", "/receipt", "/accept", "/reject", "/complete", "/cancel", "/withdraw-consent", "/moved")


@pytest.mark.parametrize("role", [Role.PARTNER_EDITOR, Role.AUDITOR, Role.OPERATOR])
def test_a_role_that_has_no_door_there_leaves_a_record(room: Room, alva: Cast, role: Role) -> None:
    """Every page that names a referral: 403, with a record that names it and what was tried."""
    referral_id = alva.send().json["id"]
    ester = room.somebody("ester", role, HEALTH_CENTRE)
    browser = at_the_pages(ester)
    for page in PAGES:
        path = f"/referral/referrals/{referral_id}{page}"
        answer = browser.client.post(path) if page == "/accept" else browser.get(path)
        assert answer.status_code == 403, page
    assert [(action, subjects) for action, _, subjects in attempts(room, ester)] == [
        (f"attempt.{action}", [UUID(referral_id)])
        for action in ("open", "open", "accept", "reject", "complete", "cancel", "withdraw-consent", "open")
    ]
    assert len([each for each in room.told("access.recorded.v1") if each["outcome"] == "refused"]) == len(PAGES)


def test_the_receipt_is_not_the_advisers(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo's unit has the referral, but the receipt is for the sender: refused, and recorded; so is a draft's address."""
    referral_id, draft_id = alva.send().json["id"], uuid4()
    browser = at_the_pages(bo)
    assert browser.get(f"/referral/referrals/{referral_id}/receipt").status_code == 403
    assert browser.get(f"/referral/drafts/{draft_id}/carer").status_code == 403
    assert [subjects for _, _, subjects in attempts(room, bo)] == [[UUID(referral_id)], [draft_id]]


@pytest.mark.parametrize(
    ("step", "wrong", "right"),
    [
        ("reject", {}, {"reason": "outside-area"}),
        ("reject", {"reason": "other"}, {"reason": "outside-area"}),
        ("complete", {"unmet_needs": ["language"]}, {"reason": "support-started"}),
    ],
)
def test_a_mistake_is_answered_with_a_redirect_and_loses_nothing(
    room: Room, alva: Cast, bo: Cast, step: str, wrong: dict[str, str], right: dict[str, str]
) -> None:
    """No page answers a form with what was typed; the form shows it again, sealed meanwhile, until it goes through."""
    referral_id = alva.send().json["id"]
    if step == "complete":
        bo.step("accept", referral_id)
    browser, form = at_the_pages(bo), f"/referral/referrals/{referral_id}/{step}"
    typed = wrong if "reason" in wrong else {**wrong, "comment": COMMENT}
    refused = browser.post(form, form, **typed)
    assert (refused.status_code, refused.headers["Location"]) == (303, form)
    again = browser.get(form).text
    assert "error-summary" in again
    assert (COMMENT in again) == ("comment" in typed)
    assert all(f'value="{each}" checked' in again for each in wrong.get("unmet_needs", ()))
    kept = room.ask("SELECT author, form, expires_at - held_at AS life FROM held_forms")
    assert [row.life for row in kept] == [timedelta(hours=1)]
    assert COMMENT.encode() not in bytes(kept[0].form)
    assert browser.post(form, form, **{**typed, **right}).headers["Location"] == f"/referral/referrals/{referral_id}"
    assert room.ask("SELECT 1 FROM held_forms") == []


def test_what_somebody_typed_is_theirs_alone(room: Room, alva: Cast, bo: Cast) -> None:
    """A colleague at the same form sees nothing of it, no list of drafts names it, and after an hour it is gone."""
    referral_id = alva.send().json["id"]
    form = f"/referral/referrals/{referral_id}/cancel"
    at_the_pages(alva).post(form, form, comment=COMMENT)
    assert COMMENT in at_the_pages(alva).get(form).text
    assert "Utan namn" not in at_the_pages(alva).get("/referral/").text
    colleague = room.somebody("anna", Role.REFERRER, alva.actor.unit_id)
    assert COMMENT not in at_the_pages(colleague).get(form).text
    room.clock.advance(timedelta(minutes=20))
    assert COMMENT in at_the_pages(alva).get(form).text
    room.clock.advance(timedelta(minutes=41))
    room.service.sweep()
    assert room.ask("SELECT 1 FROM held_forms") == []


def test_whoever_comes_second_goes_on_from_how_it_stands(room: Room, alva: Cast, bo: Cast) -> None:
    """Bo's closing was written from an older version: he is told, and his words wait in the form for the new one."""
    sent = alva.send()
    referral_id = sent.json["id"]
    bo.step("accept", referral_id)
    path = f"/referral/referrals/{referral_id}"
    browser = at_the_pages(bo)
    late = browser.post(f"{path}/complete", f"{path}/complete", reason="other", comment=COMMENT, version="1")
    assert (late.status_code, late.headers["Location"]) == (303, f"{path}/moved?form=complete")
    told = browser.get(late.headers["Location"])
    assert COMMENT in told.text
    assert browser.post(f"{path}/complete", f"{path}/complete", reason="other", comment=COMMENT).status_code == 303
    assert bo.open(referral_id).json["state"] == "completed"
    assert browser.get(f"{path}/moved?form=complete").status_code == 303, "nothing waits any more"


def test_nothing_is_kept_for_a_stranger(room: Room, alva: Cast, cilla: Cast) -> None:
    """A form sent to another district's referral, right or wrong, is answered as for an unknown id, and recorded."""
    referral_id = alva.send().json["id"]
    browser = at_the_pages(cilla)
    for fields in ({}, {"reason": "other"}, {"reason": "outside-area"}):
        answer = browser.post(f"/referral/referrals/{referral_id}/reject", "/referral/", version="1", **fields)
        assert answer.status_code == 404
    assert room.ask("SELECT 1 FROM held_forms") == []
    assert [action for action, _, _ in attempts(room, cilla)] == ["attempt.reject"] * 3


def test_a_withdrawal_that_says_nothing_is_asked_again(room: Room, alva: Cast) -> None:
    """No choice was made: the form says so after a redirect."""
    referral_id = alva.send(a_referral()).json["id"]
    form = f"/referral/referrals/{referral_id}/withdraw-consent"
    browser = at_the_pages(alva)
    assert browser.post(form, form).headers["Location"] == form
    assert "Välj vad som återkallas" in browser.get(form).text


def test_the_adviser_is_told_what_a_withdrawal_asks_of_them(alva: Cast, bo: Cast) -> None:
    """In hand: no further contact, and to be closed. Not to the one who sent it, and not once it is closed."""
    sent = alva.send(a_referral())
    referral_id, asked = sent.json["id"], "Ta ingen mer kontakt på grund av lotsningen"
    bo.step("accept", referral_id)
    page = f"/referral/referrals/{referral_id}"
    assert asked not in at_the_pages(bo).get(page).text
    alva.withdraw(next(each["id"] for each in sent.json["consents"] if each["about"] == "carer"))
    assert asked in at_the_pages(bo).get(page).text
    assert asked not in at_the_pages(alva).get(page).text
    done = bo.step("complete", referral_id, bo.open(referral_id).json["version"], {"reason": "carer-declined"})
    assert done.json["state"] == "completed"
    assert asked not in at_the_pages(bo).get(page).text
