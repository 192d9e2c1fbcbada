"""Commands are asked for in one way (docs/grammar.md): ``do_this(command, actor, uow)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.syntax import tree_of

ROOT = Path(__file__).parents[2]
SERVICES = ("directory", "referral")
ASKED = (["command", "actor", "uow"], ["command", "uow"])


def functions(source: str) -> Iterator[tuple[str, list[str]]]:
    """The public functions of a module that are given a unit of work, with the names of their parameters in order."""
    for node in tree_of(source).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            names = [each.arg for each in node.args.args]
            if {"uow", "work"} & set(names):
                yield node.name, names


def otherwise(source: str) -> list[str]:
    """Which of them are asked otherwise: a command not first, a unit of work by another name or before who acts."""
    wrong = []
    for name, given in functions(source):
        early = given[0] == "uow" and len(given) > 1
        if ("command" in given and given not in ASKED) or "work" in given or early:
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("service", SERVICES)
def test_every_command_is_asked_in_one_way(service: str) -> None:
    """What is asked, by whom, in which transaction; what else it needs hangs on the transaction."""
    sources = {each.name: each.read_text() for each in (ROOT / f"services/{service}/commands").glob("*.py")}
    assert sum(given in ASKED for source in sources.values() for _, given in functions(source)) >= 10
    assert {name: wrong for name, source in sources.items() if (wrong := otherwise(source))} == {}


@pytest.mark.parametrize(
    "asked",
    [
        "work, editor, asked",
        "command, uow, actor",
        "command, actor, uow, areas",
        "uow, actor, unit_id",
        "command, work",
    ],
)
def test_another_way_would_be_found(asked: str) -> None:
    """The ways in which they were asked before."""
    assert otherwise(f"def register_unit({asked}): ...") == ["register_unit"]
