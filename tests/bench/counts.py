"""What `make house` counts in the source of a checkout: circles, types, commits, paths, sizes."""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import grimp

from tools.syntax import tree_of

LONGEST = 250
LONG_MODULES = "docs/decisions/0041-long-modules.md"
_NAMED_AS_LONG = re.compile(r"^\| `([^`|]+)` \| ([^|]+) \|$", re.MULTILINE)
# addresses that begin at the root of a service, or of what all services share
_ROOTED = re.compile(r"/(?:api|audit|directory|notifications|referral)(?:[/?#]|$)")
_IN_A_TEMPLATE = re.compile(r"""(?:["'])(?:/(?:api|audit|directory|notifications|referral)(?:[/?#][^"']*)?)(?:["'])""")
# where a path is given its name (in OpenAPI too), or a request's own is looked at
_NAMING_WORDS = {"url_prefix", "static_url_path", "servers"}
_NAMING_CALLS = {"get", "post", "put", "patch", "delete", "route", "add_url_rule", "startswith"}


def rooms(checkout: Path) -> list[str]:
    """The packages that are the product: those whose imports are held by contract."""
    names: list[str] = _project(checkout)["tool"]["importlinter"]["root_packages"]
    return names


def modules(checkout: Path) -> list[Path]:
    """Every Python file of the product that says anything, relative to the checkout."""
    files = (file for room in rooms(checkout) for file in sorted((checkout / room).rglob("*.py")))
    return [file.relative_to(checkout) for file in files if lines_of(file) > 1]


def lines_of(file: Path) -> int:
    """How long a file is."""
    return len(file.read_text(encoding="utf-8").splitlines())


def circles(imports: Collection[tuple[str, str]]) -> list[list[str]]:
    """Modules or folders beside each other that import each other in a circle; of each circle all who stand in it.

    ``imports``: (importer, imported), by dotted names. What two modules of different folders do, their folders do.
    """
    beside: dict[str, set[tuple[str, str]]] = {}
    for importer, imported in imports:
        one, other = importer.split("."), imported.split(".")
        shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
        if shared is not None:
            above = ".".join(one[:shared])
            beside.setdefault(above, set()).add((".".join(one[: shared + 1]), ".".join(other[: shared + 1])))
    return [circle for _, edges in sorted(beside.items()) for circle in _tied(edges)]


def _tied(edges: set[tuple[str, str]]) -> list[list[str]]:
    onwards: dict[str, set[str]] = {}
    for importer, imported in edges:
        onwards.setdefault(importer, set()).add(imported)
    reach = {each: _reached(each, onwards) for each in onwards}
    tied = {
        each: sorted(other for other in there if each in reach.get(other, ()))
        for each, there in reach.items()
        if each in there
    }
    return sorted({tuple(circle): circle for circle in tied.values()}.values())


def _reached(start: str, onwards: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = onwards.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def imports_of(packages: Sequence[str]) -> set[tuple[str, str]]:
    """Who imports whom in these packages, (importer, imported), also where it is for types alone."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    return {(each, other) for each in graph.modules for other in graph.find_modules_directly_imported_by(each)}


def strictly_typed(checkout: Path) -> tuple[int, int]:
    """Lines of the product that mypy looks at strictly, and lines of the product."""
    mypy = _project(checkout)["tool"]["mypy"]
    looked_at = tuple(mypy["files"]) if mypy.get("strict") else ()
    lenient = {name for each in mypy.get("overrides", ()) if each.get("ignore_errors") for name in each["module"]}
    found = [(file, lines_of(checkout / file)) for file in modules(checkout)]
    strict = sum(
        lines
        for file, lines in found
        if any(file.is_relative_to(room) for room in looked_at) and ".".join(file.with_suffix("").parts) not in lenient
    )
    return strict, sum(lines for _, lines in found)


def let_off(checkout: Path) -> int:
    """Lines that tell mypy to pass over them; tests/architecture/test_every_type_is_checked.py has each say why."""
    return sum(
        "# type: ignore" in line for file in modules(checkout) for line in (checkout / file).read_text().splitlines()
    )


def commits(checkout: Path) -> list[str]:
    """Each `.commit()` that is written by hand in a service's web room, as file:line."""
    files = sorted(checkout.glob("services/*/web/**/*.py"))
    return [
        f"{file.relative_to(checkout)}:{node.lineno}"
        for file in files
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]


def written_paths(checkout: Path) -> tuple[list[str], list[str]]:
    """Paths that are written out where a name would do, in Python and in templates, as file:line.

    In Python: a text that begins at a service's root, or an f-string that goes on from a constant. Not counted is where
    a path is given its name: a route, a prefix, a table of routes.
    """
    python, templates = [], []
    for room in ("services", "shared"):
        for file in sorted((checkout / room).rglob("*.py")):
            python += [f"{file.relative_to(checkout)}:{line}" for line in paths_in(_tree(file))]
        for file in sorted((checkout / room).rglob("templates/**/*.html")):
            where = str(file.relative_to(checkout))
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
                templates += [f"{where}:{number}"] * len(_IN_A_TEMPLATE.findall(line))
    return python, templates


def paths_in(tree: ast.AST) -> list[int]:
    """The lines of one module's paths, see `written_paths`."""
    naming = {id(inner) for each in _namings(tree) for inner in ast.walk(each)}
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return sorted(
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and id(node) not in naming | said and _is_a_path(node)
    )


def _is_a_path(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return bool(_ROOTED.match(text))
        case ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id=name)), ast.Constant(value=str(rest)), *_]):
            return name.isupper() and rest.startswith("/")
    return False


def _namings(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg=str(word), value=value) if word in _NAMING_WORDS:
                yield value
            case ast.Call(func=ast.Attribute(attr=name), args=[first, *_]) if name in _NAMING_CALLS:
                yield first
            case ast.For(iter=ast.Tuple() as table):
                yield table
            # what services call each other's pages: shared/vocabulary/page_addresses.py
            case ast.AnnAssign(target=ast.Name(id="PAGES"), value=ast.Dict() as table):
                yield table


def sizes(checkout: Path) -> tuple[list[tuple[int, str]], float]:
    """Modules over the longest length, the longest first, by their lines; and the median of all."""
    found = [(lines_of(checkout / file), str(file)) for file in modules(checkout)]
    long = [each for each in found if each[0] > LONGEST]
    return sorted(long, reverse=True), statistics.median(lines for lines, _ in found)


def named_as_long(checkout: Path) -> dict[str, str]:
    """The modules that a decision lets be longer, each with its reason, as its table has them."""
    return dict(_NAMED_AS_LONG.findall((checkout / LONG_MODULES).read_text(encoding="utf-8")))


def summed(places: Iterable[str]) -> dict[str, int]:
    """How many of the places lie in each file, the most first."""
    counted: dict[str, int] = {}
    for place in places:
        file = place.rpartition(":")[0]
        counted[file] = counted.get(file, 0) + 1
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


@cache
def _tree(file: Path) -> ast.Module:
    return tree_of(file.read_text(encoding="utf-8"))


def _project(checkout: Path) -> dict[str, Any]:
    with (checkout / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def files_of_a_step(checkout: Path) -> list[str]:
    """The files that the step of docs/adding-a-step.md touches: those in the second column of its table."""
    page = (checkout / "docs/adding-a-step.md").read_text(encoding="utf-8")
    return re.findall(r"^\|[^|]*\| `([^`|]+)` \|", page, re.MULTILINE)
