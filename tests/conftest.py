"""What every test may ask for: the servers, and an installation of the session's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

# how fast examples are made tells of the machine, and not of what is tested
settings.register_profile("lotsa", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lotsa")

if TYPE_CHECKING:
    from operations.install.installation import Installation
    from tests.support.infrastructure import Infrastructure


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """With several workers, start the servers once, before them; they find them in their environment."""
    from tests.support.infrastructure import find_infrastructure

    os.environ.update(find_infrastructure().environment())


def pytest_unconfigure() -> None:
    """Stop the servers that this process started."""
    import sys

    if "tests.support.infrastructure" in sys.modules:
        from tests.support.infrastructure import stop_infrastructure

        stop_infrastructure()


@pytest.fixture(autouse=True)
def the_directory_is_heard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that is tested by itself has no directory beside it that says every ten seconds that it is there.

    Tests of just that say ``@pytest.mark.hearing``; in processes of the product's own it is as it is.
    """
    if request.node.get_closest_marker("hearing") is None:
        monkeypatch.setattr("shared.storage.heartbeat.HeardDirectory.goes_on", lambda *_: True)


@pytest.fixture(scope="session")
def infrastructure() -> Infrastructure:
    """PostgreSQL and RabbitMQ."""
    from tests.support.infrastructure import find_infrastructure

    return find_infrastructure()


@pytest.fixture(scope="session")
def installation(infrastructure: Infrastructure) -> Iterator[Installation]:
    """Databases, roles, virtual host, broker users and keys under a prefix of this session's own."""
    from tests.support.infrastructure import new_installation

    with new_installation(infrastructure) as made:
        yield made
