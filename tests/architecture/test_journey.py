"""docs/journey.md follows one referral, file by file; each step must still be where the page says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JOURNEY = ROOT / "docs" / "journey.md"

# `path/to/file.py` or `path/to/file.py:name`
STEP = re.compile(r"`((?:services|shared|deploy)/[\w/.]+\.(?:py|html))(?::(\w+))?`")


def steps() -> list[tuple[str, str]]:
    """Every (file, name) the journey passes; name is empty when the step is a whole file."""
    return STEP.findall(JOURNEY.read_text())


def test_the_journey_passes_every_service() -> None:
    """A journey that leaves out a service is not the whole way."""
    passed = {file.split("/")[1] for file, _ in steps() if file.startswith("services/")}
    assert passed == {"referral", "directory", "notifications", "audit"}


@pytest.mark.parametrize(("file", "name"), steps() or [("docs/journey.md", "missing")])
def test_each_step_is_where_the_journey_says(file: str, name: str) -> None:
    """The file exists, and defines the name the step speaks of."""
    text = (ROOT / file).read_text()
    if name:
        assert re.search(rf"(?:def|class) {name}\b|^{name}\b", text, re.MULTILINE), f"{file} has no {name}"
