"""Finds what a room says to people: marked messages, and those that refusals and schemas carry unmarked."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir

from deploy.syntax import tree_of

Key = tuple[str, ...]
METHODS = [
    ("**/migrations/**.py", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    "_l": None,
    "says": None,
    "pgettext": ((1, "c"), 2),
}
SOURCES = (".py", ".html", ".txt", ".json")


def messages_of(folder: Path) -> dict[Key, str]:
    """Every message of a folder → the file and line that says it."""
    found: dict[Key, str] = {}
    if not folder.is_dir():
        return found
    for name, line, message, _comments, _context in extract_from_dir(folder, METHODS, {}, KEYWORDS):
        key = tuple(each for each in message if each) if isinstance(message, tuple | list) else (message,)
        if key and key[0]:
            found.setdefault(key, f"{name}:{line}")
    trees = {path: tree_of(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))}
    refusals = {name for tree in trees.values() for name in _refusals(tree)} | KERNEL_REFUSALS
    for path, tree in trees.items():
        for line, text in _unmarked(tree, refusals):
            found.setdefault((text,), f"{path.relative_to(folder)}:{line}")
    return found


KERNEL_REFUSALS = frozenset(
    {"Refusal", "Invalid", "NotAllowed", "NotThere", "Conflict", "AlreadyInProgress", "VersionHasMoved"}
)


def _refusals(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _attribute(node, "title") and _looks_like_a_refusal(node):
            yield node.name


def _looks_like_a_refusal(node: ast.ClassDef) -> bool:
    return bool(_attribute(node, "slug")) or any("Refusal" in ast.unparse(base) for base in node.bases)


def _attribute(node: ast.ClassDef, name: str) -> ast.Constant | None:
    for each in node.body:
        if not isinstance(each, ast.Assign | ast.AnnAssign):
            continue
        targets = each.targets if isinstance(each, ast.Assign) else [each.target]
        value = each.value
        if any(isinstance(target, ast.Name) and target.id == name for target in targets) and _is_text(value):
            assert isinstance(value, ast.Constant)
            return value
    return None


def _unmarked(tree: ast.AST, refusals: frozenset[str] | set[str]) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _looks_like_a_refusal(node):
            title = _attribute(node, "title")
            if title is not None:
                yield title.lineno, str(title.value)
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if (name in refusals or name == "ValidationError") and node.args:
                yield from _texts(node.args[0])
            for keyword in node.keywords:
                if (
                    keyword.arg == "error"
                    or (keyword.arg == "fields" and name in refusals)
                    or keyword.arg == "error_messages"
                ):
                    yield from _texts(keyword.value)


def _texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts of a literal: of a dict its values, of a choice both sides."""
    if _is_text(node):
        assert isinstance(node, ast.Constant)
        if str(node.value).strip():
            yield node.lineno, str(node.value)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _texts(value)
    elif isinstance(node, ast.List | ast.Tuple):
        for value in node.elts:
            yield from _texts(value)
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def _is_text(node: object) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def speaks_of(folder: Path, text: str) -> bool:
    """Whether a text stands anywhere in a folder's sources, though not marked where it is used (words kept as data)."""
    return text in _words(folder)


@cache
def _words(folder: Path) -> frozenset[str]:
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(tree_of(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    for path in folder.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        found.update(source.split('"')[1::2])
        found.update(source.split("'")[1::2])
    return frozenset(found)
