"""`make chaos`: twenty seeds, and the control. ``python -m tests.chaos [--seeds N] [--from N] [--no-control]``."""

from __future__ import annotations

import argparse
import signal
import sys
import time

from rich.console import Console
from rich.table import Table

from tests.chaos.control import run_control
from tests.chaos.poison import Poison
from tests.chaos.run import a_world, run_seed

console = Console()
# as many seeds as can be read in 80 columns
SIDE_BY_SIDE = 4


def main() -> int:
    """Run, print a table, and return 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--no-control", action="store_true")
    given = parser.parse_args()
    # so that what was started is stopped
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    wrong: list[str] = []
    rows: list[dict[str, float]] = []
    with a_world(lambda line: console.print(f"[dim]{time.strftime('%H:%M:%S')} {line}[/dim]")) as world:
        if given.seeds:
            world.start_product()
        poison = Poison(world.settings.service("referral").broker_url, given.first)
        for seed in range(given.first, given.first + given.seeds):
            began = time.monotonic()
            findings = run_seed(world, seed, poison)
            rows.append({"seed": seed, **findings.counts, "took (s)": time.monotonic() - began})
            wrong += [f"seed {seed}: {sentence}" for sentence in findings.wrong]
            console.print(f"seed {seed}: {'; '.join(each for each in findings.wrong if each[0] != ' ') or 'all well'}")
        world.stop_processes()
        if not given.no_control:
            control = run_control(world, given.first)
            console.print(f"control, plain nameko: {control.committed} committed, {control.lost} lost, "
                          f"{control.doubled} doubled")  # fmt: skip
            if not control.lost:
                wrong.append("the control lost nothing: the harness does no harm")
    for begin in range(0, len(rows), SIDE_BY_SIDE):
        console.print(_table(rows[begin : begin + SIDE_BY_SIDE]))
    for sentence in wrong:
        console.print(f"[red]{sentence}[/red]")
    return int(bool(wrong))


def _table(rows: list[dict[str, float]]) -> Table:
    """What was counted, a column for each seed."""
    table = Table("", *[str(int(row["seed"])) for row in rows])
    for name in list(rows[0])[1:]:
        table.add_row(name, *[f"{row[name]:.1f}".removesuffix(".0") for row in rows])
    return table


if __name__ == "__main__":
    sys.exit(main())
