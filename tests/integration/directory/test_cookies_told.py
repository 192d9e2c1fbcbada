"""Whoever only looks around is given one cookie, when they choose a language, and the page about that says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from http.cookies import SimpleCookie

import pytest
from werkzeug.test import TestResponse

from shared.web.i18n.languages import OFFERED, Language
from shared.web.i18n.negotiation import COOKIE, YEAR_SECONDS
from tests.support.directory_city import City
from tests.support.page_walk import LINK

ABOUT = "/directory/about"
PRESSED_HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}
# begins to sign somebody in, who then no longer only looks around
SIGN_IN = "/directory/login"
SAID = {
    "sv": ("Vi sätter inga kakor, utom en:", "minns en kaka det i ett år", "bara vilket språk du valde"),
    "en": ("We set no cookies, except one:", "a cookie remembers it for a year", "says only which language"),
}


def looked_around(city: City) -> Iterator[TestResponse]:
    """Every public page that links lead to, one of a kind, and choosing each language on each of them."""
    client, waiting, seen = city.client(), ["/", ABOUT], set[str]()
    while waiting:
        path = unescape(waiting.pop())
        kind = re.sub(r"[0-9a-f-]{36}|(?<==)[^&]*", "…", path)
        if kind in seen or path.startswith(SIGN_IN):
            continue
        seen.add(kind)
        answer = client.get(path, headers=PRESSED_HERE)
        yield answer
        if answer.mimetype == "text/html":
            waiting.extend(LINK.findall(answer.text))
    assert {"/", ABOUT, "/directory/services", "/directory/services/…", "/directory/organizations/…"} <= seen
    assert f"{ABOUT}?lang=…" in seen


@pytest.mark.holds("one-cookie-for-the-language")
def test_one_cookie_and_for_the_language_alone(city: City) -> None:
    """Set where one is chosen and nowhere else; for a year; it holds the language's tag."""
    tags = {each.tag for each in OFFERED}
    for answer in looked_around(city):
        given = [each for line in answer.headers.getlist("Set-Cookie") for each in SimpleCookie(line).values()]
        chosen = "lang" in answer.request.args
        assert [each.key for each in given] == ([COOKIE] if chosen else []), answer.request.url
        assert all(each.value in tags and each["max-age"] == str(YEAR_SECONDS) for each in given)


@pytest.mark.parametrize("language", OFFERED, ids=lambda each: each.tag)
def test_the_page_says_so(city: City, language: Language) -> None:
    """In every language that one can choose."""
    page = unescape(city.client().get(ABOUT, headers={"Accept-Language": language.tag}).text)
    assert [each for each in SAID[language.tag] if each not in page] == []
