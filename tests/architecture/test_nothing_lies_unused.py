"""What the product defines, the product uses: what only tests ask for says why it is there."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator

import pytest

from operations.checkout import CHECKOUT
from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

# who else calls it, or why it is there before anybody does
ASKED_BY_OTHERS = {
    "advance": "a clock that stands still, for tests",
    "restart_immediately": "the demonstration's PostgreSQL, for tests of faults",
    "tree_of": "for the checks that read code",
    "decode_bundle": "the other half of what is written for ever, held against it",
    "erase_name": "an operator's, from Python: services/audit/README.md",
    "destroy": "keys of one referral, as erasing will: README.md, under what is not here yet",
    "DirectoryIsThereV1": "a version that is not told any more, and read for ever",
    "NoticeQueued": "an event that is not told any more, and read for ever (decision 26)",
    "get_audiences": "authlib's",
    "get_extra_claims": "authlib's",
    "get_jwks": "authlib's",
    "getfile": "werkzeug's request",
    "setup": "nameko's extension",
    "get_translations": "flask-babel's",
    "Meta": "marshmallow's",
    "_serialize": "marshmallow's",
    "_format_error": "marshmallow's",
}
BESIDE_CODE = ("*.html", "*.toml", "*.yml", "*.js", "*.conf", "Makefile", "*Dockerfile")


def defined(tree: ast.Module) -> Iterator[str]:
    """Functions, classes and constants of a module that no decorator hangs up somewhere."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not is_hung_up(node) and not node.name.startswith("__"):
            yield node.name
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield from (each.id for each in node.targets if isinstance(each, ast.Name) and not each.id.startswith("__"))


def is_hung_up(node: ast.FunctionDef | ast.ClassDef) -> bool:
    """Whether a decorator has it found by where it stands: a route, a reaction, a command. ``dataclass`` does not."""
    return any(not ast.unparse(each).startswith("dataclass") for each in node.decorator_list)


def used(tree: ast.Module) -> Iterator[str]:
    """Whatever a module reads by name: as itself, of something, as an argument's name, or in a short text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 80:
            yield from re.findall(r"\w+", node.value)


def unused(modules: Iterable[tuple[str, ast.Module]], beside: frozenset[str] = frozenset()) -> dict[str, str]:
    """What is defined and read nowhere, with its module; ``beside``: words of what is no Python."""
    read = [(path, tree) for path, tree in modules]
    asked = {name for _, tree in read for name in used(tree)} | beside
    return {
        name: path for path, tree in read if "/migrations/" not in path for name in defined(tree) if name not in asked
    }


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """Of the whole product; migrations use, and are themselves found by where they lie."""
    listed = subprocess.run(
        ["git", "ls-files", "--", *PRODUCT, *BESIDE_CODE],
        cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=60,
    ).stdout.split()  # fmt: skip
    words = [
        (CHECKOUT / path).read_text(encoding="utf-8")
        for path in listed
        if path.endswith((".html", ".toml", ".yml", ".js", ".conf", "file")) and not path.startswith("tests/")
    ]
    modules = [
        (path, tree_of((CHECKOUT / path).read_text(encoding="utf-8")))
        for path in listed
        if path.endswith(".py") and path.partition("/")[0] in PRODUCT
    ]
    return unused(modules, frozenset(re.findall(r"\w+", " ".join(words))))


def test_what_is_defined_is_used(found: dict[str, str]) -> None:
    """By the product itself, or it is on the list above with its reason."""
    assert {name: path for name, path in found.items() if name not in ASKED_BY_OTHERS} == {}


def test_the_list_is_of_what_is_there(found: dict[str, str]) -> None:
    """A row whose thing is gone, or used by now, goes."""
    assert sorted(set(ASKED_BY_OTHERS) - set(found)) == []


def test_what_is_unused_would_be_found() -> None:
    """As they were: an export written in a second way, and a span that was said in another place."""
    was = tree_of("SAID_EVERY = 10\ndef write_zip(files, stream): ...\ndef zip_pieces(files): ...\nzip_pieces([])\n")
    assert set(unused([("layout.py", was)])) == {"SAID_EVERY", "write_zip"}
