r"""A pattern that ends in ``$`` takes a text with a line break after it, unless the whole text is asked for.

``"0180\n"`` matches ``^[0-9]{4}$`` for ``re.match``. So in our rooms ``$`` stands only where ``fullmatch`` is used, or
where something else than Python's ``re`` reads it (JSON Schema, RabbitMQ).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from marshmallow import ValidationError

from services.directory.web.schemas import AREA, CODE
from services.referral.web import schemas as referral
from shared.web.schema.validate import Whole
from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

CHECKOUT = Path(__file__).resolve().parents[2]
# names of calls that look for a pattern in a text without caring where the text ends
LOOSE = {"match", "search", "findall", "finditer", "sub", "subn", "split", "compile", "Regexp"}


def loose_patterns(source: str) -> Iterator[int]:
    """The lines that give a pattern with ``$`` at its end to something that does not ask for the whole text."""
    tree = tree_of(source)
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        pattern = constants.get(first.id) if isinstance(first, ast.Name) else getattr(first, "value", None)
        if called in LOOSE and isinstance(pattern, str) and _ends_in_dollar(pattern):
            yield node.lineno


def _ends_in_dollar(pattern: str) -> bool:
    bare = pattern.rstrip(")")
    return bare.endswith("$") and not bare.endswith("\\$")


def test_no_room_has_one() -> None:
    """In every room of the product."""
    found = [
        f"{file.relative_to(CHECKOUT)}:{line}"
        for room in PRODUCT
        for file in sorted((CHECKOUT / room).rglob("*.py"))
        for line in loose_patterns(file.read_text(encoding="utf-8"))
    ]
    assert found == [], r"write fullmatch, \Z, or shared.web.schema.validate.Whole"


@pytest.mark.parametrize(
    "planted",
    [
        're.match(r"^[0-9]{4}$", text)',
        're.compile("^(a|b$)").search(text)',
        'validate.Regexp(r"^a$")',
        'AREA = r"^[0-9]$"\nvalidate.Regexp(AREA)',
        'from re import search\nsearch("a$", text)',
    ],
)
def test_a_planted_one_is_found(planted: str) -> None:
    """However it is written."""
    assert list(loose_patterns(planted))


@pytest.mark.parametrize(
    "allowed", ['re.fullmatch("a$", text)', r're.compile(r"a\Z")', 'Whole(r"^a$")', r're.search(r"5 \$", text)']
)
def test_what_asks_for_the_whole_text_is_let_be(allowed: str) -> None:
    """And a dollar that is only a sign."""
    assert not list(loose_patterns(allowed))


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (AREA, "0180-sodermalm"),
        (CODE, "dementia"),
        (referral.AREA, "0180-sodermalm"),
    ],
)
def test_a_line_break_at_the_end_is_refused(shape: Whole, text: str) -> None:
    """The text itself is taken; with a line break, or another digit system's digits, it is not."""
    assert shape(text) == text
    with pytest.raises(ValidationError):
        shape(text + "\n")


@pytest.mark.parametrize("shape", [AREA, referral.AREA])
def test_an_areas_digits_are_ours(shape: Whole) -> None:
    """Python's ``\\d`` would take any script's."""
    with pytest.raises(ValidationError):
        shape("٠١٨٠")
