"""To make a schema takes longer than to tell a page of a list with it: none is made for an answer.

``shared.web.api.answers.dumped`` keeps one of each, and so does a constant of a module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.syntax import tree_of

CHECKOUT = Path(__file__).resolve().parents[2]


def made_to_tell(source: str) -> Iterator[int]:
    """The lines that make a schema and have it tell something in one breath."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dump":
            made = node.func.value
            # the one that is kept is got by a call, too
            if isinstance(made, ast.Call) and ast.unparse(made.func) != "_made":
                yield node.lineno


def test_no_answer_makes_its_schema() -> None:
    """In no room."""
    found = [
        f"{path.relative_to(CHECKOUT)}:{line}"
        for room in ("services", "shared")
        for path in sorted((CHECKOUT / room).rglob("*.py"))
        for line in made_to_tell(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_one_that_does_is_found() -> None:
    """Planted, as it was."""
    assert list(made_to_tell("def view():\n    return [EntryOut().dump(step) for step in steps]\n")) == [2]
    assert list(made_to_tell("told = Out(exclude=['cursor']).dump(found)\n")) == [1]
    assert list(made_to_tell("told = OUT.dump(found)\n")) == []
