"""One seed of chaos in every test run; `make chaos` runs twenty, and asserts the bounds on time as well."""

from __future__ import annotations

import pytest

from tests.chaos.run import a_world, run_seed

TIMED = ("while frozen", "to apply what had waited")
# beside other tests a process may take a minute to start; `make chaos` asserts the half minute
PATIENCE = 180.0


@pytest.mark.timeout(1500)
def test_thirty_faults_lose_nothing_and_double_nothing() -> None:
    """Every submission is answered, every event arrives once, only poison is parked, and the log verifies."""
    with a_world(print) as world:
        world.start_product()
        findings = run_seed(world, seed=1, patience=PATIENCE)
    assert findings.counts["faults"] >= 30
    assert findings.counts["submissions"] > 50
    # bounds on time belong to the chaos run, which has the machine to itself
    assert [sentence for sentence in findings.wrong if not sentence.endswith(TIMED)] == []
