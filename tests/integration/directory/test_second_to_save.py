"""Whoever saves second is told of every field in which the two differ, lists and boxes too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.integration.directory.test_forms_lose_nothing import FORMS, at
from tests.support.directory_city import City, seeded_city
from tests.support.infrastructure import Infrastructure
from tests.support.page_forms import PageForm, form_of, shown_again

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
NOT_FIELDS = ("csrf_token", "version", "id", "shown")
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
        answer = shown_again(browser, browser.post(page, data=sent))
        told = TOLD.search(answer.text)
        assert told, f"{field}: {answer.status_code}"
        assert told[0].count("<dt>") == len({*typed, *theirs}), f"{field}: {told[0]}"
        assert told[0].count("Så här är det sparat, där det skiljer sig från det du skickade:") == 1, "whose values"
        shown = form_of(answer.text, page)
        assert {each: shown.fields.getlist(each) for each in typed} == {
            each: value if isinstance(value, list) else [value] for each, value in typed.items()
        }
        # what the colleague changed, and the one who came second did not touch, shows the new value and is kept
        assert {each: shown.fields[each].replace("\r\n", "\n") for each in theirs} == theirs, field
        tried += 1
    assert tried >= 4


@pytest.mark.parametrize("name", FORMS_OF_TWO)
def test_the_page_for_the_second_is_titled_as_every_mistake_and_has_focus(city: City, name: str) -> None:
    """Heard before anything else is: there is something to put right here."""
    who, address, _, _ = FORMS[name]
    browser, page = city.signed_in(who), at(city, address)
    mine = form_of(browser.get(page).text, page)
    assert browser.post(page, data=mine.typed(**FORMS_OF_TWO[name])).status_code == 303
    typed = mine.typed(**{next(iter(FORMS_OF_TWO[name])): "08-465 004 79"})
    answer = shown_again(browser, browser.post(page, data=typed))
    told = TOLD.search(answer.text)
    assert told
    assert "<title>Rätta: " in answer.text
    assert answer.text.count("autofocus") == 1


@pytest.mark.parametrize("name", FORMS_OF_TWO)
def test_saving_again_undoes_nothing_of_the_colleagues(city: City, name: str) -> None:
    """Sent as it stands after the conflict: both changes are there; sent as it was, nothing of either is lost."""
    who, address, _, _ = FORMS[name]
    browser, page = city.signed_in(who), at(city, address)
    mine = form_of(browser.get(page).text, page)
    theirs = {each: f"{SPECIAL[each][:-1]}7" if each in SPECIAL else "Kollegans." for each in FORMS_OF_TWO[name]}
    assert browser.post(page, data=mine.typed(**theirs)).status_code == 303
    own = next(each for each in mine.kinds if mine.kinds[each] in ("text", "textarea") and each not in theirs)
    typed = {each: str(_another(mine, each)) for each in (own, *TOGETHER.get(own, ()))}
    again = form_of(shown_again(browser, browser.post(page, data=mine.typed(**typed))).text, page)
    assert browser.post(page, data=again.typed()).status_code == 303
    kept = form_of(browser.get(page).text, page)
    assert {each: kept.fields[each] for each in (*theirs, *typed)} == theirs | typed


def test_a_form_without_marks_keeps_all_that_was_written(city: City) -> None:
    """Opened before an update, or a program's: as long as nobody knows what it showed, nothing that was sent goes."""
    browser, page = city.signed_in("dani"), at(city, FORMS["service"][1])
    mine = form_of(browser.get(page).text, page)
    assert browser.post(page, data=mine.typed(summary="Kollegans mening.")).status_code == 303
    for mark in ([], ["summary:0 nonsense"]):
        sent = {**mine.typed(cost="Gratis"), "shown": mark}
        again = form_of(shown_again(browser, browser.post(page, data=sent)).text, page)
        assert (again.fields["cost"], again.fields["summary"]) == ("Gratis", mine.fields["summary"])


def test_lists_and_boxes_are_told_in_words(city: City) -> None:
    """What the colleague chose, as the form calls it; a code is nobody's word."""
    browser, page = city.signed_in("dani"), at(city, FORMS["service"][1])
    mine = form_of(browser.get(page).text, page)
    theirs: Mapping[str, Any] = {"languages": ["en", "sv"], "areas": ["0180-bromma"], "digital": ["true"]}
    assert browser.post(page, data=mine.typed(**theirs)).status_code == 303
    answer = shown_again(browser, browser.post(page, data=mine.typed(summary="Mitt.")))
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
