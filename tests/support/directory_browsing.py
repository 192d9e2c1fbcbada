"""What browser tests of the directory do alike: somebody of the cast comes in, and a form says what is wrong."""

from __future__ import annotations

from playwright.sync_api import Page


def sign_in(page: Page, who: str, unit: str = "") -> None:
    """Sign one of the cast in through the demonstration's list, and choose an assignment if there are several."""
    page.goto("/directory/login")
    page.click(f"button[name=who][value={who}]")
    if "/directory/assignment" in page.url:
        page.get_by_role("button", name=unit).first.click()


def error_at(page: Page, label: str) -> str:
    """What the form says is wrong with a field."""
    field = page.get_by_label(label)
    described = (field.get_attribute("aria-describedby") or "").split()
    return " ".join(page.locator(f"#{each}").inner_text() for each in described)
