"""Every form of the directory, got wrong: nobody can miss what is to be corrected, and nothing is sent away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.directory_city import City, seeded_city
from tests.support.forms import fields_in, forms_that_take_anything, pages_from, unchecked
from tests.support.infrastructure import Infrastructure

STARTS = {
    "dani": ("/directory/mine",),
    "hanna": ("/directory/admin", "/directory/admin/routing/rules", "/directory/admin/routing/default"),
}


@pytest.fixture(scope="module")
def city(infrastructure: Infrastructure) -> Iterator[City]:
    """A city of its own: some ways of filling in a form are right, and change it."""
    with seeded_city(infrastructure) as made:
        yield made


@pytest.mark.parametrize("who", STARTS)
def test_what_is_to_be_corrected_has_focus_and_a_word_in_the_title(city: City, who: str) -> None:
    """Without script, on whatever form."""
    assert forms_that_take_anything(city.signed_in(who), "directory", *STARTS[who]) == set()


@pytest.mark.parametrize("who", STARTS)
def test_nothing_that_is_typed_is_sent_to_a_spelling_service(city: City, who: str) -> None:
    """But for what a partner writes for everybody to read."""
    prose = {"summary", "description", "eligibility", "place_accessibility", "reason_sv"}
    for path, page in pages_from(city.signed_in(who), "directory", *STARTS[who]):
        assert unchecked(page) <= prose, path
        assert list(fields_in(page))
