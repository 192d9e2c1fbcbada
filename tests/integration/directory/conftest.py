"""A seeded city for the session: its tests add to it, and take nothing away from one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.support.city_filled import OPERATOR
from tests.support.directory_city import City, seeded_city
from tests.support.infrastructure import Infrastructure


@pytest.fixture(scope="session")
def city(infrastructure: Infrastructure) -> Iterator[City]:
    """Stockholm with its units, rules, partners and the cast."""
    with seeded_city(infrastructure) as made:
        yield made


@pytest.fixture
def rules_as_they_were(city: City) -> Iterator[None]:
    """The other tests' rules are put back."""
    before = city.rules()
    yield
    after = city.rules()
    if (after.rules, after.default_unit_id) != (before.rules, before.default_unit_id):
        with city.parts.work_of(OPERATOR) as work:
            work.rules.put(replace(before, version=after.version + 1))
            work.commit()
