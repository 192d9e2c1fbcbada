"""The languages that the product speaks: a line each. Their sentences are in each room's ``translations`` folder."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from babel import Locale


@dataclass(frozen=True)
class Language:
    """A language and its conventions, as Babel has them from Unicode's CLDR.

    ``tag``: BCP 47, as in ``<html lang>``, in Accept-Language and as the folder of its catalogues is called.
    ``locale``: whose conventions it has, where the language alone leaves them open.
    ``clock``: the pattern of a time of day (Unicode Technical Standard 35), where CLDR's short one is not as people
    write it here. ``weekday`` and ``short_weekday``: a day that is near, without its year.
    """

    tag: str
    locale: str
    clock: str = ""
    weekday: str = "EEEE d MMMM"
    short_weekday: str = "EEE d MMM"

    @cached_property
    def conventions(self) -> Locale:
        """What Babel knows of it."""
        return Locale.parse(self.locale)

    @property
    def clock_pattern(self) -> str:
        """How a time of day is written."""
        return self.clock or str(self.conventions.time_formats["short"])

    @cached_property
    def name(self) -> str:
        """What the language calls itself, with a capital: "Svenska", "English"."""
        own = Locale.parse(self.tag, sep="-")
        said = own.get_language_name(own) or self.tag
        return said[:1].upper() + said[1:]

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Which way it is written."""
        return "rtl" if self.conventions.text_direction == "rtl" else "ltr"


# a full stop between hours and minutes, as the Language Council of Sweden writes for authorities (Svenska skrivregler)
SWEDISH = Language("sv", "sv", clock="HH.mm")
ENGLISH = Language("en", "en_GB")

# in the order in which they are offered; whoever asks for none of them is answered in the first
OFFERED: tuple[Language, ...] = (SWEDISH, ENGLISH)

# message ids are written in this language: its catalogues hold only what it says otherwise
OF_THE_MESSAGES = ENGLISH
