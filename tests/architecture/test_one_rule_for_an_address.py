"""What an e-mail address, a web address or a readable text is, is said in the vocabulary and nowhere else.

Five rules for an e-mail address lived side by side once, and each took what another refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

CHECKOUT = Path(__file__).resolve().parents[2]
OWNER = CHECKOUT / "shared" / "vocabulary"
# calls that hold a text against a pattern
# what a browser says of its own page is compared there with this machine's names, and is nobody's web address
ORIGIN_OF_A_REQUEST = "shared/web/guard.py"
PATTERNS = {"compile", "match", "fullmatch", "search", "Whole", "Regexp"}
# fields of the library that are rules of their own
LIBRARYS = {"Email", "Url", "URL"}


def own_rules(source: str) -> Iterator[int]:
    """The lines that have a rule of their own for an address."""
    for node in ast.walk(tree_of(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        pattern = getattr(node.args[0], "value", None) if node.args else None
        about = isinstance(pattern, str) and ("@" in pattern or "https?:" in pattern)
        if called in LIBRARYS or (called in PATTERNS and about):
            yield node.lineno


def test_no_room_has_a_rule_of_its_own() -> None:
    """Every room of the product asks the vocabulary."""
    found = [
        f"{file.relative_to(CHECKOUT)}:{line}"
        for room in PRODUCT
        for file in sorted((CHECKOUT / room).rglob("*.py"))
        if OWNER not in file.parents and file != CHECKOUT / ORIGIN_OF_A_REQUEST
        for line in own_rules(file.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    ['EMAIL = re.compile(r"[^@]+@[^@]+")', 'X = Whole(r"^https?://.*$")', "email = fields.Email()", "u = fields.Url()"],
)
def test_a_planted_one_is_found(planted: str) -> None:
    """The finder finds."""
    assert list(own_rules(planted)) == [1]
