"""The words that are read out: kept for ever as they were, short enough to be heard, and saying what they must."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from shutil import copytree
from uuid import UUID

import pytest
from babel.messages.pofile import read_po

from services.referral.domain.consent.texts import (
    CONSENT_TEXTS,
    DOCUMENTS,
    a_year_after,
    consent_text,
    text_of,
)
from services.referral.domain.people import Subject
from services.referral.domain.recipient import NamedRecipient
from shared.kernel.identity import UnitId
from tests.support.keystrokes import WORDS_READ_ALOUD_A_MINUTE

ROOT = Path(__file__).resolve().parents[3]
# every version that has been read out to anybody: each of its documents, as it was said
READ_OUT: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "consent_texts.json").read_text("utf-8"))
TODAY = date(2026, 11, 29)
SODERMALM = NamedRecipient(area="0180-sodermalm", name="Stockholm, Södermalm")


def changed(documents: Path) -> list[str]:
    """The documents that are not, byte for byte, as they were frozen: changed, gone, or new and in no list."""
    frozen = {
        f"{version}/{name}.txt": f"{words}\n".encode()
        for version, each in READ_OUT.items()
        for name, words in each.items()
    }
    lying = {str(each.relative_to(documents)): each.read_bytes() for each in documents.rglob("*") if each.is_file()}
    return sorted(name for name in frozen.keys() | lying.keys() if frozen.get(name) != lying.get(name))


def test_no_text_that_has_been_read_out_is_ever_changed() -> None:
    """A change is a new version beside it: somebody's consent rests on the very words, in their very language."""
    assert changed(DOCUMENTS) == []
    assert all("\n" not in words for each in READ_OUT.values() for words in each.values()), "one paragraph"
    assert {text.version for text in CONSENT_TEXTS} == set(READ_OUT), "each is a text that can be read out"
    assert all(text.languages[0] == "sv" for text in CONSENT_TEXTS)


@pytest.mark.parametrize("about", Subject)
@pytest.mark.parametrize(
    ("document", "before", "after"),
    [
        ("sv.txt", "det när du vill", "det aldrig när du vill"),
        ("en.txt", "any time", "any day"),
        ("recipient.sv.txt", "kommunens", "regionens"),
        ("recipient.en.txt", "municipality's", "region's"),
    ],
)
def test_a_planted_word_is_found(about: Subject, document: str, before: str, after: str, tmp_path: Path) -> None:
    """Of today's texts, each in each language, and how they name whom they are for."""
    name = f"{consent_text(about, TODAY).version}/{document}"
    planted = copytree(DOCUMENTS, tmp_path / "texts") / name
    assert before in planted.read_text("utf-8")
    planted.write_text(planted.read_text("utf-8").replace(before, after), "utf-8")
    assert changed(tmp_path / "texts") == [name]
    planted.unlink()
    (planted.parent / "draft.txt").write_text("Får vi?\n", "utf-8")
    assert changed(tmp_path / "texts") == sorted([name, f"{planted.parent.name}/draft.txt"])


def sentences(words: str) -> list[str]:
    """What a text says, sentence by sentence, and without whom it names, part by part."""
    parts = [part.strip(" ,") for part in re.split(r"[.?]|%\(\w+\)s", words)]
    return [part for part in parts if len(part.split()) > 1]


def said_by_catalogues() -> str:
    """Every message and every translation of the product, one a line."""
    found = []
    for file in sorted(ROOT.glob("*/**/*.po")):
        if file.relative_to(ROOT).parts[0] in ("services", "shared"):
            with file.open("rb") as source:
                for message in read_po(source):
                    for said in (message.id, message.string):
                        found += list(said) if isinstance(said, tuple | list) else [said]
    return "\n".join(map(str, found))


def test_no_catalogue_says_anything_of_what_is_read_out() -> None:
    """A translator's slip cannot change what somebody says yes to: no sentence of it passes through a catalogue."""
    catalogues = said_by_catalogues()
    assert "Kontrollera uppgifterna" in catalogues
    parts = {part for each in READ_OUT.values() for words in each.values() for part in sentences(words)}
    assert len(parts) > 30
    assert not sorted(part for part in parts if part in catalogues)


def test_a_sentence_in_a_catalogue_would_be_found() -> None:
    """Each text and each naming of a recipient is broken into what would be found."""
    for each in READ_OUT.values():
        for words in each.values():
            assert sentences(words)
            assert all(part in words for part in sentences(words))


def test_a_text_names_its_recipient_in_its_own_words() -> None:
    """The carer support in a place, in the text's language; a unit by its name; a place by its name, however known."""
    text = consent_text(Subject.CARER, TODAY)
    assert text.named(SODERMALM, "sv") == "kommunens anhörigstöd i Stockholm, Södermalm"
    told = "the municipality's carer support in Stockholm, Södermalm"
    assert text.named(SODERMALM, "en") == text.named(NamedRecipient(area="0180-sodermalm"), "en") == told
    assert text.named(NamedRecipient(unit_id=UnitId(UUID(int=1)), name="Anhörigcenter"), "sv") == "Anhörigcenter"
    assert f"till {text.named(SODERMALM, 'sv')}, och" in text.said(SODERMALM, "sv")
    assert "%(recipient)s" in text.said(None, "sv")
    assert text_of("carer-2026-1").said(SODERMALM, "sv") == READ_OUT["carer-2026-1"]["sv"], "it names nobody"  # type: ignore[union-attr]


@pytest.mark.parametrize("about", Subject)
@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_is_heard_in_half_a_minute(about: Subject, language: str) -> None:
    """At an ordinary pace, with the recipient's name in it; and nothing in it points at a screen."""
    said = consent_text(about, TODAY).said(SODERMALM, language)
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
