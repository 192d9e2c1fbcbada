"""Each service's migrations follow one another, one by one: two that grew at the same time would stop all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.settings import SERVICES

ROOT = Path(__file__).resolve().parents[2]


def troubles(steps: list[tuple[str, str]]) -> list[str]:
    """What is wrong with steps in their files' order, each a file's name and its text."""
    found, before = [], "None"
    for name, text in steps:
        revision, down = (re.search(rf"^{each} = (\S+)$", text, re.MULTILINE) for each in ("revision", "down_revision"))
        if revision is None or down is None or revision[1] != f'"{name[:4]}"' or down[1] != before:
            found.append(f"{name} does not follow {before}")
        before = revision[1] if revision else before
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_each_follows_the_one_before(service: str) -> None:
    """Numbered as their files are, from the first on."""
    files = sorted((ROOT / f"services/{service}/migrations/versions").glob("[0-9]*.py"))
    assert files
    assert troubles([(file.name, file.read_text()) for file in files]) == []


def test_two_with_one_number_would_be_seen() -> None:
    """As when two branches each add the next."""
    first = ("0001_a.py", 'revision = "0001"\ndown_revision = None\n')
    second = 'revision = "0002"\ndown_revision = "0001"\n'
    assert troubles([first, ("0002_b.py", second)]) == []
    assert troubles([first, ("0002_b.py", second), ("0002_c.py", second)]) == ['0002_c.py does not follow "0002"']
