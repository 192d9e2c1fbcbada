"""Tests of the product do without the demonstration, but for the city in which they take place.

Otherwise whoever changes what the demonstration is filled with, or how it is started, changes tests of everything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.syntax import tree_of

TESTS = Path(__file__).resolve().parents[1]
# what is tried here is the demonstration itself
OF_IT = ("integration/onebox/", "integration/seed/", "unit/deploy/", "unit/seed/")
# by one file each; the list may become shorter, and not longer
NAMED = {
    "support/cast.py": "the city's names",
    "support/city_filled.py": "what fills it",
    "support/running.py": "starts the product as the demonstration does",
    "support/broken_off.py": "breaks its start off",
    "support/browser.py": "fetches Chromium's libraries",
    "support/proxy.py": "fetches nginx",
    "support/servers_from_programs.py": "fetches and starts PostgreSQL and RabbitMQ",
    "support/private_broker.py": "starts a broker of its own",
    "support/canary/breaking.py": "waits for processes",
    "bench/__main__.py": "where its folder is",
    "bench/product.py": "starts the product as `make run` does",
    "bench/growth.py": "pours a hundred thousand invented referrals",
    "chaos/world.py": "starts the product and harms it",
    "chaos/control.py": "waits for a process that it harms",
    "compose/test_a_system_with_a_token.py": "the trial's own system",
    "journeys/test_screenshots.py": "the README's pictures are of the demonstration",
    "releases/make_dump.py": "fills a release's database with it",
    "releases/test_old_databases.py": "asks for a port",
    "restores/conftest.py": "fetches pg_dump",
    "integration/audit/test_bus.py": "what a process is given",
    "integration/messaging/test_a_broker_that_confirms_nothing.py": "starts a broker of its own",
    "integration/web/test_dripping.py": "asks for a port",
    "unit/directory/test_listings_and_lists.py": "holds the demonstration's lists against the directory's rules",
    "unit/directory/test_routing.py": "likewise its routing rules",
}


def of_the_demonstration(source: str) -> Iterator[str]:
    """The demonstration's modules that are imported, wherever in a file."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] == "demo")


def using_it() -> set[str]:
    """The test files that import it, outside the rooms that may."""
    found = set()
    for path in TESTS.rglob("*.py"):
        name = path.relative_to(TESTS).as_posix()
        if not name.startswith(OF_IT) and any(of_the_demonstration(path.read_text(encoding="utf-8"))):
            found.add(name)
    return found


def test_no_other_test_imports_it() -> None:
    """Take units and people from tests/support/cast.py, which city_filled.py fills."""
    assert using_it() - set(NAMED) == set()


def test_nothing_is_named_that_does_without() -> None:
    """The list becomes shorter with what it lists."""
    assert set(NAMED) - using_it() == set()


@pytest.mark.parametrize(
    "planted", ["import demo.seed", "from demo import seed", "def f():\n    from demo.wait import x"]
)
def test_a_planted_one_is_found(planted: str) -> None:
    """However it is written."""
    assert list(of_the_demonstration(planted))


def test_what_only_sounds_like_it_is_let_be() -> None:
    """A room of ours that begins with the same letters."""
    assert not list(of_the_demonstration("import democracy\nfrom tests import demo_of_ours"))
