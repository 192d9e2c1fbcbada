"""The words that a person was read before they said yes. A text that has been read out stays for ever as it was.

They are documents, one file for each version and language (``data/consent_texts/<version>/<language>.txt``, UTF-8, one
paragraph); a change is a new version beside it.

``%(recipient)s`` in a text is whom the consent is for: a municipality's carer support or one unit of it, never civil
society, which is outside the secrecy act and needs words of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from services.referral.domain.people import Subject
from shared.vocabulary.languages import SWEDISH

DOCUMENTS = Path(__file__).resolve().parents[2] / "data" / "consent_texts"
LONGEST = timedelta(days=2 * 365)
LEAP_DAY = (2, 29)


def two_years_after(moment: datetime) -> datetime:
    """The longest that any consent lasts."""
    return moment + LONGEST


def a_year_after(moment: datetime) -> datetime:
    """The same moment of the year after; of 29 February, 1 March."""
    if (moment.month, moment.day) == LEAP_DAY:
        return moment.replace(year=moment.year + 1, month=3, day=1)
    return moment.replace(year=moment.year + 1)


@dataclass(frozen=True)
class ConsentText:
    """One version of the words. ``words``: what is read out, by language (BCP 47).

    ``longest``: until when, at the latest, a consent lasts that was given to these words at a moment. A text that says
    how long is not a yes to longer.
    """

    version: str
    about: Subject
    words: Mapping[str, str]
    valid_from: date
    valid_to: date | None = None
    longest: Callable[[datetime], datetime] = two_years_after

    @property
    def languages(self) -> tuple[str, ...]:
        """In which languages it can be read out, Swedish first."""
        return tuple(sorted(self.words, key=lambda language: (language != SWEDISH, language)))

    @property
    def names_recipient(self) -> bool:
        """Whether the words say by name whom the consent is for."""
        return all("%(recipient)s" in words for words in self.words.values())

    def in_force(self, day: date) -> bool:
        """Whether it is the text to be read out on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def _documents(version: str) -> dict[str, str]:
    """A version's words, by language. A version that says nothing is a fault of ours."""
    found = {each.stem: each.read_text(encoding="utf-8").strip() for each in (DOCUMENTS / version).glob("*.txt")}
    if not found.get(SWEDISH):
        raise FileNotFoundError(f"{version} has no Swedish text")
    return found


FIRST, NAMED, WHAT_AND_HOW_LONG = date(2025, 7, 1), date(2026, 11, 1), date(2026, 11, 29)


def _text(
    version: str,
    about: Subject,
    valid_from: date,
    valid_to: date | None,
    longest: Callable[[datetime], datetime] = two_years_after,
) -> ConsentText:
    return ConsentText(version, about, _documents(version), valid_from, valid_to, longest)


CONSENT_TEXTS: tuple[ConsentText, ...] = (
    _text("carer-2026-1", Subject.CARER, FIRST, NAMED),
    _text("person-cared-for-2026-1", Subject.PERSON_CARED_FOR, FIRST, NAMED),
    _text("carer-2026-2", Subject.CARER, NAMED, WHAT_AND_HOW_LONG),
    _text("person-cared-for-2026-2", Subject.PERSON_CARED_FOR, NAMED, WHAT_AND_HOW_LONG),
    # promise: consent-text-carer
    _text("carer-2026-3", Subject.CARER, WHAT_AND_HOW_LONG, None, a_year_after),
    # promise: consent-text-person-cared-for
    _text("person-cared-for-2026-3", Subject.PERSON_CARED_FOR, WHAT_AND_HOW_LONG, None, a_year_after),
)
READ_OUT_IN = tuple(dict.fromkeys(language for text in CONSENT_TEXTS for language in text.languages))
"""Every language in which some text can be read out, Swedish first."""
_BY_VERSION = {text.version: text for text in CONSENT_TEXTS}


def consent_text(about: Subject, day: date) -> ConsentText:
    """The text to be read out on a day: the newest in force."""
    return [text for text in CONSENT_TEXTS if text.about is about and text.in_force(day)][-1]


def text_of(version: str) -> ConsentText | None:
    """The text of a version, in force or not; None for one that never was."""
    return _BY_VERSION.get(version)


def may_have_been_read(about: Subject, version: str, language: str, day: date) -> bool:
    """Whether a text of that version was there to be read out in that language on a day."""
    text = text_of(version)
    return text is not None and text.about is about and language in text.words and text.in_force(day)
