"""The glossary's rows, and what is wrong between them, the domain's classes, the pages' words and the standards.

A row is written by a person: class, Swedish as pages say it, the standard's term or "ours", and a meaning.
"""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.kernel.refusals import Refusal
from shared.messaging.asyncapi import every_contract
from tests.support.promises import spoken
from tools.syntax import tree_of

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"
LINK = re.compile(r"\[`(\w+)`\]\(\.\./([\w/.]+\.py)\)")
IN_ITALICS = re.compile(r"(?<!\*)\*([^*\s][^*\n]*)\*(?!\*)")
NOWHERE = "–"
OURS = "ours"
TERMS = ROOT / "tests" / "architecture" / "standard_terms.toml"

Place = tuple[str, str]
"""A class's name, and its file from the root."""


@dataclass(frozen=True)
class Row:
    """A row of any of the tables. ``heading``: the one of the second level that it stands under."""

    heading: str
    cells: tuple[str, ...]

    @property
    def place(self) -> Place | None:
        """The class that the row is about; None for a word."""
        found = LINK.search(self.cells[0])
        return (found[1], found[2]) if found else None


def rows(glossary: str) -> list[Row]:
    """Every row, without the tables' heads."""
    found: list[Row] = []
    heading, lines = "", glossary.splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith("## "):
            heading = line[3:]
        if line.startswith("|") and not line.startswith("|--") and not below.startswith("|--"):
            found.append(Row(heading, tuple(cell.strip() for cell in line.strip("|").split("|"))))
    return found


@cache
def domain() -> dict[Place, str]:
    """Every public class of the services' domain rooms, with its docstring."""
    return {
        (node.name, str(file.relative_to(ROOT))): ast.get_docstring(node) or ""
        for file in sorted(ROOT.glob("services/*/domain/**/*.py"))
        for node in _classes_in(file)
        if not node.name.startswith("_")
    }


@cache
def shown() -> dict[Place, str]:
    """The Swedish sentence of each refusal among them."""
    swedish, found = dict(spoken()), {}
    for name, file in domain():
        each = getattr(importlib.import_module(file.removesuffix(".py").replace("/", ".")), name)
        if isinstance(each, type) and issubclass(each, Refusal):
            found[name, file] = swedish[each.title]
    return found


@cache
def standard_terms() -> frozenset[str]:
    """What a row may name as a standard's: "FHIR Task.status" and the like, and the types of our events."""
    looked_up = tomllib.loads(TERMS.read_text())
    found = {f"{standard} {term}" for standard, terms in looked_up.items() for term in terms}
    return frozenset(found | {f"CloudEvents {each.event_type}" for each in every_contract()})


@cache
def pages() -> str:
    """All that any page says in Swedish, in small letters."""
    return "\n".join(text for _, text in spoken()).lower()


def is_said(word: str) -> bool:
    """Whether some page says it: as it is, or with the article that Swedish puts behind ("målgruppen")."""
    return re.search(rf"(?<!\w){re.escape(word.lower())}(e?n|e?t)?(?!\w)", pages()) is not None if word else False


def troubles(glossary: str, classes: Mapping[Place, str], titles: Mapping[Place, str]) -> list[str]:
    """A sentence for each thing that is wrong. ``classes``: with docstrings; ``titles``: refusals' Swedish."""
    all_rows = rows(glossary)
    places = [row.place for row in all_rows]
    found = [f"{name} of {file} has no row" for name, file in classes if (name, file) not in places]
    found += [f"{name} of {file} has {n} rows" for name, file in classes if (n := places.count((name, file))) > 1]
    found += [f"{file} has no class {name}" for name, file in LINK.findall(glossary) if not _is_there(name, file)]
    found += [f"no page says “{word}”" for word in IN_ITALICS.findall(glossary) if not is_said(word)]
    for row in all_rows:
        found += [f"{row.cells[0]}: {trouble}" for trouble in _of(row, classes, titles)]
    return found


def _of(row: Row, classes: Mapping[Place, str], titles: Mapping[Place, str]) -> Iterator[str]:
    if len(row.cells) != 4 or not all(row.cells):
        yield "four cells are to be filled in"
        return
    place, (_, swedish, standard, meaning) = row.place, row.cells
    title = titles.get(place) if place else None
    if title is not None and swedish != title:
        yield f"the page says “{title}”"
    if title is None and swedish != NOWHERE:
        yield from (f"no page says “{word}”" for word in swedish.split("; ") if not is_said(word))
    if standard != OURS:
        yield from (f"“{term}” is no standard's term" for term in standard.split(", ") if term not in standard_terms())
    if place is not None and place in classes:
        yield from _of_a_class(row, place, meaning, classes[place])


def _of_a_class(row: Row, place: Place, meaning: str, docstring: str) -> Iterator[str]:
    name, file = place
    if row.cells[0] != f"[`{name}`](../{file})":
        yield "the first cell is the class and nothing else"
    if row.heading.lower() != file.split("/")[1]:
        yield f"stands under {row.heading}"
    first = " ".join(docstring.split("\n\n")[0].split())
    if _bare(meaning) in (_bare(first), _bare(re.split(r"(?<=[.!?]) ", first)[0])):
        yield "the meaning is the docstring's"


def _is_there(name: str, file: str) -> bool:
    return (ROOT / file).is_file() and name in {node.name for node in _classes_in(ROOT / file)}


@cache
def _classes_in(file: Path) -> list[ast.ClassDef]:
    return [node for node in tree_of(file.read_text()).body if isinstance(node, ast.ClassDef)]


def _bare(sentence: str) -> str:
    return re.sub(r"\W+", " ", sentence).strip().lower()
