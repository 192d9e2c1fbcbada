"""A seeded city for the session: its tests add to it, and take nothing away from one another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.directory_city import City, seeded_city
from tests.support.infrastructure import Infrastructure


@pytest.fixture(scope="session")
def city(infrastructure: Infrastructure) -> Iterator[City]:
    """Stockholm with its units, rules, partners and the cast."""
    with seeded_city(infrastructure) as made:
        yield made
