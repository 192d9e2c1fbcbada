"""Invented people for the seed: names from lists, identity numbers from the tax agency's official test series, phone
numbers from the telecom authority's series for fiction, e-mail at example.se. The same seed gives the same people.
"""

from __future__ import annotations

import json
import random
import unicodedata
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any

from services.referral.domain.people import Carer, Channel, SafeContact, TakesInBest
from shared.vocabulary.age import AgeBand

HERE = Path(__file__).parent
LISTS: dict[str, Any] = json.loads((HERE / "people.json").read_text("utf-8"))
FIRST_FICTION_NUMBER = 46701740605
FICTION_NUMBERS = 95

# how often, among a hundred carers
IDENTITY_NUMBER, PROTECTED, DO_NOT_REACH_OUT, NO_VOICEMAIL, OTHER_LANGUAGE, INTERPRETER_TOO = 40, 3, 2, 20, 14, 60


@dataclass
class Invention:
    """A source of invented people, repeatable."""

    chance: random.Random
    _identity_numbers: list[str] = field(default_factory=lambda: list(LISTS["identity_numbers"]))

    def often(self, among_a_hundred: int) -> bool:
        """True as often as that."""
        return self.chance.randrange(100) < among_a_hundred

    def carer(self, age_band: str, *, careful: bool = False) -> Carer:
        """A carer who can be reached in some way. ``careful``: one for whom only a few ways are safe."""
        first, last = self.chance.choice(LISTS["first"]), self.chance.choice(LISTS["last"])
        contact = self._contact(careful)
        language = self.chance.choice(LISTS["languages"]) if self.often(OTHER_LANGUAGE) else "sv"
        # the official test numbers are of people born in 1890 and 1912: they may only stand beside the highest band
        old = age_band == AgeBand.FROM_80 and self._identity_numbers
        number = self._identity_numbers.pop(0) if old and self.often(IDENTITY_NUMBER) else ""
        return Carer(
            name=f"{first} {last}",
            phone=self._phone() if contact.channels & {Channel.PHONE, Channel.SMS} else "",
            email=f"{_plain(first)}.{_plain(last)}@example.se" if Channel.EMAIL in contact.channels else "",
            address=self._address() if Channel.LETTER in contact.channels else "",
            identity_number=number,
            age_band=AgeBand(age_band),
            language=language,
            interpreter=language != "sv" and self.often(INTERPRETER_TOO),
            safe_contact=contact,
            protected_identity=careful or self.often(PROTECTED),
            same_household=self.chance.choice((True, True, False, None)),
            alone_with_it=self.chance.choice((True, False, None)),
            takes_in_best=frozenset({TakesInBest(self.chance.choice(["spoken", "written", "easy-to-read"]))}),
        )

    def first_name(self, besides: str = "") -> str:
        """A first name, other than that of the person with the name ``besides``: two in one story are told apart."""
        names: list[str] = LISTS["first"]
        at = self.chance.randrange(len(names))
        return names[at - 1] if besides.startswith(f"{names[at]} ") else names[at]

    def _contact(self, careful: bool) -> SafeContact:
        if self.often(DO_NOT_REACH_OUT):
            return SafeContact(do_not_reach_out=True, note="Hör av sig själv när det går.")
        if careful:
            return SafeContact(
                channels=frozenset({Channel.PHONE}),
                hours_from=time(9),
                hours_to=time(11),
                no_voicemail=True,
                no_letter=True,
                note="Ring bara på förmiddagen. Säg inte varifrån du ringer om någon annan svarar.",
            )
        ways = {Channel.PHONE, self.chance.choice([Channel.PHONE, Channel.SMS, Channel.EMAIL, Channel.LETTER])}
        hours = (time(9), time(16)) if self.often(30) else (None, None)
        voicemail = self.often(NO_VOICEMAIL)
        return SafeContact(channels=frozenset(ways), hours_from=hours[0], hours_to=hours[1], no_voicemail=voicemail)

    def _phone(self) -> str:
        return f"+{FIRST_FICTION_NUMBER + self.chance.randrange(FICTION_NUMBERS)}"

    def _address(self) -> str:
        return f"{self.chance.choice(LISTS['streets'])} {self.chance.randrange(1, 60)}, 123 45 Stockholm"


def _plain(name: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", name.lower()) if each.isascii() and each.isalpha())
