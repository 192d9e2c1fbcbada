"""`make bench-in-turn BEFORE=…`: two checkouts measured in turn, and whether the later one has become slower.

    python -m tests.bench.in_turn CHECKOUT [--rounds 5]

Each round measures the other checkout and then this one, so that both meet the same machine. A figure has become worse
when its median is worse by more than 5 % *and* by more than the rounds before lay apart. Exits with 1 when one has.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from operations.checkout import CHECKOUT

WORSE_BY = 0.05
LONGEST_ROUND_S = 900

Round = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """One figure of a round. ``better``: +1 when more is better, -1 when less is."""

    name: str
    path: tuple[str, ...]
    better: int

    def of(self, found: Round) -> float:
        """The figure of one round; the median where the round repeated it. Raises KeyError."""
        value: Any = found
        for key in self.path:
            value = value[key]
        return float(statistics.median(value) if isinstance(value, list) else value)


FIGURES = (
    Figure("ready, s", ("ready_s",), -1),
    Figure("at 50/s, all effects, p50, ms", ("steady_p50_ms",), -1),
    Figure("at 50/s, all effects, p99, ms", ("steady_p99_ms",), -1),
    Figure("at 50/s, answered, p99, ms", ("steady_answer_p99_ms",), -1),
    Figure("sustained with full drain, /s", ("sustained_per_s",), +1),
    Figure("sustained, share of the floor", ("share_of_floor",), +1),
    Figure("overload, answered, p99, s", ("overload_p99_s",), -1),
    Figure("processor time in web, ms", ("cpu_ms_per_referral", "web"), -1),
    Figure("processor time in bus, ms", ("cpu_ms_per_referral", "bus"), -1),
    Figure("processor time in relay, ms", ("cpu_ms_per_referral", "relay"), -1),
)


@dataclass(frozen=True)
class Compared:
    """A figure before and after: medians, and how far apart the rounds before lay (largest less smallest)."""

    figure: Figure
    before: float
    after: float
    spread: float

    @property
    def worse(self) -> bool:
        """Whether it is worse by more than 5 % and by more than the spread of the rounds before."""
        loss = (self.before - self.after) * self.figure.better
        return loss > WORSE_BY * abs(self.before) and loss > self.spread

    def __str__(self) -> str:
        change = (self.after - self.before) / self.before if self.before else 0.0
        said = "WORSE" if self.worse else "ok"
        return f"{self.figure.name:<32}{self.before:10.3f}{self.after:10.3f}{change:+9.1%}  ±{self.spread:<9.3f}{said}"


def compare(before: Sequence[Round], after: Sequence[Round]) -> list[Compared]:
    """Every figure that the rounds have, in order."""
    found = []
    for figure in FIGURES:
        old, new = [figure.of(each) for each in before], [figure.of(each) for each in after]
        found.append(Compared(figure, statistics.median(old), statistics.median(new), max(old) - min(old)))
    return found


def measure(checkout: Path) -> Round:
    """One short round of a checkout's own bench, by its own environment. Raises CalledProcessError."""
    python = checkout / ".venv" / "bin" / "python"
    # what has grown is compared with a bar, not with another checkout; an older one measures nothing of it
    grown = ["--growth", "0"] if (checkout / "tests/bench/growth.py").exists() else []
    subprocess.run(
        [str(python), "-m", "tests.bench", "--quick", *grown],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=LONGEST_ROUND_S,
    )
    found: Round = json.loads((checkout / "var" / "bench.json").read_text())
    return found


def main() -> None:
    """Measure in turn and compare."""
    parser = argparse.ArgumentParser(description="Measure two checkouts in turn.")
    parser.add_argument("before", type=Path, help="the other checkout, in which `make set-up-test` has been run")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each; at least 5")
    asked = parser.parse_args()
    if asked.rounds < 5:
        sys.exit("Fewer than 5 rounds tell chance and change apart badly.")
    before, after = [], []
    for number in range(1, asked.rounds + 1):
        before.append(measure(asked.before.resolve()))
        after.append(measure(CHECKOUT))
        print(f"round {number} of {asked.rounds}", flush=True)
    compared = compare(before, after)
    print(
        f"\n{'median of ' + str(asked.rounds) + ' rounds':<32}{'before':>10}{'after':>10}{'change':>9}  spread before"
    )
    for each in compared:
        print(each)
    sys.exit(1 if any(each.worse for each in compared) else 0)


if __name__ == "__main__":
    main()
