"""What holds for every test of a room: whoever shows something writes down the look, and changes nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.storage import unit_of_work
from tests.support.only_looks import held_to_looking


@pytest.fixture(scope="session", autouse=True)
def readings_only_look() -> Iterator[None]:
    """Every ``with reading(…)`` of a service that runs in this process is held to it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(unit_of_work, "reading", held_to_looking(unit_of_work.reading))
        yield
