"""A referral from the first question to the last step, as each of the two sees it."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.referral.conftest import OpenPage
from tests.support.referral_browsing import referral_path, send_about_both, send_about_the_carer_alone
from tests.support.referral_town import Town


def test_a_referral_is_sent_accepted_closed_and_seen_by_its_sender(town: Town, as_person: OpenPage) -> None:
    """Alva sends it with both consents, Bo accepts and closes it, and Alva sees each step with its outcome."""
    alva, bo = as_person(town.alva), as_person(town.bo)

    number = send_about_both(alva)
    assert "De ska svara senast onsdag 25 november" in alva.inner_text("main")
    assert "Frans" not in alva.inner_text("main"), "the receipt can lie on a table"
    path = referral_path(alva)

    bo.goto("/referral/")
    assert "Inte öppnad" in bo.inner_text("tr:has-text('Frans Provsson')")
    bo.get_by_role("link", name="Frans Provsson").click()
    shown = bo.inner_text("main")
    assert number in shown
    assert "Gun Provsson" in shown
    assert "Din läsning är loggad, med enhet, tid och samtycke." in shown

    bo.get_by_role("button", name="Acceptera").click()
    bo.get_by_role("link", name="Avsluta lotsningen").click()
    bo.get_by_label("Den som ger stöd har börjat få eget stöd").check()
    bo.get_by_label("Erbjuds inte på kvällar eller helger").check()
    bo.get_by_role("button", name="Avsluta lotsningen").click()
    assert "Lotsningen är avslutad" in bo.inner_text("[role=status]")

    alva.goto(path)
    track = alva.locator(".lotsa-track__title").all_inner_texts()
    assert track == ["Skickad", "Framme", "Öppnad", "Accepterad", "Avslutad"]
    assert "Den som ger stöd har börjat få eget stöd" in alva.inner_text(".lotsa-track")


def test_each_opening_and_each_list_is_recorded(town: Town, as_person: OpenPage) -> None:
    """Bo's list and Bo's opening are records of their own, and the opening names the consent it rested on."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_the_carer_alone(alva)
    bo.goto("/referral/")
    bo.get_by_role("link", name="Frans Provsson").click()
    found = town.ask(
        "SELECT action, outcome, cardinality(subjects) AS shown, cardinality(consents) AS relied_on "
        "FROM access_records WHERE subject = 'bo' ORDER BY access_id"
    )
    assert [tuple(row) for row in found] == [("list", "allowed", 1, 1), ("read", "allowed", 1, 1)]


def test_without_consent_to_tell_the_sender_sees_only_delivered_and_closed(town: Town, as_person: OpenPage) -> None:
    """Frans does not let Bo tell Alva what happened: she is not even shown that it was opened or accepted."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_the_carer_alone(alva, tell_referrer="no")
    path = referral_path(alva)
    bo.goto(path)
    bo.get_by_role("button", name="Acceptera").click()

    alva.goto(path)
    assert alva.locator(".lotsa-track__title").all_inner_texts() == ["Skickad", "Framme", "Ska avslutas"]
    alva.goto("/referral/")
    assert "Accepterad" not in alva.inner_text("main")
    assert "Framme" in alva.inner_text("main")


def test_the_work_list_has_the_oldest_promise_first_and_marks_the_late(town: Town, as_person: OpenPage) -> None:
    """A week later the first referral is late; one that was sent since stands below it."""

    send_about_the_carer_alone(as_person(town.alva))
    town.clock.advance(timedelta(days=7))
    later = town.somebody("alva", "Alva Andersson", town.alva.actor.role, town.alva.actor.unit_id)
    send_about_the_carer_alone(as_person(later), name="Hans Provsson")
    bo = as_person(town.somebody("bo", "Bo Bergström", town.bo.actor.role, town.bo.actor.unit_id))
    bo.goto("/referral/")
    rows = bo.locator("tbody tr").all_inner_texts()
    assert "Frans Provsson" in rows[0]
    assert "Försenad" in rows[0]
    assert "Hans Provsson" in rows[1]
    assert "Försenad" not in rows[1]
    bo.get_by_role("link", name="Försenade (1)").click()
    assert bo.locator("tbody tr").count() == 1


def test_declining_needs_a_reason_and_some_reasons_a_comment(town: Town, as_person: OpenPage) -> None:
    """Bo is told what is missing beside its field, keeps what he chose, and Alva sees the reason in the end."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_the_carer_alone(alva)
    path = referral_path(alva)
    bo.goto(f"{path}/reject")
    bo.get_by_role("button", name="Avböj").click()
    assert "Välj ett skäl" in bo.inner_text("#error-summary")
    bo.get_by_label("Underlaget räcker inte").check()
    bo.get_by_role("button", name="Avböj").click()
    assert "kräver en kommentar" in bo.inner_text("#f-comment-error")
    assert bo.get_by_label("Underlaget räcker inte").is_checked()
    bo.get_by_label("Kommentar").fill("Ring oss gärna.")
    bo.get_by_role("button", name="Avböj").click()
    alva.goto(path)
    assert "Underlaget räcker inte. Ring oss gärna." in alva.inner_text(".lotsa-track")


def test_the_sender_takes_a_referral_back(town: Town, as_person: OpenPage) -> None:
    """Alva cancels with a reason; Bo is offered nothing more to do with it."""
    alva, bo = as_person(town.alva), as_person(town.bo)
    send_about_the_carer_alone(alva)
    path = referral_path(alva)
    alva.goto(path)
    alva.get_by_role("link", name="Dra in lotsningen").click()
    alva.get_by_label("Den som ger stöd har ändrat sig").check()
    alva.get_by_role("button", name="Dra in lotsningen").click()
    bo.goto(path)
    assert "Indragen" in bo.inner_text("main")
    assert bo.get_by_role("button", name="Acceptera").count() == 0
