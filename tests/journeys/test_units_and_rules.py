"""Hanna registers a unit and edits the routing rules in a real browser, without JavaScript, by keyboard, at 320 px."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit
from tests.support.browser import axe_clean, by_keyboard, fits
from tests.support.cast import UNIT, stable
from tests.support.directory_browsing import error_at
from tests.support.directory_city import City

NEW_UNIT = "/directory/admin/units/new"
ROUTING = "/directory/admin/routing"
RULES = f"{ROUTING}/rules"
BROMMA = stable("routing-rule", "district/bromma")
REASON = "Anhöriga i Bromma möts av Järva så länge Brommas konsulent är ledig."


def test_a_unit_is_found_by_its_name_or_area(hanna: Page) -> None:
    """By keyboard, in a form that asks nothing of JavaScript; what was sought stays while she looks at other lists."""
    hanna.goto("/directory/admin")
    expect(hanna.get_by_role("navigation").get_by_role("link", name="Övriga enheter")).to_be_visible()
    hanna.get_by_label("Sök enhet").fill("skärholmen")
    hanna.keyboard.press("Enter")
    hanna.wait_for_url("**/directory/admin?q=*")
    expect(hanna.get_by_label("Sök enhet")).to_have_value("skärholmen")
    expect(hanna.locator("tbody th")).to_have_text(["Anhörigkonsulenterna, Skärholmen"])
    hanna.get_by_role("link", name="Uppdrag som gäller nu (0)").click()
    expect(hanna.get_by_text("Inget stämmer med det du sökte på.")).to_be_visible()
    hanna.get_by_role("link", name="Rensa filtret").click()
    expect(hanna.get_by_role("link", name="Uppdrag som gäller nu")).to_have_attribute("aria-current", "page")
    expect(hanna.locator("tbody th").filter(has_text="Anhörigkonsulenterna, Södermalm")).to_have_count(1)
    hanna.get_by_role("link", name="Övriga enheter").click()
    hanna.get_by_label("Sök enhet").fill("lyktan")
    hanna.get_by_role("button", name="Sök").click()
    expect(hanna.locator("tbody th")).to_have_text(["Anhörigföreningen Lyktan"])


def test_an_age_is_no_tower_of_words(hanna: Page) -> None:
    """Three lines at most on a wide screen, though it also says whose age it is."""
    hanna.goto(ROUTING)
    age = hanna.locator(".dir-rules td > span", has_text="65 och äldre (den som ger stöd)").first
    lines = age.evaluate("e => e.getClientRects().length")
    assert 2 <= lines <= 3


def test_a_unit_is_registered_and_named_in_a_rule(hanna: Page, city: City) -> None:
    """From the list to the new unit's page, mistakes told at their fields; then a rule sends carers there."""
    hanna.get_by_role("link", name="Registrera en enhet").click()
    hanna.get_by_role("button", name="Registrera enheten").click()
    expect(hanna.get_by_role("alert").get_by_role("link")).to_have_count(2)
    name = f"Anhörigcentrum {uuid4().hex[:6]}"
    hanna.get_by_label("Namn").fill(name)
    hanna.get_by_label("Tar emot").check()
    hanna.get_by_label("Var den arbetar").select_option(label="Farsta")
    hanna.get_by_label("Funktionsadress").fill("anhorigcentrum")
    hanna.get_by_label("Telefon").fill("08-465 004 61")
    hanna.get_by_label("Ersättare").select_option(label="Anhörigkonsulenterna, Farsta")
    hanna.get_by_role("button", name="Registrera enheten").click()
    assert "E-postadressen saknar @." in error_at(hanna, "Funktionsadress")
    expect(hanna.get_by_label("Namn")).to_have_value(name)
    expect(hanna.get_by_label("Var den arbetar")).to_have_value("0180-farsta")
    hanna.get_by_label("Funktionsadress").fill("anhorigcentrum@example.se")
    hanna.get_by_role("button", name="Registrera enheten").click()
    expect(hanna.get_by_text("Enheten är registrerad.")).to_be_visible()
    expect(hanna.get_by_role("heading", level=1)).to_have_text(name)
    expect(hanna.get_by_label("Telefon")).to_have_value("08-465 004 61")
    assert city.told("unit.changed.v1")[-1]["name"] == name

    hanna.goto(ROUTING)
    hanna.get_by_role("link", name="Ändra reglerna").click()
    hanna.get_by_role("link", name="Lägg till en regel").click()
    hanna.get_by_label("Var den som ger stöd bor").select_option(label="Södermalm")
    hanna.get_by_label("Åldern på den som ger stöd").check()
    hanna.get_by_label("Från ålder").fill("80")
    hanna.get_by_label("Enhet som tar emot").select_option(label=name)
    hanna.get_by_role("button", name="Spara regeln").click()
    assert error_at(hanna, "Varför, i en mening")
    hanna.get_by_label("Varför, i en mening").fill("De äldsta på Södermalm möts av anhörigcentrum.")
    hanna.get_by_role("button", name="Spara regeln").click()
    expect(hanna.get_by_text("Regeln är tillagd sist.")).to_be_visible()
    added = hanna.locator(".dir-rule").last
    expect(added).to_contain_text("De äldsta på Södermalm möts av anhörigcentrum.")
    # the district's own rule is as precise, and stands before it
    assert "Anhörigkonsulenterna, Södermalm" in who_gets(hanna, "0180-sodermalm", "85")
    hanna.goto(RULES)
    hanna.locator(".dir-rule").last.get_by_role("button", name="Flytta upp").click()
    expect(hanna.get_by_text("Regeln är flyttad.")).to_be_visible()
    answer = who_gets(hanna, "0180-sodermalm", "85")
    assert name in answer
    assert "De äldsta på Södermalm möts av anhörigcentrum." in answer
    hanna.get_by_role("link", name="avgjorde").click()
    expect(hanna.locator(".dir-rule:target")).to_contain_text("De äldsta på Södermalm")


def who_gets(page: Page, area: str, age: str) -> str:
    """The page's answer to who would get a carer."""
    page.goto(ROUTING)
    page.get_by_label("Var den som ger stöd bor").select_option(area)
    page.get_by_label("Ålder på den som ger stöd").fill(age)
    page.get_by_role("button", name="Pröva").click()
    return page.get_by_role("status").inner_text()


def test_a_rule_is_changed_and_removed(hanna: Page, city: City) -> None:
    """Its sentence is what whoever refers reads; removing asks first, and the rule is gone."""
    hanna.goto(f"{RULES}/{BROMMA}")
    hanna.get_by_label("Enhet som tar emot").select_option(label="Anhörigkonsulenterna, Järva")
    hanna.get_by_label("Varför, i en mening").fill(REASON)
    hanna.get_by_role("button", name="Spara regeln").click()
    expect(hanna.locator(f"#rule-{BROMMA}")).to_contain_text(REASON)
    count = hanna.locator(".dir-rule").count()
    hanna.locator(f"#rule-{BROMMA}").get_by_role("link", name="Ta bort").click()
    expect(hanna.get_by_role("heading", level=1)).to_have_text("Ta bort regeln?")
    expect(hanna.get_by_text(REASON)).to_be_visible()
    hanna.get_by_role("button", name="Ta bort regeln").click()
    expect(hanna.get_by_text("Regeln är borttagen.")).to_be_visible()
    expect(hanna.locator(".dir-rule")).to_have_count(count - 1)
    assert REASON not in city.told("routing-rules.changed.v1")[-1]["rules"]


def test_the_second_of_two_who_change_a_rule_sees_both(hanna: Page) -> None:
    """What was saved meanwhile, and what was written; the next save is made from what is there now."""
    path = f"{RULES}/{stable('routing-rule', 'district/jarva')}"
    hanna.goto(path)
    second = hanna.context.new_page()
    second.goto(path)
    hanna.get_by_label("Varför, i en mening").fill("Den första skrev så här.")
    hanna.get_by_role("button", name="Spara regeln").click()
    second.get_by_label("Varför, i en mening").fill("Den andra skrev så här.")
    second.get_by_role("button", name="Spara regeln").click()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("Det sparades ändringar medan du skrev")
    expect(alert).to_contain_text("Den första skrev så här.")
    expect(second.get_by_label("Varför, i en mening")).to_have_value("Den andra skrev så här.")
    second.get_by_role("button", name="Spara regeln").click()
    expect(second.get_by_text("Sparat. Nya lotsningar brukar följa det")).to_be_visible()


def test_the_default_unit_is_chosen(hanna: Page, city: City) -> None:
    """From the rules' page and back, with the name shown."""
    hanna.goto(ROUTING)
    hanna.get_by_role("link", name="Välj en annan gemensam enhet").click()
    hanna.get_by_label("Gemensam enhet").select_option(label="Anhörigkonsulenterna, Södermalm")
    hanna.get_by_role("button", name="Spara").click()
    expect(hanna.locator("main strong").first).to_have_text("Anhörigkonsulenterna, Södermalm")
    assert city.told("routing-rules.changed.v1")[-1]["default_unit_id"] == str(UNIT["advice-sodermalm"])


def test_the_answer_is_seen_on_a_telephone(visit_site: Visit) -> None:
    """What was searched for, who would get a carer, and that a rule is moved: without scrolling for it."""
    page = visit_site("hanna", viewport={"width": 360, "height": 740}, javascript=False)
    page.goto("/directory/admin")
    page.get_by_label("Sök enhet").fill("skärholmen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/directory/admin?q=*")
    expect(page.get_by_role("link", name="Anhörigkonsulenterna, Skärholmen")).to_be_in_viewport()
    page.goto(ROUTING)
    page.get_by_label("Var den som ger stöd bor").select_option("0180-farsta")
    page.get_by_role("button", name="Pröva").click()
    answer = page.get_by_role("status")
    expect(answer).to_be_in_viewport()
    expect(answer).to_be_focused()
    page.goto(RULES)
    page.locator(".dir-rule").nth(4).get_by_role("button", name="Flytta ned").click()
    expect(page.locator(".dir-rule").nth(5).get_by_text("Sparad nyss")).to_be_in_viewport()
    page.reload()
    expect(page.get_by_text("Sparad nyss")).to_have_count(0)


def test_trying_out_tells_all_mistakes_at_once(hanna: Page) -> None:
    """No area chosen, and an age that is none."""
    hanna.goto(ROUTING)
    hanna.get_by_label("Ålder på den som ger stöd").fill("gammal")
    hanna.get_by_role("button", name="Pröva").click()
    told = hanna.get_by_role("alert").get_by_role("link")
    expect(told).to_have_text([re.compile("Välj ett av alternativen"), re.compile("Skriv det här som ett tal")])
    expect(hanna.get_by_label("Ålder på den som ger stöd")).to_have_value("gammal")


def test_without_the_forms_token_nothing_happens(hanna: Page, city: City) -> None:
    """Another site's form, sent with Hanna's cookie, registers nothing and changes no rule."""
    before = len(city.told("unit.changed.v1")), len(city.told("routing-rules.changed.v1"))
    some = stable("routing-rule", "district/farsta")
    for path in (NEW_UNIT, f"{RULES}/new", f"{RULES}/{some}", f"{RULES}/{some}/move", f"{RULES}/{some}/remove"):
        assert hanna.request.post(path, form={"version": "1", "to": "later"}, max_redirects=0).status == 400, path
    assert hanna.request.post(f"{ROUTING}/default", form={}, max_redirects=0).status == 400
    assert (len(city.told("unit.changed.v1")), len(city.told("routing-rules.changed.v1"))) == before


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (NEW_UNIT, "Registrera enheten"),
        (f"{ROUTING}?area=0180-farsta&carer_age=70", ""),
        (RULES, ""),
        (f"{RULES}/new", "Spara regeln"),
        (f"{RULES}/{stable('routing-rule', 'younger/skarpnack')}", ""),
        (f"{RULES}/{stable('routing-rule', 'younger/skarpnack')}/remove", ""),
        (f"{ROUTING}/default", ""),
    ],
)
def test_the_pages_are_for_everyone(visit_site: Visit, path: str, wrong: str) -> None:
    """axe finds nothing and 320 px is enough, with the mistakes on the page too; one heading of the first level."""
    page = visit_site("hanna")
    page.goto(path)
    axe_clean(page)
    fits(page)
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    if wrong:
        page.get_by_role("button", name=wrong).click()
        expect(page.get_by_role("alert")).to_be_visible()
        axe_clean(page)
        fits(page)


def test_a_unit_is_registered_and_a_rule_moved_by_keyboard(visit_site: Visit, city: City) -> None:
    """No pointer is needed for any of it."""
    page = visit_site("hanna")
    page.goto(NEW_UNIT)
    by_keyboard(page, "Namn")
    page.keyboard.type("Tangentbordets enhet")
    by_keyboard(page, "Lotsar anhöriga")
    page.keyboard.press("Space")
    by_keyboard(page, "Registrera enheten")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Enheten är registrerad.")).to_be_visible()
    page.goto(RULES)
    by_keyboard(page, "Flytta ned")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Regeln är flyttad.")).to_be_visible()
    assert city.told("unit.changed.v1")[-1]["name"] == "Tangentbordets enhet"
