"""Every word of the domain stands in the glossary, linked to its class."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from deploy.syntax import tree_of

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "glossary.md"


def classes_in_the_domain() -> dict[str, str]:
    """Every public class in the services' domain rooms, and the file it is defined in."""
    found = {}
    for file in sorted(ROOT.glob("services/*/domain/**/*.py")):
        for node in tree_of(file.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[f"{node.name} {file.relative_to(ROOT)}"] = node.name
    return found


def words_in(glossary: str) -> set[tuple[str, str]]:
    """(class, file) of every link of the form [`Class`](../path.py)."""
    return set(re.findall(r"\[`(\w+)`\]\(\.\./([\w/.]+\.py)\)", glossary))


def test_every_domain_class_is_in_the_glossary() -> None:
    """A class in domain/ that the glossary does not explain is a word nobody agreed on."""
    written = words_in(GLOSSARY.read_text())
    missing = [place for place in classes_in_the_domain() if tuple(place.split(" ")) not in written]
    assert not missing, f"docs/glossary.md lacks: {missing}"


def test_every_glossary_link_leads_to_its_class() -> None:
    """A link to a class that is gone is a lie."""
    for name, file in words_in(GLOSSARY.read_text()):
        place = ROOT / file
        assert place.is_file(), f"{file} is gone"
        defined = {node.name for node in tree_of(place.read_text()).body if isinstance(node, ast.ClassDef)}
        assert name in defined, f"{file} no longer defines {name}"


def test_the_check_sees_a_missing_word() -> None:
    """The first check can fail: a glossary without words lacks every class."""
    assert classes_in_the_domain()
    assert not words_in("| Carer | anhörig | who gives support |")


def test_the_made_documents_are_up_to_date() -> None:
    """The glossary's list of classes says what their docstrings say today."""
    from deploy.docs import glossary

    assert GLOSSARY.read_text() == glossary(), "run `make docs`"
