"""The files that a room's README names are in that room, under that name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.rooms import PRODUCT

ROOT = Path(__file__).resolve().parents[2]
READMES = sorted(file for room in PRODUCT for file in (ROOT / room).rglob("README.md"))
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
