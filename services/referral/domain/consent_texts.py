"""The words that a person was read before they said yes. A text that has been read out stays for ever as it was.

``%(recipient)s`` in a text is whom the consent is for: a municipality's carer support or one unit of it, never civil
society, which is outside the secrecy act and needs words of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.referral.domain.people import Subject

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
    """One version of the words; ``text`` is an English key into the catalogue.

    ``longest``: until when, at the latest, a consent lasts that was given to these words at a moment. A text that says
    how long is not a yes to longer.
    """

    version: str
    about: Subject
    languages: tuple[str, ...]
    text: str
    valid_from: date
    valid_to: date | None = None
    longest: Callable[[datetime], datetime] = two_years_after

    @property
    def names_recipient(self) -> bool:
        """Whether the words say by name whom the consent is for."""
        return "%(recipient)s" in self.text

    def in_force(self, day: date) -> bool:
        """Whether it is the text to be read out on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


FIRST, NAMED, WHAT_AND_HOW_LONG = date(2025, 7, 1), date(2026, 11, 1), date(2026, 11, 29)
LANGUAGES = ("sv", "en")
CONSENT_TEXTS: tuple[ConsentText, ...] = (
    ConsentText(
        "carer-2026-1",
        Subject.CARER,
        LANGUAGES,
        "I agree that what is written here about me is passed on to the receiving unit "
        "and to the unit that stands in for it. "
        "I can withdraw this at any time. Caring is voluntary, and so is taking this support.",
        valid_from=FIRST,
        valid_to=NAMED,
    ),
    ConsentText(
        "person-cared-for-2026-1",
        Subject.PERSON_CARED_FOR,
        LANGUAGES,
        "I agree that what is written here about me is passed on to the receiving unit "
        "and to the unit that stands in for it, "
        "so that the person who supports me can get support. I can withdraw this at any time.",
        valid_from=FIRST,
        valid_to=NAMED,
    ),
    ConsentText(
        "carer-2026-2",
        Subject.CARER,
        LANGUAGES,
        "I agree that what is written here about me is passed on to %(recipient)s, "
        "and to the unit that stands in for it, which may be in another municipality. "
        "I can withdraw this at any time. Caring is voluntary, and so is taking this support.",
        valid_from=NAMED,
        valid_to=WHAT_AND_HOW_LONG,
    ),
    ConsentText(
        "person-cared-for-2026-2",
        Subject.PERSON_CARED_FOR,
        LANGUAGES,
        "I agree that what is written here about me is passed on to %(recipient)s, "
        "and to the unit that stands in for it, which may be in another municipality, "
        "so that the person who supports me can get support. I can withdraw this at any time.",
        valid_from=NAMED,
        valid_to=WHAT_AND_HOW_LONG,
    ),
    ConsentText(
        "carer-2026-3",
        Subject.CARER,
        LANGUAGES,
        # promise: consent-text-carer
        "May we pass on details about you to %(recipient)s, and to the unit that stands in for them, perhaps in "
        "another municipality? That is your name, contact details, why you want contact and what you answer about "
        "yourself. Then you can be in touch, and they can offer support. Your yes lasts a year. "
        "You can take it back any time, with us or them, without saying why.",
        valid_from=WHAT_AND_HOW_LONG,
        longest=a_year_after,
    ),
    ConsentText(
        "person-cared-for-2026-3",
        Subject.PERSON_CARED_FOR,
        LANGUAGES,
        # promise: consent-text-person-cared-for
        "May we tell %(recipient)s about you, and the unit that stands in for them, perhaps in another municipality, "
        "so that the person who helps you gets support? That is your name, birth year, who you are to that person, "
        "and what is needed about your health and everyday life. Your yes lasts a year. "
        "You can take it back any time, with us or them, without saying why.",
        valid_from=WHAT_AND_HOW_LONG,
        longest=a_year_after,
    ),
)
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
    return text is not None and text.about is about and language in text.languages and text.in_force(day)
