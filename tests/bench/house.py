"""`make house`: how the house is kept, in numbers, each beside its bar. It asserts nothing.

    python -m tests.bench.house [--all]

What can be counted in the source is counted there; the ways are those of one referral that is really sent (by API, and
by page), on databases and a broker of this run's own. ``--all`` names what was counted.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from operations.checkout import CHECKOUT
from shared.observability.logs import configure
from tests.bench import counts
from tests.support.infrastructure import find_infrastructure, new_installation
from tests.support.one_sending import Ways, follow
from tests.support.tracing import OPENS, PARSES, by_room


@dataclass(frozen=True)
class Figure:
    """One number. ``most``: the bar; None where there is none. ``told``: what it is made of, a line each.

    ``always_told``: without being asked for, too.
    """

    name: str
    value: float
    most: float | None = 0
    least: float | None = None
    unit: str = ""
    told: Sequence[str] = field(default=(), repr=False)
    always_told: bool = False

    @property
    def held(self) -> bool | None:
        """Whether the bar is held; None without one."""
        if self.least is not None:
            return self.value >= self.least
        return None if self.most is None else self.value <= self.most

    def __str__(self) -> str:
        said = {None: "", True: "held", False: "not held"}[self.held]
        bar = f"≥ {self.least:g}{self.unit}" if self.least is not None else ""
        if self.least is None and self.most is not None:
            bar = f"≤ {self.most:g}{self.unit}" if self.most else "0"
        # a share that is not quite whole is not shown as if it were
        value = f"{int(self.value * 100) / 100:g}{self.unit}"
        return f"  {self.name:58} {value:>8}  {bar:>7}  {said}".rstrip()


def in_the_source() -> Iterator[Figure]:
    """What needs no product that runs."""
    circles = counts.circles(counts.imports_of(counts.rooms(CHECKOUT)))
    yield Figure("circles of imports", len(circles), told=[" ↔ ".join(each) for each in circles])
    strict, all_lines = counts.strictly_typed(CHECKOUT)
    yield Figure("lines of the product under mypy strict", 100 * strict / all_lines, None, least=100, unit=" %")
    yield Figure("  lines let off, each with its reason", counts.let_off(CHECKOUT), None)
    commits = counts.commits(CHECKOUT)
    yield Figure("commits by hand in services/*/web", len(commits), told=_by_file(commits))
    python, templates = counts.written_paths(CHECKOUT)
    yield Figure("paths written out", len(python) + len(templates))
    yield Figure("  in Python", len(python), None, told=_by_file(python))
    yield Figure("  in templates", len(templates), None, told=_by_file(templates))
    long, median = counts.sizes(CHECKOUT)
    named = counts.named_as_long(CHECKOUT)
    told = [f"{lines:4} {file}" for lines, file in long if file not in named]
    yield Figure(f"modules over {counts.LONGEST} lines that no decision names", len(told), told=told)
    told = [f"{lines:4} {file}" for lines, file in long if file in named]
    yield Figure("  that decision 41 names", len(told), None, told=told, always_told=True)
    yield Figure("  lines of a module, median", median, None)
    touched = counts.files_of_a_step(CHECKOUT)
    yield Figure("files that an added step touches", len(touched), 8, told=touched)


def on_the_way(ways: Ways) -> Iterator[Figure]:
    """What one referral about two people enters."""
    for name, way, most in (("API", ways.by_api, 8), ("page", ways.by_page, 10)):
        entered = way.modules()
        rooms = ", ".join(f"{room} {number}" for room, number in by_room(entered).items())
        yield Figure(f"modules of services/ entered in a sending by {name}", len(entered), most, told=[rooms, *entered])
        yield Figure("  returns to a module from elsewhere than at first", way.returns(), 6)
        yield Figure("  steps from one module into another, loops and all", way.crossings(), None)
    for name, way in (("the check page", ways.check_page), ("the sending that follows", ways.by_page)):
        yield Figure(f"parses of a draft in one request, {name}", way.times(*PARSES), 1)
        yield Figure("  the sealed draft is opened", way.times(*OPENS), None)
    for service, way in ways.heard.items():
        yield Figure(f"modules of services/ entered at {service} by one message", len(way.modules()), None)


def main() -> None:
    """Print the numbers."""
    parser = argparse.ArgumentParser(prog="make house", description="How the house is kept, in numbers.")
    parser.add_argument("--all", action="store_true", help="name what was counted")
    names_all = parser.parse_args().all
    configure("house", level="CRITICAL")
    print(f"  {'':58} {'now':>8}  {'bar':>7}")
    with new_installation(find_infrastructure()) as installation:
        for figure in (*in_the_source(), *on_the_way(follow(installation))):
            print(figure, flush=True)
            for line in figure.told if names_all or figure.always_told else ():
                print(f"      {line}")


def _by_file(places: Sequence[str]) -> list[str]:
    return [f"{number:4} {file}" for file, number in counts.summed(places).items()]


if __name__ == "__main__":
    main()
