"""One cast and one set of builders: who tests are about stands in tests/support/cast.py, of what, in support/builders.

Otherwise whoever gives a referral, a unit or an event one more field changes it wherever a test once wrote it out. What
a test *states* is let be: an assertion and the cases of ``parametrize`` say names and numbers as they please.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import cast
from tools.syntax import tree_of

TESTS = Path(__file__).resolve().parents[1]
CAST, BUILDERS = "support/cast.py", "support/builders/"
# a class with so many parts is built with one of them changed, and not written out; a step of a draft with so few
MANY, FEW = 5, 2
NAMES = {cast.FRANS.name, cast.GUN.name, *cast.FULL_NAME.values()}
NUMBER = re.compile(r"(?<!\d)(?:19)?121212-?1212(?!\d)")
REFERRAL, DRAFT = {"carer", "need", "consents"}, {"carer", "support", "consent"}

Kind = Callable[[ast.AST], Iterator[tuple[int, str]]]

# what is tried there is the thing itself, in full; the list may become shorter, and not longer
WRITTEN_OUT = {
    "contracts/golden/make_golden_contracts.py": "frozen: each event as it was on its first day",
    "support/schemas.py": "what people write into any field, right or wrong",
}


def stated(tree: ast.AST) -> set[ast.AST]:
    """Every node within an assertion or the cases of a test."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            found |= set(ast.walk(node))
        for decorator in getattr(node, "decorator_list", []):
            found |= set(ast.walk(decorator))
    return found


def texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts outside what is stated, with their lines; a docstring is for readers."""
    facts = stated(tree)
    prose = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in facts | prose:
            yield node.lineno, node.value


def numbers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Frans's identity number, and who vouches for people in a room, however they are written."""
    for line, text in texts(tree):
        if NUMBER.search(text) or text == cast.ISSUER:
            yield line, text


def people(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Somebody of the cast given a name: as a constant, in a dict, by a keyword or as a default."""
    facts = stated(tree)
    for node in ast.walk(tree):
        given: list[ast.expr | None] = []
        if isinstance(node, ast.Dict):
            given = list(node.values)
        elif isinstance(node, ast.Call) and not ast.unparse(node.func).rpartition(".")[2].startswith("get_by_"):
            given = [each.value for each in node.keywords if each.arg == "name"]
        elif isinstance(node, ast.arguments):
            given = [*node.defaults, *node.kw_defaults]
        elif isinstance(node, ast.Assign):
            given = list(node.value.elts) if isinstance(node.value, ast.Tuple) else [node.value]
        for each in given:
            if isinstance(each, ast.Constant) and each.value in NAMES and each not in facts:
                yield each.lineno, str(each.value)


def imported(tree: ast.AST) -> dict[str, tuple[str, str]]:
    """What a module calls things → the module and name that they have at home."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, tuple[str, str]]]:
    """Calls of what is imported by name."""
    known = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
            yield node, known[node.func.id]


def built() -> set[tuple[str, str]]:
    """The product's classes that a builder makes."""
    return {
        home
        for path in (TESTS / BUILDERS).glob("*.py")
        for _, home in calls(tree_of(path.read_text(encoding="utf-8")))
        if home[0].startswith(("services.", "shared.")) and home[1][0].isupper()
    }


def wholes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Things written out that a builder makes: events, classes of many parts, bodies and drafts."""
    made = built()
    for node, home in calls(tree):
        parts = len(node.args) + len([each for each in node.keywords if each.arg])
        is_event = home[0].startswith("shared.contracts.") and home[1] != "Envelope" and parts > 0
        if home in made and (is_event or parts >= MANY):
            yield node.lineno, f"{home[1]} of {parts} parts"
    for each in ast.walk(tree):
        if isinstance(each, ast.Dict):
            pairs = [
                (key.value, value)
                for key, value in zip(each.keys, each.values, strict=True)
                if isinstance(key, ast.Constant)
            ]
            filled = {key for key, value in pairs if isinstance(value, ast.Dict) and len(value.keys) >= FEW}
            if {key for key, _ in pairs} >= REFERRAL or filled >= DRAFT:
                yield each.lineno, "a whole body or draft"


def second_builders(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Functions with a builder's name that do not build by one."""
    ours = {
        node.name
        for path in (TESTS / BUILDERS).glob("*.py")
        for node in tree_of(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith(("a_", "an_"))
    }
    known = imported(tree)
    for node in getattr(tree, "body", []):
        if isinstance(node, ast.FunctionDef) and node.name in ours:
            used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
            if not any(name in known and known[name][0].startswith("tests.support.builders") for name in used):
                yield node.lineno, node.name


KINDS: tuple[Kind, ...] = (numbers, people, wholes, second_builders)


def found(kind: Kind) -> list[str]:
    """Where it is, outside the cast, the builders and what is written out on purpose."""
    return [
        f"{name}:{line}: {what}"
        for path in sorted(TESTS.rglob("*.py"))
        if not (name := path.relative_to(TESTS).as_posix()).startswith((CAST, BUILDERS, "architecture/test_one_cast"))
        and name not in WRITTEN_OUT
        for line, what in kind(tree_of(path.read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nothing_of_the_cast_or_the_builders_stands_a_second_time(kind: Kind) -> None:
    """Take them from tests/support/cast.py and tests/support/builders, and change what is to be other by name."""
    assert found(kind) == []


def test_nothing_is_let_be_that_writes_nothing_out() -> None:
    """The list becomes shorter with what it lists."""
    trees = {name: tree_of((TESTS / name).read_text(encoding="utf-8")) for name in WRITTEN_OUT}
    assert [name for name, tree in trees.items() if not any(list(kind(tree)) for kind in KINDS)] == []


PLANTED = {
    'X = "191212121212"': numbers,
    'raise ValueError("Gun Svensson 19121212-1212")': numbers,
    'USER = UserRef("https://idp.example.org", "bo")': numbers,
    'NAME = "Frans Provsson"': people,
    'f({"carer": {"name": "Frans Provsson"}})': people,
    'def f(page, name="Gun Provsson"): pass': people,
    "from shared.contracts.directory import SessionEnded as E\nE(session_id=1, expires_at=2, occurred_at=3)": wholes,
    "from shared.contracts.envelope import Envelope\nEnvelope(id=1, type=2, publisher=3, time=4, data=5)": wholes,
    "from services.directory.domain.unit import Unit\nUnit(1, 2, 3, 4, area=5)": wholes,
    'BODY = {"carer": {}, "need": {}, "consents": {}}': wholes,
    'DRAFT = {"carer": {1: 1, 2: 2}, "support": {1: 1, 2: 2}, "consent": {1: 1, 2: 2}}': wholes,
    "def a_referral(): return {}": second_builders,
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_one_is_found(planted: str) -> None:
    """However it is written."""
    assert list(PLANTED[planted](tree_of(planted)))


@pytest.mark.parametrize(
    "let_be",
    [
        'assert opened["name"] == "Frans Provsson"\nassert "191212121212" not in log',
        '@pytest.mark.parametrize("told", [{"identity_number": "191212121212"}])\ndef test_it(told): pass',
        "from services.referral.domain.people import Carer\nCarer(name=1, year_of_birth=2)",
        "from tests.support.builders.directory import a_units_body\ndef a_unit(): return a_units_body(phone=1)",
    ],
)
def test_what_only_looks_like_it_is_let_be(let_be: str) -> None:
    """Facts, halves, and what builds by a builder."""
    assert [each for kind in KINDS for each in kind(tree_of(let_be))] == []
