"""Whoever saves second is told of every field in which the two differ, lists and boxes too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.integration.directory.test_forms_lose_nothing import FORMS, at
from tests.support.directory_city import City, seeded_city
from tests.support.infrastructure import Infrastructure
from tests.support.page_forms import PageForm, form_of

# the forms that change something there is, and what a colleague changed of it first
FORMS_OF_TWO: dict[str, dict[str, str]] = {
    "organisation": {"description": "Nytt om oss."},
    "service": {"summary": "Ny mening."},
    "activity": {"title": "Nytt namn"},
    "unit": {"phone": "08-465 004 78"},
    "rule": {"reason_sv": "En ny grund."},
}
# what is typed in a field that does not take any word; and what else a field needs so as to be believed
SPECIAL = {
    "email": "ny@example.org",
    "function_address": "ny@example.org",
    "phone": "08-465 004 79",
    "url": "www.example.org",
    "website": "www.example.org",
    "place_postal_code": "118 20",
    "day": "2027-03-04",
    "begins": "09:30",
    "ends": "23:45",
    "ends_day": "2028-03-05",
    "repeats_until": "2028-03-05",
    "valid_from": "2026-02-03",
    "last_day": "2028-03-05",
    "places": "12",
    "age_from": "20",
    "age_to": "80",
}
TOGETHER = {
    "age_of": ("age_from",),
    "age_from": ("age_of",),
    "age_to": ("age_of",),
    "repeats": ("repeats_until",),
}
NOT_FIELDS = ("csrf_token", "version", "id")
TOLD = re.compile("Det sparades ändringar medan du skrev.*?</dl>", re.DOTALL)


@pytest.fixture(scope="module")
def city(infrastructure: Infrastructure) -> Iterator[City]:
    """A city of its own: all of these forms change it."""
    with seeded_city(infrastructure) as made:
        yield made


@pytest.mark.holds("what-was-written-is-still-there")
@pytest.mark.parametrize("name", FORMS_OF_TWO)
def test_every_field_in_which_the_two_differ_is_told(city: City, name: str) -> None:
    """Each field of the form in turn, with the colleague's one: as many are told, and what was written stands there."""
    who, address, _, _ = FORMS[name]
    browser, page = city.signed_in(who), at(city, address)
    mine = form_of(browser.get(page).text, page)
    theirs = FORMS_OF_TWO[name]
    assert browser.post(page, data=mine.typed(**theirs)).status_code == 303
    tried = 0
    for field in mine.kinds:
        if field in NOT_FIELDS or field in theirs:
            continue
        typed = {each: _another(mine, each) for each in (field, *TOGETHER.get(field, ()))}
        sent = mine.typed(**typed)
        answer = browser.post(page, data=sent)
        told = TOLD.search(answer.text)
        assert told, f"{field}: {answer.status_code}"
        assert told[0].count("<dt>") == len({*typed, *theirs}), f"{field}: {told[0]}"
        shown = form_of(answer.text, page)
        assert {each: shown.fields.getlist(each) for each in typed} == {
            each: value if isinstance(value, list) else [value] for each, value in typed.items()
        }
        tried += 1
    assert tried >= 4


def test_lists_and_boxes_are_told_in_words(city: City) -> None:
    """What the colleague chose, as the form calls it; a code is nobody's word."""
    browser, page = city.signed_in("dani"), at(city, FORMS["service"][1])
    mine = form_of(browser.get(page).text, page)
    theirs: Mapping[str, Any] = {"languages": ["en", "sv"], "areas": ["0180-bromma"], "digital": ["true"]}
    assert browser.post(page, data=mine.typed(**theirs)).status_code == 303
    answer = browser.post(page, data=mine.typed(summary="Mitt."))
    told = TOLD.search(answer.text)
    assert told
    for words in ("<dt>Språk</dt><dd>svenska, engelska</dd>", "<dd>Bromma</dd>", "<dd>Ja</dd>", "<dd>Fika.</dd>"):
        assert words.lower() in told[0].lower(), told[0]


def _another(form: PageForm, field: str) -> str | list[str]:
    """Something that the field does not hold yet, and takes."""
    now = form.fields.getlist(field)
    kind = form.kinds[field]
    if kind == "checkbox":
        first = form.choices.getlist(field)[0]
        return [each for each in now if each != first] if first in now else [*now, first]
    if kind in ("radio", "select"):
        return next(each for each in form.choices.getlist(field) if each and each not in now)
    return SPECIAL.get(field, "Ett annat ord")
