"""Hanna administers in a real browser: a unit is changed and closed, somebody comes, somebody goes."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from shared.kernel.actor import UserRef
from tests.journeys.conftest import Visit
from tests.support.browser import axe_clean, by_keyboard, fits
from tests.support.cast import DEMO_ISSUER, UNIT
from tests.support.directory_browsing import error_at
from tests.support.directory_city import City

BROMMA = f"/directory/admin/units/{UNIT['advice-bromma']}"


def test_a_unit_gets_another_address_and_a_stand_in(hanna: Page, city: City) -> None:
    """From the list to the unit, a mistake said at its field, then saved, shown, and told to the other services."""
    hanna.get_by_role("link", name="Anhörigkonsulenterna, Bromma").click()
    hanna.get_by_label("Funktionsadress").fill("bromma")
    hanna.get_by_role("button", name="Spara").click()
    expect(hanna.get_by_role("alert")).to_contain_text("E-postadressen saknar @.")
    assert "E-postadressen saknar @." in error_at(hanna, "Funktionsadress")
    hanna.get_by_label("Funktionsadress").fill("ny.bromma@example.se")
    hanna.get_by_label("Telefon").fill("08-465 004 11")
    hanna.get_by_label("Ersättare").select_option(label="Anhörigkonsulenterna, Farsta")
    hanna.get_by_role("button", name="Spara").click()
    expect(hanna.get_by_text("Sparat.")).to_be_visible()
    expect(hanna.get_by_label("Funktionsadress")).to_have_value("ny.bromma@example.se")
    told = city.told("unit.changed.v1")[-1]
    assert (told["function_address"], told["phone"]) == ("ny.bromma@example.se", "08-465 004 11")
    assert told["stand_in_unit_id"] == str(UNIT["advice-farsta"])


def test_a_unit_is_closed_and_opened_again(hanna: Page, city: City) -> None:
    """It is marked wherever Hanna sees it, and the others are told each time."""
    hanna.goto(BROMMA)
    hanna.get_by_label("Enheten är stängd").check()
    hanna.get_by_role("button", name="Spara").click()
    assert city.told("unit.changed.v1")[-1]["active"] is False
    hanna.get_by_role("link", name="Enheter och uppdrag").first.click()
    expect(hanna.get_by_text("Stängd")).to_have_count(1)
    hanna.goto(BROMMA)
    hanna.get_by_label("Enheten är stängd").uncheck()
    hanna.get_by_role("button", name="Spara").click()
    assert city.told("unit.changed.v1")[-1]["active"] is True


@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_said_after_saving_stands_apart_from_the_link_below(hanna: Page, width: int) -> None:
    """A whole line's room, whatever the page begins with."""
    hanna.set_viewport_size({"width": width, "height": 800})
    hanna.goto(BROMMA)
    hanna.get_by_role("button", name="Spara").click()
    said, below = hanna.get_by_role("status"), hanna.locator("main > [role=status] + *")
    expect(said).to_contain_text("Sparat.")
    upper, lower = said.bounding_box(), below.bounding_box()
    assert upper
    assert lower
    assert lower["y"] - (upper["y"] + upper["height"]) >= 16


def test_the_default_unit_stays_open(hanna: Page) -> None:
    """The form comes back and says what to do first."""
    hanna.goto(f"/directory/admin/units/{UNIT['advice-stockholm']}")
    hanna.get_by_label("Enheten är stängd").check()
    hanna.get_by_role("button", name="Spara").click()
    expect(hanna.get_by_role("alert")).to_contain_text("Välj först en annan enhet för det.")
    expect(hanna.get_by_label("Enheten är stängd")).to_be_checked()


def test_her_own_unit_stays_open(hanna: Page) -> None:
    """Nobody closes the unit under which they are working: said at the field, and nothing is saved."""
    hanna.goto(f"/directory/admin/units/{UNIT['administration-stockholm']}")
    hanna.get_by_label("Enheten är stängd").check()
    hanna.get_by_role("button", name="Spara").click()
    expect(hanna.get_by_role("alert")).to_contain_text("Du arbetar själv i enheten, så någon annan får stänga den.")
    hanna.goto(f"/directory/admin/units/{UNIT['administration-stockholm']}")
    expect(hanna.get_by_label("Enheten är stängd")).not_to_be_checked()


def test_the_second_of_two_administrators_sees_both_versions(hanna: Page) -> None:
    """What was saved meanwhile is shown, what was written stays in the form, and nothing is overwritten unseen."""
    hanna.goto(BROMMA)
    second = hanna.context.new_page()
    second.goto(BROMMA)
    hanna.get_by_label("Telefon").fill("08-465 004 21")
    hanna.get_by_role("button", name="Spara").click()
    second.get_by_label("Telefon").fill("08-465 004 22")
    second.get_by_role("button", name="Spara").click()
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("Det sparades ändringar medan du skrev")
    expect(alert).to_contain_text("08-465 004 21")
    expect(second.get_by_label("Telefon")).to_have_value("08-465 004 22")
    second.get_by_role("button", name="Spara").click()
    expect(second.get_by_text("Sparat.")).to_be_visible()


def test_somebody_is_given_an_assignment_and_loses_it_again(hanna: Page, city: City) -> None:
    """Each is told once, even if the form is sent twice; ending asks first."""
    subject = f"ny-{uuid4().hex[:8]}"
    user = UserRef(DEMO_ISSUER, subject)
    hanna.goto(BROMMA)
    hanna.get_by_role("link", name="Ge någon ett uppdrag här").click()
    hanna.get_by_role("button", name="Ge uppdraget").click()
    expect(hanna.get_by_role("alert").get_by_role("link")).to_have_count(2)
    hanna.get_by_label("Användare").fill("två ord")
    hanna.get_by_label("Anhörigkonsulent").check()
    hanna.get_by_role("button", name="Ge uppdraget").click()
    expect(hanna.get_by_role("alert")).to_contain_text("Skriv användarens id utan mellanslag.")
    hanna.get_by_label("Användare").fill(subject)
    hanna.get_by_label("Sista dagen").fill("2020-01-01")
    hanna.get_by_role("button", name="Ge uppdraget").click()
    expect(hanna.get_by_role("alert")).to_contain_text("Perioden slutar innan den börjar.")
    assert city.parts.staff.assignments_of(user, datetime.now(UTC)) == []
    hanna.get_by_label("Sista dagen").fill("")
    hanna.get_by_role("button", name="Ge uppdraget").click()
    expect(hanna.get_by_role("alert")).to_contain_text("Ingen med det här id:t har loggat in här.")
    assert city.parts.staff.assignments_of(user, datetime.now(UTC)) == []
    hanna.get_by_label(f"Id:t {subject} stämmer").check()
    hanna.get_by_role("button", name="Ge uppdraget").click()
    expect(hanna.get_by_text("Uppdraget är tilldelat.")).to_be_visible()
    expect(hanna.get_by_role("row").filter(has_text=subject)).to_contain_text("Har aldrig loggat in")
    assert len(city.parts.staff.assignments_of(user, datetime.now(UTC))) == 1
    assert city.told("assignment.granted.v1")[-1]["subject"] == subject

    hanna.get_by_role("link", name=f"Avsluta uppdraget för {subject}").click()
    assert len(city.parts.staff.assignments_of(user, datetime.now(UTC))) == 1
    ask = hanna.url
    hanna.get_by_role("button", name="Avsluta uppdraget").click()
    told = "Uppdraget är avslutat. Det ger ingen åtkomst här längre, och inte heller i de andra delarna av Lotsa när"
    expect(hanna.get_by_text(told)).to_be_visible()
    assert city.parts.staff.assignments_of(user, datetime.now(UTC)) == []
    assert city.told("assignment.ended.v1")[-1]["assignment_id"] in ask
    hanna.goto(ask)
    expect(hanna.get_by_text("Uppdraget var redan avslutat.")).to_be_visible()


def test_sending_the_form_twice_grants_once(hanna: Page, city: City) -> None:
    """Somebody who presses the button twice, or goes back and sends again, has given one assignment."""
    hanna.goto(f"{BROMMA}/assignments/new")
    second = hanna.context.new_page()
    subject = f"dubbel-{uuid4().hex[:8]}"
    form = {name: hanna.locator(f"input[name={name}]").first.get_attribute("value") for name in ("csrf_token", "id")}
    given = {**form, "subject": subject, "role": "adviser", "last_day": "", "confirmed": subject}
    for _ in range(2):
        answer = second.request.post(f"{BROMMA}/assignments/new", form=given, max_redirects=0)
        assert answer.status == 303
    assert len(city.parts.staff.assignments_of(UserRef(DEMO_ISSUER, subject), datetime.now(UTC))) == 1


def test_without_the_forms_token_nothing_happens(hanna: Page, city: City) -> None:
    """Another site's form, sent with Hanna's cookie, changes, grants and ends nothing."""
    before = len(city.told("unit.changed.v1"))
    bo = city.actor("bo").assignment_id
    for path in (BROMMA, f"{BROMMA}/assignments/new", f"/directory/admin/assignments/{bo}/end"):
        answer = hanna.request.post(path, form={"version": "1", "closed": "true"}, max_redirects=0)
        assert answer.status == 400, path
    assert len(city.told("unit.changed.v1")) == before
    assert city.parts.staff.assignments_of(city.actor("bo").user, datetime.now(UTC))


@pytest.mark.parametrize("who", ["bo", "dani"])
def test_nobody_else_gets_in(visit_site: Visit, city: City, who: str) -> None:
    """403 for another role, on every page of these; each attempt is recorded with what it was about."""
    somebodys = uuid4()
    bromma = ("unit", [str(UNIT["advice-bromma"])])
    page = visit_site(who)
    before = len(city.told("access.recorded.v1"))
    for path in (BROMMA, f"{BROMMA}/assignments/new", f"/directory/admin/assignments/{somebodys}/end"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 403, path
    records = city.told("access.recorded.v1")[before:]
    assert [(each["record_kind"], each["subjects"]) for each in records] == [
        bromma,
        bromma,
        ("assignment", [str(somebodys)]),
    ]
    assert {(each["subject"], each["action"], each["outcome"], each["rule"]) for each in records} == {
        (who, "attempt.read", "refused", "role-not-allowed")
    }


def test_the_regions_units_are_not_there(hanna: Page, city: City) -> None:
    """A health centre and its people answer as unknown ones would."""
    centre, alva = UNIT["health-centre-1"], city.actor("alva").assignment_id
    for path in (
        f"/directory/admin/units/{centre}",
        f"/directory/admin/units/{uuid4()}",
        f"/directory/admin/units/{centre}/assignments/new",
        f"/directory/admin/assignments/{alva}/end",
        f"/directory/admin/assignments/{uuid4()}/end",
    ):
        answer = hanna.goto(path)
        assert answer is not None
        assert answer.status == 404, path


def test_the_pages_are_for_everyone(visit_site: Visit, city: City) -> None:
    """axe finds nothing, 320 px is enough, with mistakes on the page too; the keyboard gives an assignment."""
    bo = city.actor("bo").assignment_id
    page = visit_site("hanna")
    for path in (BROMMA, f"{BROMMA}/assignments/new", f"/directory/admin/assignments/{bo}/end", "/directory/admin"):
        page.goto(path)
        axe_clean(page)
        fits(page)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
    page.goto(BROMMA)
    page.get_by_label("Funktionsadress").fill("")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("alert")).to_be_visible()
    axe_clean(page)
    fits(page)
    page.goto(f"{BROMMA}/assignments/new")
    by_keyboard(page, "Användare")
    page.keyboard.type("tangentbord")
    by_keyboard(page, "Anhörigkonsulent")
    page.keyboard.press("Space")
    by_keyboard(page, "Ge uppdraget")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Ingen med det här id:t har loggat in här.")
    axe_clean(page)
    fits(page)
    by_keyboard(page, "Id:t tangentbord stämmer, fast ingen har loggat in med det än")
    page.keyboard.press("Space")
    by_keyboard(page, "Ge uppdraget")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Uppdraget är tilldelat.")).to_be_visible()
