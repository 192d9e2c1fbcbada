"""Ester's pages in a real browser: for everyone, at any width, by keyboard alone, and without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import make_url

from services.audit.web import create_app
from services.audit.web.page import EXTENSION
from services.audit.web.trail.pages import READINGS_ON_A_PAGE
from tests.bench.referrals import PATH, body
from tests.journeys.conftest import Visit
from tests.support.browser import NARROW, axe_clean, by_keyboard, fits
from tests.support.eventually import eventually
from tests.support.running import Running

SEARCH = "Sök ett samtycke eller en lotsning"
ID = r"[0-9a-f]{8}-[0-9a-f-]{27}"


@dataclass(frozen=True)
class Followed:
    """A referral that was sent, and looked at more often than a trail's page holds. ``consent``: one of its two."""

    referral: str
    consent: str


@pytest.fixture(scope="module")
def followed(product: Running) -> Followed:
    """Alva sends, Bo lists it twice and opens it a hundred times, Cilla is refused; all of it is in the log."""
    sent = product.ask("alva", "POST", PATH, body(7), Idempotency_Key=str(uuid4()))
    assert sent.status_code == 201, sent.text
    where = sent.headers["Location"]
    for _ in range(READINGS_ON_A_PAGE):
        assert product.ask("bo", "GET", where).status_code == 200
    for _ in range(2):
        assert product.ask("bo", "GET", PATH).status_code == 200
    assert product.ask("cilla", "GET", where).status_code == 404
    product.everything_has_arrived()
    return Followed(sent.json()["id"], sent.json()["consents"][0]["id"])


@pytest.fixture
def doubled(product: Running) -> Iterator[None]:
    """An alarm that waits for a person: no bus that works makes one."""
    url = make_url(product.installation.servers.postgres_url)
    ours = url.set(drivername="postgresql", database=f"{product.installation.prefix}_audit")
    with psycopg.connect(ours.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(
            "insert into alarms (alarm_id, kind, source, first, last, noticed_at) values "
            "(%s, 'event-doubled', '/lotsa/journeys/referral/1', 7, 7, now())",
            (uuid4(),),
        )
        yield
        connection.execute("delete from alarms where kind = 'event-doubled'")


def search(page: Page, asked: str) -> None:
    """Search from the page as it stands."""
    page.get_by_label(SEARCH).fill(asked)
    page.get_by_role("button", name="Sök").click()


def ask_for_a_round(page: Page) -> None:
    """Ask, and load the page again until what runs in the background has answered."""
    page.get_by_role("button", name="Kontrollera hela loggen nu").click()
    expect(page.get_by_role("heading", name="Loggens läge")).to_be_visible()
    until_verified(page)


def until_verified(page: Page) -> None:
    def done() -> bool:
        page.reload()
        asked = (
            page.get_by_text("Hela loggen ska kontrolleras").count() + page.get_by_text("Kontrollerat hittills").count()
        )
        return asked == 0 and page.get_by_role("heading", name="Posterna stämmer").count() == 1

    eventually(done, saying="the whole log was verified", within=60, every=1)


def walk(page: Page, followed: Followed) -> Iterator[str]:
    """Every page that Ester has, one after the other, by links and buttons from the one in her header."""
    page.locator(".lotsa-nav").get_by_role("link", name="Samtycken och logg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Samtycken")
    yield "the consents"
    page.locator(f'a[href="/audit/consents/{followed.consent}"]').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logg för samtycket")
    expect(page.get_by_text(f"Alla steg visas, och de {READINGS_ON_A_PAGE} nyaste läsningarna.")).to_be_visible()
    expect(page.get_by_text("Samtycke gavs")).to_be_visible()
    page.get_by_text("Varje gång, och dess post").first.click()
    yield "a consent's trail"
    page.get_by_role("link", name="Äldre läsningar").click()
    expect(page.get_by_role("heading", name="Äldre läsningar, i ordning")).to_be_visible()
    yield "its older readings"
    page.get_by_role("link", name="Till stegen och de nyaste läsningarna").click()
    page.locator("dl").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logg för lotsningen")
    yield "a referral's trail"
    ways = page.get_by_role("navigation", name="Vägar in i loggen")
    ways.get_by_role("link", name="Lotsningar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lotsningar i loggen")
    yield "the referrals"
    search(page, " ")
    expect(page.get_by_role("alert")).to_contain_text("Skriv ett nummer")
    yield "a search for nothing"
    search(page, "ffffffff")
    expect(page.get_by_text("Ingen träff inom ditt uppdrag")).to_be_visible()
    yield "a search that finds nothing"
    # made in one moment, a referral and its consents begin alike
    search(page, followed.consent[:8])
    expect(page.get_by_role("heading", name="träffar")).to_be_visible()
    yield "a search that finds several"
    ways.get_by_role("link", name="Alla poster").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alla poster")
    yield "the entries"
    page.get_by_role("link", name="Nästa sida").click()
    expect(page.get_by_role("link", name="Till första sidan")).to_be_visible()
    yield "older entries"
    ways.get_by_role("link", name="Loggens läge").click()
    expect(page.get_by_text("En händelse har kommit två gånger").first).to_be_visible()
    yield "the log with an alarm"
    page.get_by_role("link", name="En händelse har kommit två gånger").click()
    page.get_by_role("button", name="Stäng larmet").click()
    expect(page.get_by_role("alert")).to_contain_text("Välj varför larmet stängs.")
    yield "an alarm that asks why it is closed"
    page.get_by_label("Orsaken är hittad och åtgärdad").check()
    page.get_by_role("button", name="Stäng larmet").click()
    expect(page.get_by_text("Inga luckor")).to_be_visible()
    ask_for_a_round(page)
    yield "the log, verified"


def test_every_page_is_accessible_and_fits(visit: Visit, followed: Followed, doubled: None) -> None:
    """axe finds nothing at 1280 and at 320 px, nothing is too wide, and there is one heading of the first level."""
    page = visit("ester")
    seen = []
    for where in walk(page, followed):
        wide = page.viewport_size
        axe_clean(page)
        fits(page)
        page.set_viewport_size(NARROW)
        axe_clean(page)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert wide is not None
        page.set_viewport_size(wide)
        seen.append(where)
    assert len(seen) == 13


def test_every_page_without_javascript(visit: Visit, followed: Followed, doubled: None) -> None:
    """The same way, on a narrow telephone, and the export comes."""
    page = visit("ester", viewport=NARROW, javascript=False)
    assert len(list(walk(page, followed))) == 13
    with page.expect_download() as download:
        page.get_by_role("button", name="Ladda ner utan namn").click()
    assert download.value.suggested_filename == "lotsa-log.zip"


def test_every_page_by_keyboard(visit: Visit, followed: Followed, doubled: None) -> None:
    """From the header to a trail, its older readings, and a closed alarm: Tab and Enter alone, focus always seen."""
    page = visit("ester")
    page.goto("/directory/")

    def press(name: str, *, leads_to: str) -> None:
        by_keyboard(page, name, most=200)
        page.keyboard.press("Enter")
        page.wait_for_url(leads_to)

    press("Samtycken och logg", leads_to="**/audit/")
    by_keyboard(page, SEARCH)
    page.keyboard.type(followed.consent)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/audit/consents/{followed.consent}")
    by_keyboard(page, "Varje gång, och dess post")
    page.keyboard.press("Enter")
    expect(page.locator("details[open]")).to_have_count(1)
    press("Äldre läsningar", leads_to="**/audit/consents/*?cursor=*")
    press("Till stegen och de nyaste läsningarna", leads_to=f"**/audit/consents/{followed.consent}")
    press(followed.referral[:18], leads_to=f"**/audit/referrals/{followed.referral}")
    press("Lotsningar", leads_to="**/audit/referrals")
    press("Alla poster", leads_to="**/audit/entries")
    press("Nästa sida", leads_to="**/audit/entries?cursor=*")
    press("Loggens läge", leads_to="**/audit/log")
    press("En händelse har kommit två gånger", leads_to="**/audit/log/alarms/*")
    by_keyboard(page, "Orsaken är hittad och åtgärdad")
    page.keyboard.press("Space")
    press("Stäng larmet", leads_to="**/audit/log")
    expect(page.get_by_text("Inga luckor")).to_be_visible()
    by_keyboard(page, "Kontrollera hela loggen nu", most=200)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    until_verified(page)


def test_every_page_is_reached_from_the_one_in_the_header(
    product: Running, visit: Visit, followed: Followed, doubled: None
) -> None:
    """Whatever audit's application answers to people is led to by a link or a button, beginning at `/audit/`.

    But for a form that came too late: its sender alone is told where it waits (`test_every_form_sent_late.py`).
    """
    app = create_app(product.settings)
    app.extensions[EXTENSION].engine.dispose()
    watched = re.compile(r"/audit/(health/|metrics|(held|lapsed)-form/)")
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/audit/")]
    pages = {re.sub("<[^>]+>", "…", rule) for rule in rules if not watched.match(rule)}
    assert len(pages) == 11

    page = visit("ester")
    led_to: set[str] = set()
    waiting = ["/audit/"]
    while waiting:
        page.goto(waiting.pop())
        found = page.evaluate(
            "[...document.querySelectorAll('main a[href], main form')].map(e => new URL(e.href || e.action))"
            ".map(each => each.pathname)"
        )
        follow = {each for each in found if each.startswith("/audit/")} | {"/audit/"}
        links = set(page.eval_on_selector_all("main a[href]", "all => all.map(e => new URL(e.href).pathname)"))
        for path in sorted(follow):
            pattern = re.sub(ID, "…", path)
            if pattern not in led_to and path in links:
                waiting.append(path)
            led_to.add(pattern)
    assert pages - led_to == set()


def test_when_the_log_heard_of_it_stands_in_the_line_of_the_time(visit: Visit, followed: Followed) -> None:
    """What was told late says so beside its time and before its number, not on lines of their own."""
    page = visit("ester")
    page.goto(f"/audit/consents/{followed.consent}")
    heights = page.evaluate(
        """() => {
            const line = document.querySelector('.lotsa-track__at'), before = line.offsetHeight
            const note = document.createElement('span')
            note.className = 'lotsa-table__note'
            note.textContent = '(…)'
            line.insertBefore(note, line.lastChild)
            return [before, line.offsetHeight]
        }"""
    )
    assert heights[0] == heights[1]
