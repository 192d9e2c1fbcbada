"""Journeys through the directory in a real browser: anyone finds, Dani edits, Dani cannot edit another's."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from shared.kernel.clock import SWEDEN
from tests.journeys.conftest import Visit
from tests.support.browser import NARROW, axe_clean, by_keyboard, fits
from tests.support.cast import stable
from tests.support.directory_city import City


@pytest.mark.holds("read-without-a-trace")
def test_anyone_finds_an_activity_without_signing_in_or_javascript(visit_site: Visit) -> None:
    """From the front page by situation to a date and a telephone number, with no cookie left behind."""
    page = visit_site(javascript=False)
    page.goto("/")
    page.get_by_role("link", name="Jag stödjer någon med demens").click()
    page.get_by_label("Stödform").select_option(label="Kurs eller studiecirkel")
    page.get_by_role("button", name="Visa").click()
    page.get_by_role("link", name="Kurs: Leva nära demens").click()
    expect(page.get_by_role("heading", name="Kurskväll 1: Vad händer i hjärnan?")).to_be_visible()
    expect(page.get_by_role("link", name="070-174 06")).to_be_visible()
    page.get_by_role("link", name="Demensvännerna i Stockholm").click()
    expect(page.get_by_role("heading", name="Det här erbjuder vi")).to_be_visible()
    assert page.context.cookies() == []


def test_a_search_that_finds_nothing_says_what_to_do(visit_site: Visit) -> None:
    """No dead end: fewer choices, or a call."""
    page = visit_site()
    page.goto("/directory/services?q=xyzzy")
    expect(page.get_by_text("Inget stöd passar alla dina val.")).to_be_visible()
    page.get_by_role("link", name="Rensa filtret").click()
    expect(page.get_by_role("heading", name="35 stöd")).to_be_visible()


@pytest.mark.parametrize("path", ["/directory/services", "/directory/services?group=older-people&q=anh%C3%B6rig"])
def test_what_was_found_is_seen_before_one_scrolls(visit_site: Visit, path: str) -> None:
    """On a telephone what one can search for is folded together, and says what was chosen; unfolded it is used."""
    page = visit_site(viewport={"width": 360, "height": 740}, javascript=False)
    page.goto(path)
    first = page.locator(".dir-found").first.bounding_box()
    assert first
    assert first["y"] + 60 < 740
    expect(page.get_by_label("Stödform")).to_be_hidden()
    fold = page.locator(".dir-filter summary")
    if "?" in path:
        expect(fold).to_have_text("Sök och filtrera: Jag stödjer någon som är äldre, anhörig")
        expect(page.get_by_role("link", name="Rensa filtret")).to_be_in_viewport()
    by_keyboard(page, "Sök och filtrera")
    page.keyboard.press("Enter")
    page.get_by_label("Stödform").select_option(label="Anhöriggrupp")
    fits(page)
    page.get_by_role("button", name="Visa").click()
    expect(fold).to_contain_text("Anhöriggrupp")


def test_beside_the_list_what_one_can_search_for_is_never_folded(visit_site: Visit) -> None:
    """On a wide screen there is room, and nothing to unfold."""
    page = visit_site(javascript=False)
    page.goto("/directory/services")
    expect(page.get_by_label("Stödform")).to_be_in_viewport()
    expect(page.locator(".dir-filter summary")).to_be_hidden()
    by_keyboard(page, "Stadsdelsområde")


@pytest.mark.parametrize(
    "path", ["/", "/directory/services", "/directory/about", "/tillganglighet", "/directory/login", "/directory/lost"]
)
def test_public_pages_are_accessible_and_fit_a_narrow_telephone(visit_site: Visit, path: str) -> None:
    """axe finds nothing; 320 px is enough; one heading of the first level."""
    page = visit_site()
    page.goto(path)
    axe_clean(page)
    fits(page)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)


def test_the_front_page_is_usable_by_keyboard(visit_site: Visit) -> None:
    """Tab reaches a situation, and Enter opens it."""
    page = visit_site(viewport=NARROW)
    page.goto("/")
    by_keyboard(page, "Jag stödjer någon som är äldre")
    page.keyboard.press("Enter")
    page.wait_for_url("**/directory/services?group=older-people")


@pytest.mark.holds("saved-is-found-at-once", "saved-activity-is-found-at-once", "saved-is-what-the-page-says")
def test_dani_edits_and_everyone_sees_it(visit_site: Visit, city: City) -> None:
    """Listing, activity, cancellation, confirmation: each on the public page at once, and told by one event each."""
    page, soon = visit_site("dani", javascript=False), datetime.now(SWEDEN).date() + timedelta(days=9)
    expect(page.get_by_role("heading", level=1)).to_have_text("Anhörigföreningen Lyktan")
    page.get_by_role("link", name="Ändra uppgifterna").first.click()
    page.get_by_label("Kort beskrivning").fill("Fika, sång och samtal varje tisdag.")
    page.get_by_role("button", name="Spara och bekräfta").click()
    expect(page.get_by_text("Så här står det på den öppna sidan")).to_be_visible()

    page.get_by_role("link", name="Planera en aktivitet").first.click()
    page.get_by_label("Vad den heter").fill("Sångstund i trädgården")
    page.get_by_label("Dag", exact=True).fill(soon.isoformat())
    page.get_by_label("Börjar").fill("14:00")
    page.get_by_label("Slutar", exact=True).fill("13:00")
    page.get_by_label("Varje vecka").check()
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_text("Aktiviteten slutar innan den börjar.").first).to_be_visible()
    page.get_by_label("Slutar", exact=True).fill("15:30")
    page.get_by_label("Sista dagen").fill((soon + timedelta(days=28)).isoformat())
    page.get_by_role("button", name="Spara").click()
    page.get_by_role("link", name="Sångstund i trädgården").click()
    page.get_by_role("link", name="Ställ in aktiviteten …").click()
    page.get_by_role("button", name="Ställ in aktiviteten").click()
    expect(page.get_by_text("Aktiviteten är inställd, och det står på den öppna sidan.")).to_be_visible()
    page.get_by_role("button", name="Ja, det stämmer fortfarande").first.click()
    expect(page.get_by_text("Tack. Uppgifterna är bekräftade i dag.")).to_be_visible()
    anyone = visit_site()
    anyone.goto("/directory/services?q=tisdag")
    expect(anyone.get_by_text("Fika, sång och samtal varje tisdag.")).to_be_visible()
    activity = city.told("activity.changed.v1")[-1]
    assert (activity["status"], activity["subject"]) == ("cancelled", "dani")


def test_a_form_sent_back_keeps_what_was_written(visit_site: Visit) -> None:
    """The summary links to the field, the field says what is wrong, and nothing written is lost."""
    page = visit_site("dani")
    page.get_by_role("link", name="Lägg till ett stöd").click()
    page.get_by_label("Mer om stödet").fill("Ett långt och omsorgsfullt brev.")
    page.get_by_role("button", name="Spara och bekräfta").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_visible()
    expect(page).to_have_title("Rätta: Lägg till ett stöd – Lotsa")
    axe_clean(page)
    fits(page)
    expect(page.get_by_label("Mer om stödet")).to_have_value("Ett långt och omsorgsfullt brev.")
    summary.get_by_role("link").first.click()
    expect(page.get_by_label("Namn", exact=True)).to_be_focused()


@pytest.mark.holds("what-was-written-is-still-there")
def test_the_second_of_two_editors_sees_both_versions(visit_site: Visit) -> None:
    """Dani has the form open in two windows; the second save shows what was saved and keeps what was written."""
    first = visit_site("dani")
    first.get_by_role("link", name="Ändra uppgifterna").last.click()
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label("Kostnad").fill("20 kronor")
    first.get_by_role("button", name="Spara och bekräfta").click()
    second.get_by_label("Kostnad").fill("30 kronor")
    second.get_by_role("button", name="Spara och bekräfta").click()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("Det sparades ändringar medan du skrev")
    expect(alert).to_contain_text("20 kronor")
    expect(second.get_by_label("Kostnad")).to_have_value("30 kronor")
    axe_clean(second)
    second.get_by_role("button", name="Spara och bekräfta").click()
    expect(second.get_by_text("Så här står det på den öppna sidan")).to_be_visible()


def test_dani_cannot_edit_another_organisations_page(visit_site: Visit, city: City) -> None:
    """The same page as for an unknown address, and the attempt is recorded."""
    theirs, unknown = stable("service", "partner-2/1"), stable("service", "nobody")
    page = visit_site("dani")
    answers = [page.goto(f"/directory/mine/services/{each}") for each in (theirs, unknown)]
    assert [answer and answer.status for answer in answers] == [404, 404]
    axe_clean(page)
    attempts = [each for each in city.told("access.recorded.v1") if each["action"] == "attempt.edit-listing"]
    assert [each["subjects"] for each in attempts[-2:]] == [[str(theirs)], [str(unknown)]]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("dani", "/directory/mine"),
        ("dani", "/directory/mine/organization"),
        ("hanna", "/directory/admin"),
        ("hanna", "/directory/admin?show=others&q=f%C3%B6reningen"),
        ("hanna", "/directory/admin?show=assignments"),
        ("hanna", "/directory/admin/routing?area=0180-skarpnack&carer_age=70"),
    ],
)
def test_staff_pages_are_accessible_and_fit_a_narrow_telephone(visit_site: Visit, name: str, path: str) -> None:
    """axe finds nothing; 320 px is enough."""
    page = visit_site(name)
    page.goto(path)
    axe_clean(page)
    fits(page)
