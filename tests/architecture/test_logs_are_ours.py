"""Whatever the product logs goes through one room: a library's words are dropped, so its own would be dropped too."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

CHECKOUT = Path(__file__).resolve().parents[2]
ROOM = CHECKOUT / "shared/observability/logs.py"


def ways_past_the_room(source: str) -> list[str]:
    """Where a module logs by Python's own logging, or by Flask's logger."""
    found = []
    for node in ast.walk(tree_of(source)):
        match node:
            case ast.Import(names=names) if any(each.name.split(".")[0] == "logging" for each in names):
                found.append(f"line {node.lineno}: import logging")
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] == "logging":
                found.append(f"line {node.lineno}: from logging")
            case ast.Attribute(attr="logger", value=ast.Name(id="app" | "current_app")):
                found.append(f"line {node.lineno}: the app's logger")
    return found


def test_nobody_logs_past_it() -> None:
    """A line by another logger would reach operators without its number, its reason or its kind."""
    past = {
        str(path.relative_to(CHECKOUT)): found
        for room in PRODUCT
        for path in (CHECKOUT / room).rglob("*.py")
        if path != ROOM and (found := ways_past_the_room(path.read_text()))
    }
    assert past == {}


@pytest.mark.parametrize("past", ["import logging", "from logging import getLogger", "current_app.logger.error('x')"])
def test_this_would_be_noticed(past: str) -> None:
    """The check sees each of the ways past."""
    assert ways_past_the_room(past)
