"""What a person does on the referral pages, step by step, as sentences for journeys."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response

from tests.support.cast import FRANS, GUN

GO_ON = "Spara och gå vidare"
CARER_SAYS_YES = {"share": "yes", "tell_referrer": "yes", "channels_ok": "yes", "about_person": "no"}


def go_on(page: Page) -> None:
    """Save the step and go to the next."""
    page.get_by_role("button", name=GO_ON).click()


def answer(page: Page, answers: Mapping[str, str]) -> None:
    """Choose radios and boxes by field name and value."""
    for name, value in answers.items():
        page.check(f'input[name="{name}"][value="{value}"]')


def tell_of_the_carer(page: Page, name: str = FRANS.name, **ticked: str) -> None:
    """Step 1: Frans may be called."""
    page.goto("/referral/new")
    page.get_by_label("Namn på den som ger stöd").fill(name)
    answer(page, {"channels": "phone", **ticked})
    page.get_by_label("Telefon (behövs för samtal och sms)").fill("070-1740605")
    go_on(page)


def tell_why(page: Page, why: str = "Sover dåligt och vill ha någon att prata med.") -> None:
    """Step 2: he wants to talk with somebody."""
    page.get_by_label("Varför vill den som ger stöd ha kontakt?").fill(why)
    page.get_by_label("Enskilda samtal").check()
    go_on(page)


def consent(page: Page, **answers: str) -> None:
    """Step 3: Frans says yes to all of his own, unless told otherwise."""
    answer(page, {**CARER_SAYS_YES, **answers})
    go_on(page)


def keep_the_situation_to_oneself(page: Page) -> None:
    """Step 4 without the other person's consent: Frans tells nothing of the situation."""
    answer(page, {"own_statement": "no"})
    go_on(page)


def tell_of_the_person(page: Page, name: str = GUN.name) -> None:
    """The two steps about Gun, who consents."""
    answer(page, {"tell": "yes"})
    go_on(page)
    page.get_by_label("Demens eller annan kognitiv sjukdom").check()
    page.get_by_label("Maka, make eller partner").check()
    page.get_by_label("Namn (frivilligt)").fill(name)
    page.get_by_label("Det som får berättas om personen").fill("Glömmer spisen.")
    go_on(page)


def send(page: Page) -> str:
    """From the receiver's step to the receipt; the referral's number."""
    go_on(page)
    page.get_by_role("button", name="Skicka lotsningen").click()
    page.wait_for_url("**/receipt")
    return page.locator(".lotsa-reference").inner_text()


def send_about_the_carer_alone(page: Page, *, name: str = FRANS.name, **consents: str) -> str:
    """A whole referral about the carer alone; its number."""
    tell_of_the_carer(page, name)
    tell_why(page)
    consent(page, **consents)
    keep_the_situation_to_oneself(page)
    return send(page)


def send_about_both(page: Page) -> str:
    """A whole referral about Frans and Gun, with both consents; its number."""
    tell_of_the_carer(page)
    tell_why(page)
    consent(page, about_person="yes")
    tell_of_the_person(page)
    return send(page)


def referral_path(page: Page) -> str:
    """The referral's own address, from its receipt or any page below it."""
    return "/".join(urlsplit(page.url).path.split("/")[:4])


def post(page: Page, path: str, form: Mapping[str, str]) -> Response:
    """Send a form that no page offers, with the right token, as somebody would who means harm."""
    token = page.locator('input[name="csrf_token"]').first.get_attribute("value") or ""
    with page.expect_navigation() as sent:
        page.evaluate(
            """([path, fields]) => {
                 const form = document.createElement('form'); form.method = 'post'; form.action = path;
                 for (const [name, value] of fields) {
                   const field = document.createElement('input');
                   field.type = 'hidden'; field.name = name; field.value = value; form.append(field);
                 }
                 document.body.append(form); form.submit();
               }""",
            [path, [["csrf_token", token], *([name, value] for name, value in form.items())]],
        )
    assert sent.value is not None
    return sent.value
