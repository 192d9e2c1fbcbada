"""Cilla advises in another district: for her, Södermalm's referrals do not exist. Each attempt is recorded."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import Page

from tests.journeys.referral.conftest import OpenPage
from tests.support.referral_browsing import post, referral_path, send_about_the_carer_alone, tell_of_the_carer
from tests.support.referral_town import Town

STEPS = ("accept", "reject", "complete", "cancel", "withdraw-consent")


@pytest.fixture
def path(town: Town, as_person: OpenPage) -> str:
    """Where a referral is that Alva has sent to Södermalm."""
    alva = as_person(town.alva)
    send_about_the_carer_alone(alva)
    return referral_path(alva)


def seen(page: Page, path: str) -> tuple[int, str]:
    """The status and all words of a page."""
    answer = page.goto(path)
    assert answer is not None
    return answer.status, page.inner_text("body")


def test_a_strangers_referral_looks_like_one_that_never_was(town: Town, as_person: OpenPage, path: str) -> None:
    """Cilla neither finds it in her list nor opens it: the answer is word for word that for an unknown id."""
    cilla = as_person(town.cilla)
    assert "Frans" not in seen(cilla, "/referral/?show=open")[1]
    assert seen(cilla, path) == seen(cilla, f"/referral/referrals/{uuid4()}")
    assert seen(cilla, path)[0] == 404
    for step in ("reject", "complete", "cancel", "withdraw-consent"):
        assert seen(cilla, f"{path}/{step}") == seen(cilla, f"/referral/referrals/{uuid4()}/{step}")


def test_a_stranger_can_do_nothing_with_it_and_each_attempt_is_recorded(
    town: Town, as_person: OpenPage, path: str
) -> None:
    """Forms that no page offered her are refused, nothing changes, and the log names every try."""
    cilla = as_person(town.cilla)
    forms = {"version": "1", "reason": "other", "comment": "x", "carer": "share-with-receiving-unit"}
    kept = {
        "accept": ("version",),
        "reject": ("version", "reason", "comment"),
        "complete": ("version", "reason", "comment"),
        "cancel": ("version", "reason", "comment"),
        "withdraw-consent": ("carer",),
    }
    for step in STEPS:
        cilla.goto("/referral/")
        answer = post(cilla, f"{path}/{step}", {name: forms[name] for name in kept[step]})
        assert answer.status == 404, step
    assert [row.state for row in town.ask("SELECT state FROM referrals")] == ["requested"]
    tries = town.ask("SELECT action, outcome FROM access_records WHERE subject = 'cilla' ORDER BY access_id")
    assert [tuple(row) for row in tries] == [(f"attempt.{step}", "refused") for step in STEPS]


def test_the_wrong_role_is_offered_and_allowed_nothing(town: Town, as_person: OpenPage, path: str) -> None:
    """Bo may not write referrals; Alva may neither accept nor decline, though she may see the page."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    assert seen(bo, "/referral/new")[0] == 403
    alva.goto(path)
    assert alva.get_by_role("button", name="Acceptera").count() == 0
    assert post(alva, f"{path}/accept", {"version": "1"}).status == 403
    assert [row.state for row in town.ask("SELECT state FROM referrals")] == ["requested"]


def test_a_draft_is_its_authors_alone(town: Town, as_person: OpenPage) -> None:
    """A colleague of Alva's, in the same unit and role, gets the same answer as for a draft that never was."""
    alva = as_person(town.alva)
    tell_of_the_carer(alva)
    draft = "/".join(alva.url.split("/")[3:6])
    role, unit = town.alva.actor.role, town.alva.actor.unit_id
    colleague = as_person(town.somebody("axel", "Axel Ahl", role, unit))
    assert seen(colleague, f"/{draft}/carer") == seen(colleague, f"/referral/drafts/{uuid4()}/carer")
    assert "Frans" not in seen(colleague, "/referral/")[1]
    assert seen(alva, f"/{draft}/carer")[0] == 200


def test_nobody_gets_in_without_signing_in(town: Town, as_person: OpenPage, path: str) -> None:
    """Without a session every page leads to the sign-in page, which lives in another service."""
    stranger = as_person(town.alva)
    stranger.context.clear_cookies()
    for page in ("/referral/", "/referral/new", path):
        answer = stranger.request.get(page, max_redirects=0)
        assert answer.status == 303
        assert answer.headers["location"].startswith("/directory/login")
