"""What an attack review tried against the referral service, and what holds now."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from tests.integration.referral.conftest import Cast, Room, at_the_pages
from tests.support import cast
from tests.support.builders.answers import ANSWERS
from tests.support.builders.bodies import a_consent, a_referral, a_referral_about_both
from tests.support.cast import SODERMALM
from tests.support.page_forms import without_seconds


def untold(body: dict[str, Any]) -> dict[str, Any]:
    """The same referral, of a carer who does not let the referrer know what happens."""
    body["consents"]["carer"] = a_consent("share-with-receiving-unit", channels=["phone"])
    return body


def test_the_referrers_own_steps_do_not_tell_of_others(room: Room, alva: Cast, bo: Cast) -> None:
    """A step that Alva took after an acceptance she may not know of shows neither its state nor its place."""
    sent = alva.send(untold(a_referral_about_both())).json
    about_gun = next(each["id"] for each in sent["consents"] if each["about"] == "person-cared-for")
    unaccepted = alva.send(untold(a_referral_about_both())).json
    assert bo.step("accept", sent["id"]).status_code == 200
    other = next(each["id"] for each in unaccepted["consents"] if each["about"] == "person-cared-for")
    assert alva.withdraw(about_gun).status_code == 200
    assert alva.withdraw(other).status_code == 200
    seen, unseen = (
        [(step["action"], step["after"], step["version"]) for step in alva.open(each["id"]).json["steps"]]
        for each in (sent, unaccepted)
    )
    assert seen == unseen
    assert alva.step("cancel", sent["id"], body={"reason": "sent-twice"}).status_code == 200
    assert alva.step("cancel", unaccepted["id"], body={"reason": "sent-twice"}).status_code == 200
    seen, unseen = (
        [(step["action"], step["after"], step["version"]) for step in alva.open(each["id"]).json["steps"]]
        for each in (sent, unaccepted)
    )
    assert seen == unseen


@pytest.mark.parametrize("given_at", ["9999-12-31T23:59:59Z", "9999-06-01T00:00:00+00:00", "0001-01-01T00:00:00+14:00"])
def test_no_date_is_too_far_away_to_refuse(room: Room, alva: Cast, given_at: str) -> None:
    """A consent given at the end, or the beginning, of time is refused like any other wrong date."""
    body = a_referral()
    body["consents"]["carer"]["given_at"] = given_at
    refused = alva.send(body)
    assert (refused.status_code, refused.json["type"]) == (422, "urn:lotsa:problem:consent-does-not-hold")


@pytest.mark.parametrize("deep", [100, 450, 700])
def test_json_is_not_bottomless(room: Room, alva: Cast, deep: int) -> None:
    """Lists within lists within lists cannot be read, and nothing is kept of them."""
    answers: Any = []
    for _ in range(deep):
        answers = [answers]
    refused = alva.ask("POST", "/drafts", {"answers": {"a": answers}})
    assert refused.status_code == 400
    assert room.ask("SELECT 1 FROM drafts") == []


def test_no_number_is_endless(room: Room, alva: Cast) -> None:
    """A number beyond all bounds would come back as something that is not JSON."""
    refused = alva.client.post(
        "/api/referral/v1/drafts",
        data='{"answers": {"a": 1e999}}',
        headers={"Authorization": f"Bearer {alva.token}", "Content-Type": "application/json"},
    )
    assert refused.status_code == 400


@pytest.mark.timeout(60)
@pytest.mark.parametrize("field", ["phone", "email", "identity_number", "name"])
def test_a_very_long_text_is_refused_without_a_long_look(room: Room, alva: Cast, field: str) -> None:
    """Checking what somebody wrote does not take for ever for being long: the test's own limit would end it."""
    for long in ("1" * 400_000, "a@" + "a." * 200_000 + "se", "+" * 400_000, "1912-" * 80_000):
        body = a_referral()
        body["carer"][field] = long
        assert alva.send(body).status_code == 422


def test_no_page_tells_an_untold_referrer_of_the_opening(room: Room, alva: Cast, bo: Cast) -> None:
    """Whether Bo has opened it or not, every page of Alva's says the same."""
    opened, unopened = (alva.send(untold(a_referral())).json for _ in range(2))
    assert bo.open(opened["id"]).status_code == 200
    browser = at_the_pages(alva)
    for page in ("", "/withdraw-consent", "/cancel", "/receipt"):
        seen, unseen = (
            browser.get(f"/referral/referrals/{each['id']}{page}")
            .text.replace(each["id"], "ID")
            .replace(each["number"], "NUMBER")
            for each in (opened, unopened)
        )
        assert without_seconds(seen) == without_seconds(unseen), page


def test_a_municipalitys_reason_may_hold_a_percent_sign(room: Room, alva: Cast) -> None:
    """What an administrator wrote is text, never a pattern that something is filled into."""
    room.rules(
        {"rule_id": "1", "area": "0180-sodermalm", "unit_id": str(SODERMALM), "reason_sv": "100 % %(av) dem <b>x</b>"},
        version=2,
    )
    browser = at_the_pages(alva)
    draft = alva.ask("POST", "/drafts", {"answers": ANSWERS}).json
    for step in ("receiver", "check"):
        page = browser.get(f"/referral/drafts/{draft['id']}/{step}")
        assert page.status_code == 200, page.text[-500:]
        assert "100 % %(av) dem &lt;b&gt;x&lt;/b&gt;" in page.text


def test_a_failing_statement_does_not_say_what_it_was_given(room: Room) -> None:
    """Whoever prints the error, in a log or on a terminal, prints no person's data."""
    with room.parts.as_system() as uow, pytest.raises(DataError) as failed:
        uow.connection.execute(text("SELECT 1 / 0 WHERE CAST(:name AS text) IS NOT NULL"), {"name": cast.FRANS.name})
    assert "Frans" not in str(failed.value)
