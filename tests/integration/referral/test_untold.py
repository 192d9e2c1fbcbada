"""Without the other person's consent nothing about them is accepted or kept, and nobody's draft gets stuck on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.referral.conftest import Cast, at_the_pages
from tests.support import cast
from tests.support.builders import answers
from tests.support.builders.answers import ANSWERS
from tests.support.cast import NOON

PLANTED = {"own_statement": "no", "person_name": cast.GUN.name, "situation": "Glömmer spisen"}
GUN = answers.situation(relation="partner", situation="Glömmer")
YES = answers.other_consent(given_at=NOON.isoformat())
ASKED = {**ANSWERS["consent"], "about_person": "yes"}
ABOUT_BOTH = {**ANSWERS, "consent": ASKED, "other-consent": YES, "situation": GUN}
NOT_KEPT = "är det du skrev här om den personen inte sparat"
AGAIN = "Steget om situationen behöver fyllas i igen"


def kept_as(alva: Cast, answers: dict[str, Any]) -> str:
    """A draft that holds these answers; its id."""
    made = alva.ask("POST", "/drafts", {"answers": answers})
    assert made.status_code == 201, made.text
    return str(made.json["id"])


def changed_in_another_window(alva: Cast, draft: str, **answers: dict[str, Any] | None) -> None:
    """The draft with other answers to some steps; None takes a step away."""
    now = {name: said for name, said in {**ABOUT_BOTH, **answers}.items() if said is not None}
    etag = {"If-Match": alva.ask("GET", f"/drafts/{draft}").headers["ETag"]}
    assert alva.ask("PUT", f"/drafts/{draft}", {"answers": now}, **etag).status_code == 200


@pytest.mark.holds("nothing-about-them-can-be-filled-in")
@pytest.mark.parametrize("go", [{}, {"go": "back"}])
def test_a_refused_field_is_not_kept_and_the_step_is_there_afterwards(alva: Cast, go: dict[str, str]) -> None:
    """The refusal comes before anything is saved: the draft is as it was, and its pages open."""
    draft, browser = kept_as(alva, ANSWERS), at_the_pages(alva)
    at = f"/referral/drafts/{draft}"
    refused = browser.post(f"{at}/situation", f"{at}/situation", **PLANTED, **go)
    assert refused.status_code == 422
    kept = alva.ask("GET", f"/drafts/{draft}").json
    assert (kept["answers"], kept["version"]) == (ANSWERS, 1)
    for step in (*ANSWERS, "check"):
        assert browser.get(f"{at}/{step}").status_code == 200, step
    assert browser.post(f"{at}/situation", f"{at}/situation", own_statement="no").status_code == 303


@pytest.mark.parametrize("aside", ["", "unsaved", "unfinished"])
def test_blank_fields_from_a_system_do_not_lock_a_draft(alva: Cast, aside: str) -> None:
    """A system may keep the other person's fields empty, which tells nothing: every page opens, and can be saved."""
    blank = {"own_statement": "no", "relation": "", "person_name": "", "situation": ""}
    answers = {**ANSWERS, aside: {"situation": blank}} if aside else {**ANSWERS, "situation": blank}
    at = f"/referral/drafts/{kept_as(alva, answers)}"
    browser = at_the_pages(alva)
    for step in ANSWERS:
        shown = browser.client.get(f"{at}/{step}?tried=1", follow_redirects=True)
        assert shown.status_code == 200, step
    assert browser.post(f"{at}/situation", f"{at}/situation", own_statement="no").status_code == 303


@pytest.mark.holds("typed-is-still-here")
@pytest.mark.parametrize(
    "elsewhere",
    [
        {"other-consent": {**YES, "tell": "no"}, "situation": None, "receiver": None},
        {"consent": ANSWERS["consent"], "other-consent": None, "situation": None, "receiver": None},
        {"other-consent": None, "situation": None, "receiver": None},
    ],
)
def test_who_writes_of_the_person_while_the_consent_goes_elsewhere_is_told(
    alva: Cast, elsewhere: dict[str, Any]
) -> None:
    """No page says that all is still here, when what was written about the person could not be kept."""
    draft, browser = kept_as(alva, ABOUT_BOTH), at_the_pages(alva)
    at = f"/referral/drafts/{draft}"
    changed_in_another_window(alva, draft, **elsewhere)
    typed = {**GUN, "situation": "Går ut om natten"}
    answer = browser.post(f"{at}/situation", f"{at}/carer", version="1", **typed)
    assert answer.status_code == 303
    shown = browser.client.get(answer.headers["Location"], follow_redirects=True)
    assert shown.status_code == 200
    assert NOT_KEPT in shown.text
    assert "Går ut" not in shown.text
    kept = alva.ask("GET", f"/drafts/{draft}").json["answers"]
    assert "Gun" not in str(kept)
    assert "Går ut" not in str(kept)


def test_who_answers_for_the_person_while_nobody_is_to_be_asked_any_more_is_told(alva: Cast) -> None:
    """The step is no more; what was answered on it is not kept, and that is said."""
    draft, browser = kept_as(alva, ABOUT_BOTH), at_the_pages(alva)
    at = f"/referral/drafts/{draft}"
    gone = {"consent": ANSWERS["consent"], "other-consent": None, "situation": {"own_statement": "no"}}
    changed_in_another_window(alva, draft, **gone)
    answer = browser.post(f"{at}/other-consent", f"{at}/carer", version="1", tell="yes", form="oral")
    assert NOT_KEPT in browser.client.get(answer.headers["Location"], follow_redirects=True).text


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("carer", {**ANSWERS["carer"], "area": "0180-kungsholmen"}),
        ("other-consent", {"tell": "no"}),
        ("consent", {**ANSWERS["consent"], "form": "oral", "text_version": "carer-2026-2"}),
    ],
)
def test_a_change_that_takes_the_situation_with_it_says_so(alva: Cast, step: str, typed: dict[str, Any]) -> None:
    """Another place asks both people again, a no takes the consent away: what was told of the person goes, aloud."""
    draft, browser = kept_as(alva, ABOUT_BOTH), at_the_pages(alva)
    at = f"/referral/drafts/{draft}"
    fields = {name: said for name, said in typed.items() if name != "given_at"}
    answer = browser.post(f"{at}/{step}", f"{at}/{step}", **fields)
    assert AGAIN in browser.client.get(answer.headers["Location"], follow_redirects=True).text
    assert "Gun" not in str(alva.ask("GET", f"/drafts/{draft}").json["answers"])


def test_a_change_that_leaves_the_situation_says_nothing_of_it(alva: Cast) -> None:
    """Another name is no other consent."""
    draft, browser = kept_as(alva, ABOUT_BOTH), at_the_pages(alva)
    at = f"/referral/drafts/{draft}"
    answer = browser.post(f"{at}/carer", f"{at}/carer", **{**ANSWERS["carer"], "name": "Frans P"})
    assert AGAIN not in browser.client.get(answer.headers["Location"], follow_redirects=True).text
    assert "Gun" in str(alva.ask("GET", f"/drafts/{draft}").json["answers"])
