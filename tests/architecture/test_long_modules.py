"""A module of the product has at most 250 lines, but for those that decision 41 names with their reasons."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest

from operations.checkout import CHECKOUT
from tests.bench.counts import LONGEST, modules, named_as_long, sizes


def not_as_decided(long: Iterable[tuple[int, str]], named: Collection[str]) -> tuple[list[str], list[str]]:
    """Modules that are long and not named; and those that are named and are not long, or not there any more."""
    found = {file for _, file in long}
    return sorted(found - set(named)), sorted(set(named) - found)


def test_what_is_long_is_named_and_what_is_named_is_long() -> None:
    """A second thing in a module gets one of its own; what is one thing is named, until it is short or gone."""
    too_long, named_for_nothing = not_as_decided(sizes(CHECKOUT)[0], named_as_long(CHECKOUT))
    assert too_long == [], "give the second thing in it a module, or say in decision 41 why it is one"
    assert named_for_nothing == [], "take it out of decision 41's table"


def test_each_reason_is_a_sentence() -> None:
    """What is one thing can be said."""
    reasons = named_as_long(CHECKOUT)
    assert reasons
    assert [file for file, reason in reasons.items() if len(reason.split()) < 5 or not reason.endswith(".")] == []


def test_the_whole_product_is_walked() -> None:
    """Every room of it, and what lies deep in one."""
    assert {file.parts[0] for file in modules(CHECKOUT)} == {
        "services",
        "shared",
        "lotsa",
        "operations",
        "demo",
        "tools",
    }
    assert max(len(file.parts) for file in modules(CHECKOUT)) >= 5


@pytest.mark.parametrize(
    ("long", "named", "found"),
    [
        ([], [], ([], [])),
        ([(LONGEST + 1, "a.py")], ["a.py"], ([], [])),
        ([(LONGEST + 1, "a.py")], [], (["a.py"], [])),
        # cut since, moved or gone
        ([], ["a.py"], ([], ["a.py"])),
        ([(LONGEST + 1, "b/a.py")], ["a.py"], (["b/a.py"], ["a.py"])),
    ],
)
def test_what_is_not_as_decided_would_be_found(
    long: list[tuple[int, str]], named: list[str], found: tuple[list[str], list[str]]
) -> None:
    assert not_as_decided(long, named) == found
