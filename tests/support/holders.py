"""Which tests hold a promise: those that say so, are collected, are skipped by nothing, and assert something."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tools.syntax import tree_of

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Holder:
    """A test that carries the mark, and what keeps it from holding anything (empty: nothing does)."""

    slug: str
    name: str
    trouble: str


def holders_in(source: str, where: str) -> Iterator[Holder]:
    """Every test function of a file that says that it holds a promise; the last of a name is the one that is run."""
    tree = tree_of(source)
    of_all = _skips(_module_marks(tree))
    last = {(scope, node.name): node for scope, node, _ in _functions(tree)}
    for scope, node, of_class in _functions(tree):
        for slug in _held(node.decorator_list):
            place = "::".join(filter(None, (where, scope, node.name)))
            shadowed = last[scope, node.name] is not node
            skipped = of_all or _skips(of_class) or _skips(node.decorator_list)
            yield Holder(slug, place, _trouble(node, where, scope, shadowed=shadowed, skipped=skipped))


def _functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef, list[ast.expr]]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node, []
        elif isinstance(node, ast.ClassDef):
            yield from (
                (node.name, each, node.decorator_list) for each in node.body if isinstance(each, ast.FunctionDef)
            )


def _trouble(node: ast.FunctionDef, where: str, scope: str, *, shadowed: bool, skipped: bool) -> str:
    file = Path(where)
    collected = file.parts[0] == "tests" and file.name.startswith("test_") and node.name.startswith("test_")
    if not collected or (scope and not scope.startswith("Test")):
        return "is collected by nobody"
    if shadowed:
        return "is hidden by a later test of the same name"
    if skipped:
        return "is skipped, or expected to fail"
    if not any(_asserts(each) for each in ast.walk(node)):
        return "asserts nothing"
    return ""


def _held(decorators: Iterable[ast.expr]) -> Iterator[str]:
    for each in decorators:
        if isinstance(each, ast.Call) and ast.unparse(each.func) == "pytest.mark.holds":
            yield from (ast.literal_eval(argument) for argument in each.args)


def _module_marks(tree: ast.Module) -> list[ast.expr]:
    return [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "pytestmark" for target in node.targets)
    ]


def _skips(marks: Iterable[ast.expr]) -> bool:
    return any(re.search(r"\bmark\.(skip|skipif|xfail|screenshots)\b", ast.unparse(mark)) for mark in marks)


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant)
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return called == "pytest.raises" or called.split(".")[0] in ("expect", "eventually") or called.endswith(".fail")
    return False


@cache
def holders() -> tuple[Holder, ...]:
    """Every holder of the product."""
    return tuple(
        holder
        for file in sorted((ROOT / "tests").rglob("*.py"))
        if "mark.holds" in (source := file.read_text())
        for holder in holders_in(source, str(file.relative_to(ROOT)))
    )
