"""The words that a person was read before they said yes. A text that has been read out stays for ever as it was.

They are documents (``data/consent_texts/<version>/``, UTF-8, one paragraph each): ``<language>.txt`` for each language,
and ``recipient.<language>.txt``, how the text names a municipality's carer support. A change is a new version beside
them (docs/consent-texts.md).

``%(recipient)s`` in a text is whom the consent is for: a municipality's carer support or one unit of it, never civil
society, which is outside the secrecy act and needs words of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from services.referral.domain.people import Subject
from services.referral.domain.places import name_of
from services.referral.domain.recipient import NamedRecipient
from shared.vocabulary.languages import SWEDISH

DOCUMENTS = Path(__file__).resolve().parents[2] / "data" / "consent_texts"
LONGEST = timedelta(days=2 * 365)
LEAP_DAY = (2, 29)
UNNAMED = "%(recipient)s"
_RECIPIENT = "recipient."


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

    ``carer_support``: how it names the carer support in ``%(place)s``, by language; empty where it names nobody.
    ``longest``: until when, at the latest, a consent lasts that was given to these words at a moment. A text that says
    how long is not a yes to longer.
    """

    version: str
    about: Subject
    words: Mapping[str, str]
    carer_support: Mapping[str, str]
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
        return all(UNNAMED in words for words in self.words.values())

    def named(self, recipient: NamedRecipient, language: str) -> str:
        """Whom the text names, as it is said in a language. A place of which only the code was kept: as it is now."""
        name = recipient.name or (name_of(recipient.area) if recipient.area else "–")
        return self.carer_support[language] % {"place": name} if recipient.area else name

    def said(self, recipient: NamedRecipient | None, language: str) -> str:
        """The words as they are read out. Without a recipient ``%(recipient)s`` stands where the name belongs."""
        if not self.names_recipient:
            return self.words[language]
        return self.words[language] % {"recipient": self.named(recipient, language) if recipient else UNNAMED}

    def word_for_word(self, recipient: NamedRecipient | None, language: str) -> str:
        """The same; empty where it was never in that language, or it is not known whom it named."""
        is_known = recipient is not None and bool(recipient.name or recipient.area)
        return (
            self.said(recipient, language) if language in self.words and (is_known or not self.names_recipient) else ""
        )

    def in_force(self, day: date) -> bool:
        """Whether it is the text to be read out on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def _documents(version: str) -> dict[str, str]:
    """A version's documents, by name. A version that says nothing, or not whom it is for, is a fault of ours."""
    found = {each.stem: each.read_text(encoding="utf-8").strip() for each in (DOCUMENTS / version).glob("*.txt")}
    if not found.get(SWEDISH):
        raise FileNotFoundError(f"{version} has no Swedish text")
    silent = [name for name, words in found.items() if UNNAMED in words and not found.get(_RECIPIENT + name)]
    if silent:
        raise FileNotFoundError(f"{version} does not say whom it is for in {', '.join(silent)}")
    return found


FIRST, NAMED, WHAT_AND_HOW_LONG = date(2025, 7, 1), date(2026, 11, 1), date(2026, 11, 29)


def _text(
    version: str,
    about: Subject,
    valid_from: date,
    valid_to: date | None,
    longest: Callable[[datetime], datetime] = two_years_after,
) -> ConsentText:
    documents = _documents(version)
    phrases = {name.removeprefix(_RECIPIENT): said for name, said in documents.items() if name.startswith(_RECIPIENT)}
    words = {name: said for name, said in documents.items() if not name.startswith(_RECIPIENT)}
    return ConsentText(version, about, words, phrases, valid_from, valid_to, longest)


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


def sha256_of(words: str) -> bytes:
    """What a text is known again by: SHA-256 over UTF-8, 32 bytes."""
    return sha256(words.encode()).digest()


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
