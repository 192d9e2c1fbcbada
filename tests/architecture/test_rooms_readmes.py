"""What a README or another document names is there: files, what links are called, what its Python imports and asks."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rooms import PRODUCT
from tools.syntax import tree_of

ROOT = Path(__file__).resolve().parents[2]
READMES = sorted(file for room in PRODUCT for file in (ROOT / room).rglob("README.md"))
DOCUMENTS = [*READMES, *sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
# it tells what things were called
DOCUMENTS.remove(ROOT / "CHANGELOG.md")
NAMED = re.compile(r"`((?:[a-z_0-9]+/)*[a-z_0-9]+\.(?:py|html|csv|txt))`")


def missing(readme: Path, words: str) -> list[str]:
    """What is named and is neither below the README's folder nor, as a path, below the checkout."""
    there = {str(file) for file in readme.parent.rglob("*")}
    return [
        path
        for path in NAMED.findall(words)
        if not (ROOT / path).exists() and not any(file.endswith("/" + path) for file in there)
    ]


@pytest.mark.parametrize("readme", READMES, ids=lambda file: str(file.parent.relative_to(ROOT)))
def test_what_is_named_is_there(readme: Path) -> None:
    """A module that was moved or renamed is called by its new name."""
    assert missing(readme, readme.read_text(encoding="utf-8")) == []


def test_one_that_is_gone_would_be_found() -> None:
    """The check can fail, and there is something to check."""
    assert len(READMES) >= 5
    assert missing(READMES[0], "see `web/nowhere.py` and `nowhere.py`") == ["web/nowhere.py", "nowhere.py"]


HELD = sorted(
    str(file)
    for room in (*PRODUCT, "tests", "deploy", "docs", "requirements")
    for file in (ROOT / room).rglob("*")
    if file.suffix in {".py", ".html", ".csv", ".txt"}
)
LINK = re.compile(r"\[`?([\w/-]+\.(?:py|md|html|toml))`?\]\(([^)#\s]+)\)")
SAMPLE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def nowhere(words: str) -> list[str]:
    """What a document beside the rooms names, that no room has."""
    named = NAMED.findall(words)
    return [path for path in named if not any(file.endswith("/" + path) for file in HELD)]


def otherwise_called(words: str) -> list[str]:
    """Links that are called a file's name and lead to a file of another."""
    return [called for called, to in LINK.findall(words) if called.rpartition("/")[2] != to.rpartition("/")[2]]


def faults(sample: str) -> Iterator[str]:
    """What a document's Python takes from a module of ours that has it not, asks of a class, or does by hand."""
    tree, taken = tree_of(sample), {}
    for each in ast.walk(tree):
        if isinstance(each, ast.ImportFrom) and (each.module or "").partition(".")[0] in PRODUCT:
            module = importlib.import_module(each.module or "")
            for name in (one.name for one in each.names):
                taken[name] = getattr(module, name, None)
                if taken[name] is None:
                    yield f"{each.module} has no {name}"
    made = {
        each.targets[0].id: taken[each.value.func.id]
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
        if isinstance(each.value, ast.Call) and isinstance(each.value.func, ast.Name) and each.value.func.id in taken
    }
    for each in ast.walk(tree):
        if isinstance(each, ast.Attribute):
            if each.attr == "commit":
                yield "commits by hand"
            of = made.get(each.value.id) if isinstance(each.value, ast.Name) else None
            if of is not None and not hasattr(of, each.attr):
                yield f"{of.__name__} has no {each.attr}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_a_document_names_is_somewhere(document: Path) -> None:
    """Decisions too: who reads why something was done wants to see it."""
    words = document.read_text(encoding="utf-8")
    assert nowhere(words) == []
    assert otherwise_called(words) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_is_shown_to_be_written_can_be_written(document: Path) -> None:
    """Somebody copies it: what it imports is there, and has what is asked of it."""
    found = SAMPLE.findall(document.read_text(encoding="utf-8"))
    assert [fault for sample in found for fault in faults(sample)] == []


def test_each_of_these_would_be_found() -> None:
    """As they were: a file under its earlier name, a link called by one, a sample of an earlier frame."""
    assert nowhere("by night (`nightly.py`), and `every_night.py`") == ["nightly.py"]
    assert otherwise_called("[parked.py](../shared/messaging/receive/parked_messages.py)") == ["parked.py"]
    was = """
from shared.web.api.answers import gone, ok
from shared.web.api.openapi import Api
api = Api("referral", "Lotsa: referrals")
@api.post("/referrals")
def send(body):
    uow.commit()
"""
    assert set(faults(was)) == {"shared.web.api.answers has no gone", "Api has no post", "commits by hand"}
    assert any(SAMPLE.search(document.read_text(encoding="utf-8")) for document in DOCUMENTS)
