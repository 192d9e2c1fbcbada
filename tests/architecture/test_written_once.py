"""What is done in one place is not written out in another."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable

from operations.checkout import CHECKOUT
from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

# shorter than this, a name for it would be as long
LONG = 100
# it is handed out alone and imports nothing of ours (decision 41)
ALONE = "services/audit/verify.py"


def twice(modules: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The functions that have one body in several modules, whatever they are called."""
    found: dict[str, set[str]] = defaultdict(set)
    for path, source in modules:
        for node in ast.walk(tree_of(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = "\n".join(ast.unparse(each) for each in node.body if not _is_words(each))
                if len(body) >= LONG:
                    found[body].add(f"{path}:{node.name}")
    return sorted(sorted(places) for places in found.values() if len({each.partition(":")[0] for each in places}) > 1)


def _is_words(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def test_no_function_of_the_product_stands_twice() -> None:
    """Two would be mended one at a time."""
    modules = [
        (str(path.relative_to(CHECKOUT)), path.read_text(encoding="utf-8"))
        for room in PRODUCT
        for path in sorted((CHECKOUT / room).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    assert twice((path, source) for path, source in modules if path != ALONE) == []


def test_one_that_does_would_be_found() -> None:
    """As it was: two services let events out by the same lines under two words for what they are given."""
    lines = """
    def record(self, {}):
        '''Tells.'''
        contracts = map(published, events)
        self.publish(*(contract for contract in contracts if contract is not None))
"""
    one, other = (f"class Work:{lines.format(given)}" for given in ("events", "*events"))
    assert twice([("a.py", one), ("b.py", other)]) == [["a.py:record", "b.py:record"]]
    assert twice([("a.py", one)]) == []
