"""Who looked, and who tried to, is recorded in one way: one constructor of the record, one act that refuses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from operations.checkout import CHECKOUT
from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

# which calls are made in one place alone, and where
ONE_PLACE = {
    "Access": {"shared/access/record.py"},
    # beside it, what reads kept records back, for their hours to be tallied
    "AccessRecorded": {"shared/contracts/access.py", "shared/messaging/publish/tallies.py"},
}


def sources() -> Iterator[tuple[str, str]]:
    """Every module of the product, and its text."""
    for room in PRODUCT:
        for path in sorted((CHECKOUT / room).rglob("*.py")):
            if "versions" not in path.parts:
                yield str(path.relative_to(CHECKOUT)), path.read_text(encoding="utf-8")


def made(source: str) -> set[str]:
    """Which of the records a module makes."""
    calls = [
        ast.unparse(node.func).rpartition(".")[2] for node in ast.walk(tree_of(source)) if isinstance(node, ast.Call)
    ]
    return set(calls) & ONE_PLACE.keys()


def refuses(source: str) -> list[str]:
    """The functions that do what ``shared.access.record.refuse`` does: undo, commit what is left, and raise."""
    return [node.name for node in ast.walk(tree_of(source)) if isinstance(node, ast.FunctionDef) and _refuses(node)]


def _refuses(node: ast.FunctionDef) -> bool:
    below = list(ast.walk(node))
    called = {each.func.attr for each in below if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)}
    return {"rollback", "commit"} <= called and any(isinstance(each, ast.Raise) for each in below)


def names_an_attempt(source: str) -> bool:
    """Whether a module writes out how an attempt is called in a record."""
    return any(
        isinstance(node, ast.JoinedStr) and ast.unparse(node).startswith(("f'attempt.{", 'f"attempt.{'))
        for node in ast.walk(tree_of(source))
    )


@pytest.mark.parametrize("record", ONE_PLACE)
def test_a_record_is_made_in_one_place(record: str) -> None:
    """Else two services say of a look what is not the same."""
    assert {path for path, source in sources() if record in made(source)} == ONE_PLACE[record]


def test_one_act_refuses() -> None:
    """Undo, keep the record by itself, raise: who forgets one of them loses the record, or keeps what was refused."""
    assert {path: found for path, source in sources() if (found := refuses(source))} == {
        "shared/access/record.py": ["refuse"]
    }
    assert [path for path, source in sources() if names_an_attempt(source)] == ["shared/access/record.py"]


def test_another_would_be_found() -> None:
    """As services made and refused them before."""
    assert made("def look(uow): uow.record_access(Access(action='read'))") == {"Access"}
    assert made("publish(contracts.AccessRecorded(action='read'))") == {"AccessRecorded"}
    steps = ("uow.rollback()", "uow.record_access(refusal)", "uow.commit()", "raise refusal")
    assert refuses("\n    ".join(("def refuse(uow, refusal):", *steps))) == ["refuse"]
    assert names_an_attempt("action = f'attempt.{act}'")
