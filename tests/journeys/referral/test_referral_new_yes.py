"""The carer prefers another unit than the one that was read out: the new yes is asked for on the same step."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from shared.kernel.actor import Role
from tests.journeys.referral.conftest import OpenPage
from tests.support.browser import axe_clean, fits
from tests.support.referral_browsing import (
    answer,
    consent,
    go_on,
    keep_the_situation_to_oneself,
    referral_path,
    tell_of_the_carer,
    tell_of_the_person,
    tell_why,
)
from tests.support.referral_town import HEALTH_CENTRE, KUNGSHOLMEN, Town

ON_A_MONDAY = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)


@pytest.fixture
def alva(town: Town, as_person: OpenPage) -> Page:
    """Alva, on a day when the newest consent texts are read out; without script, as nothing here needs any."""
    town.clock.move_to(ON_A_MONDAY)
    alva = town.somebody("alva-in-december", "Alva Andersson", Role.REFERRER, HEALTH_CENTRE)
    return as_person(alva, javascript=False)


def choose_kungsholmen(alva: Page) -> None:
    """On the last step, another unit than the rules propose."""
    expect(alva.get_by_label("Vilken enhet?")).not_to_be_visible()
    answer(alva, {"unit": "other"})
    alva.get_by_label("Vilken enhet?").select_option(label="Anhörigstöd Kungsholmen")
    go_on(alva)


def test_the_carer_is_asked_anew_about_the_other_unit(town: Town, as_person: OpenPage, alva: Page) -> None:
    """Alva reads the text out with Kungsholmen's name; the record, for her and for Kungsholmen, says that she did."""
    tell_of_the_carer(alva)
    tell_why(alva)
    assert "till kommunens anhörigstöd i Stockholm, Södermalm, och till" in alva.inner_text("main")
    consent(alva)
    keep_the_situation_to_oneself(alva)
    choose_kungsholmen(alva)
    shown = alva.inner_text("main")
    assert "Lotsningen går till en annan enhet än den du läste upp" in shown
    assert "Får vi lämna uppgifter om dig till Anhörigstöd Kungsholmen, och till" in shown
    assert "Ditt ja gäller i ett år." in shown
    fits(alva)
    go_on(alva)
    assert "Ange om den som ger stöd säger ja till den här enheten" in alva.inner_text("#error-summary")
    answer(alva, {"share_again": "yes"})
    go_on(alva)
    alva.get_by_role("button", name="Skicka lotsningen").click()
    path = referral_path(alva)
    december = town.somebody("cilla-in-december", "Cilla Carlsson", Role.ADVISER, KUNGSHOLMEN)
    cilla = as_person(december)
    cilla.goto(path)
    cilla.get_by_text("Texten som svaren gäller").click()
    expect(cilla.get_by_text("Får vi lämna uppgifter om dig till Anhörigstöd Kungsholmen, och till")).to_be_visible()
    axe_clean(cilla)


def test_both_people_are_asked_on_the_same_step(town: Town, as_person: OpenPage, alva: Page) -> None:
    """Two texts, two questions, one save; a no from Gun says what can be done, and nothing of her goes there."""
    tell_of_the_carer(alva)
    tell_why(alva)
    consent(alva, about_person="yes")
    tell_of_the_person(alva)
    choose_kungsholmen(alva)
    assert alva.get_by_role("heading", name="Läs upp").count() == 2
    answer(alva, {"share_again": "yes", "tell_again": "no"})
    go_on(alva)
    assert "ändra personens svar till nej" in alva.inner_text("#error-summary")
    answer(alva, {"tell_again": "yes"})
    go_on(alva)
    assert alva.url.endswith("/check")
    assert town.ask("SELECT 1 FROM consents") == []
    alva.get_by_role("button", name="Skicka lotsningen").click()
    kept = town.ask("SELECT named_as FROM consents ORDER BY about")
    assert [row.named_as for row in kept] == ["Anhörigstöd Kungsholmen"] * 2
