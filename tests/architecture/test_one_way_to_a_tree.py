"""Whoever reads source code as a tree asks `tools/syntax.py`, which a traceback elsewhere cannot disturb."""

from __future__ import annotations

import ast
import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

CHECKOUT = Path(__file__).resolve().parents[2]
ROOM = CHECKOUT / "tools/syntax.py"
A_LONG_SOURCE = "\n".join(f"if a{number}:\n    b = [{number}, (c + d) * e]" for number in range(500))


def own_ways(source: str) -> Iterator[int]:
    """The lines that call, or take for themselves, Python's own parser."""
    for node in ast.walk(tree_of(source)):
        match node:
            case ast.Call(func=ast.Attribute(attr="parse", value=ast.Name(id="ast"))):
                yield node.lineno
            case ast.ImportFrom(module="ast", names=names) if any(each.name == "parse" for each in names):
                yield node.lineno


def test_nobody_goes_another_way() -> None:
    """Neither the product nor its tests."""
    found = {
        str(path.relative_to(CHECKOUT)): lines
        for room in (*PRODUCT, "tests")
        for path in sorted((CHECKOUT / room).rglob("*.py"))
        if path != ROOM and (lines := list(own_ways(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize("planted", ["ast.parse(source)", "x = ast.walk(ast.parse(a)).b", "from ast import parse"])
def test_another_way_is_found(planted: str) -> None:
    """However it is written."""
    assert list(own_ways(planted)) == [1]


@contextmanager
def tracebacks_whenever_the_collector_wakes() -> Iterator[None]:
    """What pytest does with an exception that the collector meets: shows it, for which Python parses its line."""

    def show(phase: str, info: dict[str, int]) -> None:
        try:
            _ = info[phase] + info[phase]
        except KeyError:
            traceback.format_exc()

    before = gc.get_threshold()
    gc.callbacks.append(show)
    gc.set_threshold(50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(show)


def test_a_traceback_elsewhere_does_not_disturb() -> None:
    """With Python's own parser this ended in SystemError (3.11.7), in whichever test was reading sources just then."""
    with tracebacks_whenever_the_collector_wakes():
        assert len(tree_of(A_LONG_SOURCE).body) == 500
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    """It is somebody else's to turn on, also when the source is none."""
    gc.disable()
    try:
        with pytest.raises(SyntaxError):
            tree_of("if")
        assert not gc.isenabled()
    finally:
        gc.enable()
