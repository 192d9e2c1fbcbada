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


# what a word was, and what it is now on every page (docs/glossary.md)
NO_LONGER = {
    r"\blevererad": "framme",
    r"\bmottagen\b": "accepterad",
    r"\båterta(g|s\b)": "indragen, of a referral; återkallat, of a consent",
    r"\bförsegla": "dolt",
    r"\blöfte": "frist",
    r"\boöppnad": "inte öppnad",
    r"\bantecknat att du\b": "loggat",
    r"\bspår\b": "logg",
}


def test_one_word_for_one_thing_on_all_pages() -> None:
    """A word that was given up comes back on no page."""
    said = [(old, text) for old in NO_LONGER for _, text in spoken() if re.search(old, text, re.IGNORECASE)]
    assert said == []


def test_a_word_that_comes_back_is_found() -> None:
    """Each of them, in its old use."""
    old = "Levererad. Mottagen. Återtagen. Förseglat. Nästa löfte. Oöppnad. Det är antecknat att du läst. Ett spår."
    assert all(re.search(pattern, old, re.IGNORECASE) for pattern in NO_LONGER)
