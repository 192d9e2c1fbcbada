"""Whoever finds nothing can ring: the public list tells which unit receives carers, and its telephone number."""

from __future__ import annotations

import re

import pytest

from shared.kernel.identity import UnitId
from tests.support.cast import UNIT
from tests.support.city_filled import units
from tests.support.directory_city import City

SODERMALM = "0180-sodermalm"


def to_ring(city: City, query: str = "") -> str:
    """The part of the list that tells whom to ring, as text."""
    page = city.client().get(f"/directory/services{query}").text
    found = re.search(r'aria-labelledby="ring">(.*?)</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found.group(1)).split()) if found else ""


def numbers(text: str) -> set[str]:
    """The telephone numbers in a text, as digits: however they are written."""
    return {re.sub(r"\D", "", each) for each in re.findall(r"0[\d\s-]{7,}", text)}


def number_of(slug: str) -> set[str]:
    """The seeded number of a unit."""
    return numbers(next(str(unit.phone) for unit in units() if unit.id == UNIT[slug]))


@pytest.mark.parametrize("query", ["?q=anhörigkonsulent", "?q=finns+inte+alls", "?q=anhörigkonsulent&area=0180-farsta"])
@pytest.mark.holds("somebody-to-ring")
def test_a_search_that_finds_nothing_tells_whom_to_ring(city: City, query: str) -> None:
    """The adviser's own word is in no listing; the number is there all the same."""
    page = city.client().get(f"/directory/services{query}").text
    assert "Inget stöd passar alla dina val." in page
    assert number_of("advice-farsta" if "farsta" in query else "advice-stockholm") <= numbers(to_ring(city, query))


@pytest.mark.holds("somebody-to-ring")
def test_the_districts_own_unit_comes_first(city: City) -> None:
    """With its name and number; then those of the whole city; no other district's, and none that refers or audits."""
    told = to_ring(city, f"?area={SODERMALM}")
    assert told.index("Anhörigkonsulenterna, Södermalm") < told.index("Stockholms gemensamma anhörigstöd")
    assert number_of("advice-sodermalm") <= numbers(told)
    assert "Farsta" not in told
    assert "Vårdcentralen" not in told


def test_a_closed_unit_is_not_to_be_rung(city: City) -> None:
    """Nobody would answer."""
    with city.closed(UnitId(UNIT["advice-sodermalm"])):
        assert "Södermalm" not in to_ring(city, f"?area={SODERMALM}")
    assert "Södermalm" in to_ring(city, f"?area={SODERMALM}")


def test_each_number_is_a_link_to_ring(city: City) -> None:
    """With digits alone in its address, so that every telephone understands it."""
    page = city.client().get(f"/directory/services?area={SODERMALM}").text
    part = page[page.index('aria-labelledby="ring"') :].split("</section>")[0]
    links = re.findall(r'href="tel:([^"]*)"', part)
    assert len(links) == part.count("<li>") > 1
    assert all(re.fullmatch(r"\+?\d[\d-]+", link) for link in links)
