"""The README's pictures: one page per role, taken from the running product with its seeded year. ``make screenshots``.

Everybody in them is invented.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, ViewportSize
from sqlalchemy import text

from demo.seed.year import seed_year
from operations.checkout import CHECKOUT
from services.referral import bootstrap
from tests.journeys.conftest import Visit
from tests.support.referral_browsing import consent, go_on, tell_of_the_carer, tell_of_the_person, tell_why
from tests.support.running import Running

IMAGES = CHECKOUT / "docs" / "images"
PICTURE: ViewportSize = {"width": 1280, "height": 900}

pytestmark = [pytest.mark.screenshots, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def with_a_year(product: Running) -> Running:
    """The running product, with a year of referrals that everybody has heard of."""
    seed_year(product.settings, datetime.now(UTC), lambda _: None)
    product.everything_has_arrived()
    return product


def take(page: Page, name: str) -> None:
    """The picture, as a visitor would see the page's top."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file)
    assert file.stat().st_size > 10_000, "an empty page is no picture"


def test_alva_checks_her_answers_before_she_sends(with_a_year: Running, visit: Visit) -> None:
    """The last step of a referral about two people who have both consented."""
    alva = visit("alva", viewport=PICTURE)
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva, about_person="yes")
    tell_of_the_person(alva)
    go_on(alva)
    assert "Kontrollera uppgifterna" in alva.inner_text("h1")
    take(alva, "alva")


def test_bo_sees_his_units_work_list(with_a_year: Running, visit: Visit) -> None:
    """The oldest promise first, the late ones marked, a protected identity hidden."""
    bo = visit("bo", viewport=PICTURE)
    bo.goto("/referral/")
    assert bo.locator("tbody tr").count() > 3
    take(bo, "bo")


def test_dani_edits_an_activity(with_a_year: Running, visit: Visit) -> None:
    """The form for one of the organisation's activities."""
    dani = visit("dani", viewport=PICTURE)
    dani.goto("/directory/mine")
    dani.locator("main a[href^='/directory/mine/activities/']").first.click()
    assert dani.locator("main form").count()
    take(dani, "dani")


def test_ester_follows_a_consent(with_a_year: Running, visit: Visit) -> None:
    """A consent's trail: given, relied on and why that was allowed, withdrawn."""
    parts = bootstrap.for_web(with_a_year.settings)
    query = text(
        "SELECT consents.id FROM consents JOIN referrals ON referrals.id = referral_id "
        "WHERE withdrawn_at IS NOT NULL AND accepted_at IS NOT NULL ORDER BY withdrawn_at DESC LIMIT 1"
    )
    with parts.as_system() as uow:
        consent_id = uow.connection.execute(query).scalar_one()
    parts.engine.dispose()
    ester = visit("ester", viewport=PICTURE)
    ester.goto(f"/audit/consents/{consent_id}")
    assert ester.locator("main").inner_text()
    take(ester, "ester")
