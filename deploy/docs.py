"""Writes the documents that are made from the code: the bus in AsyncAPI, and the glossary's list of classes.

    python -m deploy.docs [--check]

With ``--check`` nothing is written, and a document that is not up to date makes the exit status 1.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.onebox.places import CHECKOUT
from deploy.syntax import tree_of
from shared.messaging import asyncapi

GLOSSARY = CHECKOUT / "docs" / "glossary.md"
ASYNCAPI = CHECKOUT / "docs" / "asyncapi.json"
MADE_FROM_HERE = "<!-- From here on made from the docstrings by `make docs`. -->"


def classes() -> Iterator[tuple[str, str, str]]:
    """(file, class, first sentence of its docstring) for every public class of the services' domain rooms."""
    for file in sorted(CHECKOUT.glob("services/*/domain/**/*.py")):
        for node in tree_of(file.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                lines = (ast.get_docstring(node) or "").split("\n\n")[0].split("\n")
                yield str(file.relative_to(CHECKOUT)), node.name, " ".join(line.strip() for line in lines)


def glossary() -> str:
    """The glossary: what a person wrote, then the list of classes."""
    written = GLOSSARY.read_text().split(MADE_FROM_HERE)[0]
    lines = [written.rstrip(), "", MADE_FROM_HERE]
    service = ""
    for file, name, meaning in classes():
        if file.split("/")[1] != service:
            service = file.split("/")[1]
            lines += ["", f"## Classes in `services/{service}/domain`", "| Class | Meaning |", "|---|---|"]
        told = meaning.replace("|", "\\|")
        lines.append(f"| [`{name}`](../{file}) | {told} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the documents, or check that they are as they would be written."""
    made = {GLOSSARY: glossary(), ASYNCAPI: asyncapi.text()}
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(CHECKOUT)} is not up to date: run `make docs`")
        sys.exit(1 if stale else 0)
    for path in stale:
        Path(path).write_text(made[path])
        print(f"wrote {path.relative_to(CHECKOUT)}")


if __name__ == "__main__":
    main()
