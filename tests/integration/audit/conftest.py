"""Audit's database of this session's own installation, emptied between tests by a new prefix per module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from shared.kernel.clock import FixedClock
from shared.settings import Settings
from shared.storage.migrating import migrate
from tests.integration.audit.support import NOW, World

if TYPE_CHECKING:
    from tests.support.infrastructure import Infrastructure


@pytest.fixture(scope="module")
def settings(infrastructure: Infrastructure) -> Iterator[Settings]:
    """An installation of this module's own: the log cannot be emptied, so it is made anew."""
    from tests.support.infrastructure import new_installation

    with new_installation(infrastructure) as made:
        found = made.settings()
        migrate("audit", found.service("audit").owner_database_url)
        yield found


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """The service's parts, a clock that stands still, and a sequencer."""
    made = World.of(settings, FixedClock(NOW))
    yield made
    made.close()
