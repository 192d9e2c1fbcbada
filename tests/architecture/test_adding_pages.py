"""The lists of paths in docs/adding-….md lead to what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs").glob("adding-*.md"))
PATH = re.compile(r"`((?:services|shared|tests|docs|tools|demo|operations|lotsa)/[^`\s]+)`")
# what is to be filled in; and Finnish, the language that is added as an example
OPEN = re.compile(r"<[^>/]*>|(?<=/)fi(?=/|$)")


def named(page: str) -> list[str]:
    """Every path that a page names, with what is to be filled in as a wildcard."""
    return [OPEN.sub("*", path) for path in PATH.findall(page)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_path_is_there(page: Path) -> None:
    """As it is written, or for some service, subject or language."""
    paths = named(page.read_text(encoding="utf-8"))
    assert len(paths) >= 5, "the pattern no longer finds them"
    assert [path for path in paths if not list(ROOT.glob(path.rstrip("/")))] == []


def test_one_that_is_gone_would_be_found() -> None:
    """The check can fail."""
    [path] = named("see `services/<service>/web/<subject>/nowhere.py`")
    assert not list(ROOT.glob(path))
