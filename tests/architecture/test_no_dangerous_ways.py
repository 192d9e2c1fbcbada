"""Nothing of the product runs what it was told, starts a shell, reads XML, or thaws objects; pages escape."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

ROOT = Path(__file__).resolve().parents[2]
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "render_template_string"}
MODULES = (
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "xml",
    "lxml",
    "defusedxml",
    "ldap",
    "ldap3",
    "memcache",
    "yaml",
    "jinja2.sandbox",
)
# how long to wait before trying again, so that not all try at once
WAITS = ("services/notifications/processes/deliver_notices.py", "shared/messaging/receive/handler.py")
SHOWN = re.compile(r"\|\s*safe\b|autoescape\s+false")
SCRIPTED = re.compile(
    r"\.(innerHTML|outerHTML)\b|insertAdjacentHTML|document\.write|\beval\(|new Function\(|postMessage|__proto__"
)


def troubles(source: str) -> Iterator[str]:
    """What a program does that it must not."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in CALLS:
                yield name
            if name == "Markup" and node.args and not isinstance(node.args[0], ast.Constant):
                yield "Markup of what is not written here"
            if any(word.arg == "shell" and ast.unparse(word.value) != "False" for word in node.keywords):
                yield "a shell"
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            yield from (name for name in names if name.split(".")[0] in MODULES or name in MODULES)


def by_address(source: str) -> list[int]:
    """The lines in which a program asks for an object's address."""
    return [
        node.lineno
        for node in ast.walk(tree_of(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"id", "builtins.id"}
    ]


def files(*endings: str) -> Iterator[Path]:
    """The product's own files."""
    for room in PRODUCT:
        yield from (
            path for path in sorted((ROOT / room).rglob("*")) if path.suffix in endings and "vendor" not in path.parts
        )


def test_no_program_does() -> None:
    """Neither dynamic code, nor a shell, nor XML, nor objects out of bytes; markup only of what stands in the code."""
    found = {str(path.relative_to(ROOT)): list(troubles(path.read_text())) for path in files(".py")}
    assert {path: what for path, what in found.items() if what} == {}
    assert len(found) > 300


def test_nothing_is_named_after_where_it_lies_in_memory() -> None:
    """``id()`` is given to the next object once this one is gone: no name, no key of a mapping is made of it."""
    found = {str(path.relative_to(ROOT)): by_address(path.read_text()) for path in files(".py")}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_nothing_that_must_not_be_guessed_comes_from_a_die() -> None:
    """Python's ``random`` is for invented people alone; keys, tokens and ids are of ``secrets`` and the system."""
    found = [
        str(path.relative_to(ROOT))
        for path in files(".py")
        if re.search(r"^\s*(import random|from random)\b", path.read_text(), re.MULTILINE)
    ]
    assert [path for path in found if not path.startswith("demo/seed/") and path not in WAITS] == []


def test_no_template_writes_unescaped() -> None:
    """What comes from people is escaped by Jinja, everywhere."""
    found = {str(path.relative_to(ROOT)): SHOWN.findall(path.read_text()) for path in files(".html")}
    assert {path: what for path, what in found.items() if what} == {}
    assert len(found) > 40


def test_no_script_makes_markup_or_code() -> None:
    """Text goes into pages as text, and no message of another window is listened to."""
    found = {str(path.relative_to(ROOT)): SCRIPTED.findall(path.read_text()) for path in files(".js")}
    assert {path: what for path, what in found.items() if what} == {}
    assert found


def test_each_would_be_seen() -> None:
    """A planted one of each."""
    planted = "import pickle\nfrom xml import sax\neval(x)\nMarkup(name)\nsubprocess.run(x, shell=True)\nos.system(x)"
    assert len(list(troubles(planted))) == 6
    assert list(troubles('Markup("<b>{}</b>").format(x)')) == []
    assert by_address('name = f"look_{id(self)}"') == [1]
    assert by_address("name = self.id(row)") == []
    assert SHOWN.search("{{ name | safe }}")
    assert SCRIPTED.search("field.innerHTML = name")
