"""The words that are read out: kept for ever as they were, short enough to be heard, and saying what they must."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.referral.domain.consent.texts import CONSENT_TEXTS, DOCUMENTS, a_year_after, consent_text, text_of
from services.referral.domain.people import Subject
from tests.support.keystrokes import WORDS_READ_ALOUD_A_MINUTE

# every version that has been read out to anybody, in each language, as it was said
READ_OUT: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "consent_texts.json").read_text("utf-8"))
TODAY = date(2026, 11, 29)
PLACE = {
    "sv": "kommunens anhörigstöd i Stockholm, Södermalm",
    "en": "the municipality's carer support in Stockholm, Södermalm",
}


def test_no_text_that_has_been_read_out_is_ever_changed() -> None:
    """A change is a new version beside it: somebody's consent rests on the very words, in their very language."""
    assert {text.version: dict(text.words) for text in CONSENT_TEXTS} == READ_OUT


def test_each_document_is_a_text_that_is_listed_and_nothing_else_lies_there() -> None:
    """One paragraph in a file of its own, ending as a file does; no document that no list knows, and no draft."""
    listed = {
        f"{text.version}/{language}.txt": words for text in CONSENT_TEXTS for language, words in text.words.items()
    }
    lying = {str(each.relative_to(DOCUMENTS)): each for each in DOCUMENTS.rglob("*") if each.is_file()}
    assert sorted(lying) == sorted(listed)
    for name, words in listed.items():
        assert lying[name].read_bytes() == f"{words}\n".encode()
        assert "\n" not in words
    assert all(text.languages[0] == "sv" for text in CONSENT_TEXTS)


@pytest.mark.parametrize("about", Subject)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_heard_in_half_a_minute(about: Subject, language: str) -> None:
    """At an ordinary pace, with the recipient's name in it; and nothing in it points at a screen."""
    said = READ_OUT[consent_text(about, TODAY).version][language] % {"recipient": PLACE[language]}
    assert len(said.split()) / WORDS_READ_ALOUD_A_MINUTE * 60 < 30
    assert not [word for word in ("står här", "written here", "här ovan") if word in said]


@pytest.mark.parametrize("about", Subject)
def test_it_says_to_whom_how_long_and_how_to_take_it_back(about: Subject) -> None:
    """In both languages; what is passed on, and what for, differs between the two people."""
    said = READ_OUT[consent_text(about, TODAY).version]
    for language, words in {
        "sv": ("%(recipient)s", "ersätter dem", "annan kommun", "ditt namn", "stöd", "ett år", "ta tillbaka"),
        "en": ("%(recipient)s", "stands in", "another municipality", "your name", "support", "a year", "take it back"),
    }.items():
        assert not [word for word in words if word not in said[language]], language


def test_on_each_day_there_is_one_text_for_each_person() -> None:
    """Periods meet without a gap, and the newest has no end."""
    for about in Subject:
        texts = [text for text in CONSENT_TEXTS if text.about is about]
        assert [text.valid_to for text in texts] == [text.valid_from for text in texts[1:]] + [None]
        assert consent_text(about, TODAY) is texts[-1]
        assert text_of(texts[0].version) is texts[0], "an old one can still be shown"
    assert text_of("nonsense") is None


@pytest.mark.parametrize(
    ("given", "ends"),
    [("2026-11-29", "2027-11-29"), ("2027-06-01", "2028-06-01"), ("2028-02-29", "2029-03-01")],
)
def test_a_year_is_a_year(given: str, ends: str) -> None:
    """To the same day and hour, leap years too."""
    at = datetime.fromisoformat(f"{given}T10:30:00").replace(tzinfo=UTC)
    assert a_year_after(at).isoformat() == f"{ends}T10:30:00+00:00"
