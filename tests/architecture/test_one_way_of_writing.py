"""What people read is written one way: a time of day with a point, as the Swedish Language Council has it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.promises import spoken

ROOT = Path(__file__).resolve().parents[2]
# what hands a pattern to people; `strftime` and marshmallow's formats write for machines and form controls
FORMATTERS = re.compile(r"format_(?:date)?time\([^)]*?[\"'][^\"']*HH:mm")
A_TIME = re.compile(r"(?<![\dT:+-])(?:[01]?\d|2[0-3]):[0-5]\d(?![\d:])")


def with_a_colon(source: str) -> list[str]:
    """The calls in a text that would write a time of day with a colon."""
    return FORMATTERS.findall(source)


def test_no_page_writes_a_time_with_a_colon() -> None:
    """15.46, on every page of every service."""
    files = [*ROOT.glob("shared/**/*.py"), *ROOT.glob("services/**/*.py"), *ROOT.glob("s*/**/*.html")]
    assert files
    assert {str(file.relative_to(ROOT)): found for file in files if (found := with_a_colon(file.read_text()))} == {}


def test_no_sentence_says_one() -> None:
    """Nor does any Swedish text."""
    assert [text for _, text in spoken() if A_TIME.search(text)] == []


def test_both_checks_see_one() -> None:
    """A planted pattern, and a planted sentence; a moment for machines is none."""
    assert with_a_colon("shown = format_datetime(at, \"d MMMM yyyy 'kl.' HH:mm\")")
    assert A_TIME.search("Vi svarar till 15:46.")
    assert not A_TIME.search("till exempel 2026-03-31T08:00:00+02:00")
