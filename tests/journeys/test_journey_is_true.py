"""docs/journey.md, held to a referral that is really sent: by API, by page, through the broker, to three services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.support.infrastructure import Infrastructure, new_installation
from tests.support.journey_page import BY_API, BY_PAGE, HEARD, LISTENERS, RELAYED, Told, page, told_in, untruths
from tests.support.one_sending import Ways, follow
from tests.support.tracing import OPENS, PARSES, SERVICES, Way

WHOLE = (BY_API, BY_PAGE, *LISTENERS)


@pytest.fixture(scope="module")
def ways(infrastructure: Infrastructure) -> Iterator[Ways]:
    """One referral about two people, followed all the way."""
    with new_installation(infrastructure) as installation:
        yield follow(installation)


@pytest.fixture(scope="module")
def by_chapter(ways: Ways) -> Mapping[str, Way]:
    """The way that each chapter tells of."""
    heard = {chapter: ways.heard[service] for chapter, service in LISTENERS.items()}
    return {BY_API: ways.by_api, BY_PAGE: ways.by_page, **heard}


@pytest.mark.parametrize("chapter", WHOLE)
def test_a_chapter_names_what_is_entered_and_in_that_order(by_chapter: Mapping[str, Way], chapter: str) -> None:
    """Each step is entered, in the order told, and no module of a service is left out."""
    assert untruths(told_in(page(), chapter), by_chapter[chapter]) == []


def test_the_relays_chapter_is_so(ways: Ways) -> None:
    """The relay is of no service: it enters none of their modules."""
    assert untruths(told_in(page(), RELAYED), ways.relayed) == []
    assert ways.relayed.modules(SERVICES) == []


@pytest.mark.parametrize("service", LISTENERS.values())
def test_what_the_three_have_in_common_is_so_of_each(ways: Ways, service: str) -> None:
    """From the connection to the acknowledgement."""
    assert untruths(told_in(page(), HEARD), ways.heard[service], common=None) == []


def test_a_listener_enters_its_own_service_alone(ways: Ways) -> None:
    """And so does the sender: what is told of one service is not told by calling another."""
    for service, way in (("referral", ways.by_api), ("referral", ways.by_page), *ways.heard.items()):
        assert {module.split("/")[1] for module in way.modules()} == {service}


def _steps_apart(told: Told) -> Iterator[tuple[int, Told]]:
    """Each chapter that differs from the one told by two neighbouring steps."""
    for at, (one, other) in enumerate(pairwise(told.steps)):
        yield at, replace(told, steps=(*told.steps[:at], other, one, *told.steps[at + 2 :]))


@pytest.mark.parametrize("chapter", WHOLE)
def test_steps_that_change_places_are_found(by_chapter: Mapping[str, Way], chapter: str) -> None:
    """Whichever two neighbours they are."""
    swapped = list(_steps_apart(told_in(page(), chapter)))
    assert swapped
    assert [at for at, told in swapped if not untruths(told, by_chapter[chapter])] == []


@pytest.mark.parametrize("chapter", WHOLE)
def test_a_step_that_is_left_out_or_is_not_so_is_found(by_chapter: Mapping[str, Way], chapter: str) -> None:
    """Each module of a service, whether a step or named besides; and one that nobody enters on this way."""
    told, way = told_in(page(), chapter), by_chapter[chapter]
    for module in way.modules():
        without = Told(
            tuple((file, name) for file, name in told.steps if file != module),
            tuple(file for file in told.besides if file != module),
        )
        assert untruths(without, way) == [f"{module} is entered, and is not named"]
    elsewhere = ("services/referral/commands/accept_referral.py", "accept_referral")
    assert untruths(replace(told, steps=(*told.steps, elsewhere)), way)
    assert untruths(replace(told, besides=(*told.besides, elsewhere[0])), way)


def test_a_system_sends_no_draft_of_the_pages(ways: Ways) -> None:
    """It says everything in one body, which is read by its schema."""
    assert ways.by_api.times(*PARSES) == 0


def test_a_draft_is_opened_and_parsed_once(ways: Ways) -> None:
    """On its check page, and when it is sent."""
    for way in (ways.check_page, ways.by_page):
        assert way.times(*OPENS) == 1
        assert way.times(*PARSES) == 1
