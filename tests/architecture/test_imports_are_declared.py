"""Whatever is imported is declared: no library is there only because another happens to bring it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tools.syntax import tree_of

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = {"services", "shared", "lotsa", "operations", "demo", "tools", "tests"}
# extras of pyproject.toml that are there besides the product's own dependencies, by room
ROOMS = {
    "services": (),
    "shared": (),
    "lotsa": (),
    "operations": (),
    "demo": ("onebox",),
    "tools": ("onebox",),
    "tests": ("onebox", "dev"),
}
# an image of its own, with a lock file of its own (requirements/oidc.in): the trial installation's OpenID provider
OF_OTHER_LOCKS = {"canaille", "openid"}
# there while types are checked, and never at run time
OF_TYPES = {"_typeshed"}


def imported(source: str) -> Iterator[str]:
    """Top-level names of other people's packages that a module imports, wherever in it."""
    for node in ast.walk(tree_of(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        else:
            continue
        for name in names:
            top = name.partition(".")[0]
            if top not in sys.stdlib_module_names and top not in OURS:
                yield top


def plain(requirement: str) -> str:
    """A distribution's name as PyPI compares it, without extras, versions and markers."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]).lower()


def declared(extras: tuple[str, ...]) -> set[str]:
    """Distributions that pyproject.toml names."""
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    asked = [*project["dependencies"], *(each for extra in extras for each in project["optional-dependencies"][extra])]
    return {plain(each) for each in asked}


@pytest.mark.parametrize("room", ROOMS)
def test_whatever_a_room_imports_is_declared(room: str) -> None:
    brought = packages_distributions()
    known = declared(ROOMS[room])
    unsaid = {
        f"{path.relative_to(CHECKOUT)}: {name}"
        for path in sorted((CHECKOUT / room).rglob("*.py"))
        for name in imported(path.read_text(encoding="utf-8"))
        if name not in OF_OTHER_LOCKS | OF_TYPES and not {plain(each) for each in brought.get(name, ())} & known
    }
    assert unsaid == set()


def test_one_that_is_not_declared_would_be_found() -> None:
    assert list(imported("def f():\n    import amqp.connection\n    from os import path\n    from . import x")) == [
        "amqp"
    ]
    assert plain("Flask_Babel[x]>=4 ; sys_platform == 'linux'") == "flask-babel"
