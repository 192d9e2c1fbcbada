"""What is given as an `Iterable` or an `Iterator` is gone through once: a generator is empty the second time, unseen.

Ways in which a carer may be reached were once lost so: each but the first was looked for in what was used up.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

CHECKOUT = Path(__file__).resolve().parents[2]
ONCE = ("Iterable", "Iterator")
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
EACH_ROUND = 0

# a use: its line, and what has to be so for one run to come to it: numbers of branches, EACH_ROUND in a loop
Use = tuple[int, frozenset[int]]


def again(source: str) -> Iterator[int]:
    """The lines in which a function goes through such a parameter a second time, or in each round of a loop."""
    for function in ast.walk(tree_of(source)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            for name in (each.arg for each in every if _once(each.annotation)):
                yield from _again(function, name)


def _once(annotation: ast.expr | None) -> bool:
    named = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return isinstance(named, ast.Name) and named.id in ONCE


def _again(function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> Iterator[int]:
    uses: list[Use] = []
    for statement in function.body:
        uses += _uses(statement, name, frozenset())
        if _rebinds(statement, name):
            # from here on it is something else, as a rule a list of it
            break
    for position, (line, needed) in enumerate(uses):
        if EACH_ROUND in needed or any(_both(needed, earlier) for _, earlier in uses[:position]):
            yield line


def _both(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether one run can come to both: not where they are the two branches of one question."""
    return not any(-each in other for each in one)


def _uses(node: ast.AST, name: str, needed: frozenset[int]) -> list[Use]:
    match node:
        case ast.Name():
            return [(node.lineno, needed)] if node.id == name and isinstance(node.ctx, ast.Load) else []
        case ast.Call(func=ast.Name(id="next")):
            # one at a time
            return []
        case ast.If() | ast.IfExp():
            number = node.lineno * 1000 + node.col_offset
            return (
                _uses(node.test, name, needed)
                + _in_all(node.body, name, needed | {number})
                + _in_all(node.orelse, name, needed | {-number})
            )
        case ast.For() | ast.AsyncFor():
            return _uses(node.iter, name, needed) + _in_all(node.body, name, needed | {EACH_ROUND})
        case ast.While():
            return _in_all([node.test, *node.body], name, needed | {EACH_ROUND})
        case _ if isinstance(node, COMPREHENSIONS):
            first, *rest = node.generators
            element = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            inner = [*first.ifs, *(part for each in rest for part in (each.iter, *each.ifs)), *element]
            return _uses(first.iter, name, needed) + _in_all(inner, name, needed | {EACH_ROUND})
        case _:
            return _in_all(list(ast.iter_child_nodes(node)), name, needed)


def _in_all(nodes: Sequence[ast.AST] | ast.AST, name: str, needed: frozenset[int]) -> list[Use]:
    every = [nodes] if isinstance(nodes, ast.AST) else nodes
    return [use for each in every for use in _uses(each, name, needed)]


def _rebinds(statement: ast.stmt, name: str) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def test_nothing_is_gone_through_a_second_time() -> None:
    """In all that we run; whoever needs it twice asks for a Collection, or makes a list of it first."""
    found = [
        f"{path.relative_to(CHECKOUT)}:{line}"
        for room in PRODUCT
        for path in sorted((CHECKOUT / room).rglob("*.py"))
        for line in again(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("return [each for each in KNOWN if each in set(some)]", [2]),
        ("first = set(some)\n    return first - set(some)", [3]),
        ("for each in KNOWN:\n        print(list(some))", [3]),
        ("return len(list(some)) if list(some) else 0", [2]),
        ("chosen = set(some)\n    return [each for each in KNOWN if each in chosen]", []),
        ("some = list(some)\n    return some + some", []),
        ("if KNOWN:\n        return list(some)\n    else:\n        return set(some)", []),
        ("return next(some), next(some)", []),
    ],
)
def test_it_is_seen(body: str, lines: list[int]) -> None:
    """Planted: each way of doing so is found, and what looks like it is not."""
    assert list(again(f"def planted(some: Iterable[str]):\n    {body}\n")) == lines
