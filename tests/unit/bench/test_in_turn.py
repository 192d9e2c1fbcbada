"""Two checkouts compared: what counts as having become slower."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.in_turn import FIGURES, Compared, compare


def _round(**more: Any) -> dict[str, Any]:
    return {
        "ready_s": 3.0,
        "steady_p50_ms": [100.0],
        "steady_p99_ms": [200.0],
        "steady_answer_p99_ms": [50.0],
        "sustained_per_s": [110.0],
        "share_of_floor": 0.03,
        "overload_p99_s": 0.4,
        "cpu_ms_per_referral": {"web": 6.0, "bus": 3.6, "relay": 1.0},
    } | more


def _named(found: list[Compared], name: str) -> Compared:
    return next(each for each in found if each.figure.name.startswith(name))


def test_the_same_twice_is_not_worse() -> None:
    """Nothing changed, nothing is worse, and every figure is compared."""
    found = compare([_round()] * 5, [_round()] * 5)
    assert len(found) == len(FIGURES)
    assert not [each for each in found if each.worse]


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("at 50/s, all effects, p50", {"steady_p50_ms": [106.0]}),
        ("sustained with full drain", {"sustained_per_s": [104.0]}),
        ("processor time in bus", {"cpu_ms_per_referral": {"web": 6.0, "bus": 3.9, "relay": 1.0}}),
    ],
)
def test_a_loss_beyond_both_bounds_is_worse(name: str, changed: dict[str, Any]) -> None:
    """More than 5 % in the wrong direction, with rounds before that lay together."""
    assert _named(compare([_round()] * 5, [_round(**changed)] * 5), name).worse


def test_a_loss_within_the_spread_before_is_chance() -> None:
    """Rounds before that lay further apart than the loss cannot tell it from chance."""
    before = [_round(steady_p99_ms=[each]) for each in (180.0, 190.0, 200.0, 240.0, 260.0)]
    assert not _named(compare(before, [_round(steady_p99_ms=[250.0])] * 5), "at 50/s, all effects, p99").worse


def test_a_gain_is_not_worse() -> None:
    """Fewer milliseconds, more a second."""
    found = compare([_round()] * 5, [_round(steady_p99_ms=[100.0], sustained_per_s=[200.0])] * 5)
    assert not [each for each in found if each.worse]
