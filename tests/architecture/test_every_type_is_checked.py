"""The product is typed whole and strictly; where one line is let off, it says why."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PRODUCT = ("services", "shared", "lotsa", "operations", "demo", "tools")
_LET_OFF = re.compile(r"#\s*type:\s*ignore(?P<codes>\[[\w, -]+\])?(?P<reason>\s+#\s*\S.*\w.*)?")


def unreasoned(source: str) -> list[str]:
    """The lines that mypy is told to pass over without it being said what it would say, and why that is well."""
    return [
        line.strip()
        for line in source.splitlines()
        if (found := _LET_OFF.search(line)) and not (found["codes"] and found["reason"])
    ]


def _settings() -> dict[str, object]:
    with (CHECKOUT / "pyproject.toml").open("rb") as file:
        mypy: dict[str, object] = tomllib.load(file)["tool"]["mypy"]
    return mypy


def test_mypy_looks_at_the_whole_product_and_strictly() -> None:
    settings = _settings()
    assert settings["strict"] is True
    assert sorted(settings["files"]) == sorted(PRODUCT)  # type: ignore[call-overload]  # read from a file
    assert not settings.keys() & {"exclude", "ignore_errors", "follow_imports"}


def test_no_room_is_let_off_more_than_libraries_without_types() -> None:
    allowed = {"module", "ignore_missing_imports", "disallow_subclassing_any"}
    for override in _settings()["overrides"]:  # type: ignore[attr-defined]  # read from a file
        assert set(override) <= allowed, override
        ours = [each for each in override["module"] if each.split(".")[0] in PRODUCT]
        assert not (ours and "ignore_missing_imports" in override), override


def test_each_line_that_is_let_off_says_why() -> None:
    found = {
        str(path.relative_to(CHECKOUT)): lines
        for room in PRODUCT
        for path in sorted((CHECKOUT / room).rglob("*.py"))
        if (lines := unreasoned(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "x = 1  # type: ignore",
        "x = 1  # type: ignore[misc]",
        "x = 1  # type: ignore  # why",
        "x = 1  # type: ignore[misc] #",
    ],
)
def test_a_line_without_its_reason_is_found(line: str) -> None:
    assert unreasoned(line) == [line.strip()]


def test_a_line_with_its_reason_is_let_off() -> None:
    assert unreasoned("x = 1  # type: ignore[misc]  # the library says no types") == []
