"""The two people a referral is about. What each is asked, and what is safe.

The Swedish words "anhörig" and "närstående" change sides between health care and social care: neither is a name here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from services.referral.domain.refusals import CarerCannotBeReached, SafeContactContradictsItself
from shared.vocabulary.readable_text import is_readable

NAME_LIMIT = 200
TEXT_LIMIT = 4_000
OF_AGE = 18


class Subject(StrEnum):
    """Whom a consent, a key or a piece of content is about."""

    CARER = "carer"
    PERSON_CARED_FOR = "person-cared-for"


class Channel(StrEnum):
    """A way to reach the carer."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"


class AgeBand(StrEnum):
    """The carer's age where the year of birth is not told."""

    UNDER_18 = "under-18"
    FROM_18_TO_24 = "18-24"
    FROM_25_TO_44 = "25-44"
    FROM_45_TO_64 = "45-64"
    FROM_65_TO_79 = "65-79"
    FROM_80 = "80-or-over"

    @property
    def youngest(self) -> int:
        """The lowest age in the band, in years; routing compares with it."""
        return 0 if self is AgeBand.UNDER_18 else int(self.value[:2])


class TakesInBest(StrEnum):
    """How the carer takes in information best; a wish, never a diagnosis."""

    SPOKEN = "spoken"
    WRITTEN = "written"
    EASY_TO_READ = "easy-to-read"
    LARGE_PRINT = "large-print"
    SIGNED = "signed"


class Relation(StrEnum):
    """What the person cared for is to the carer."""

    PARTNER = "partner"
    PARENT = "parent"
    CHILD = "child"
    ADULT_CHILD = "adult-child"
    SIBLING = "sibling"
    GRANDPARENT = "grandparent"
    FRIEND_OR_NEIGHBOUR = "friend-or-neighbour"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class SafeContact:
    """How it is *safe* to reach the carer, who may live with somebody dangerous. Every channel obeys it.

    ``hours_from``/``hours_to``: local time in Sweden. ``do_not_reach_out`` stands above everything: the carer makes
    contact.
    """

    channels: frozenset[Channel] = frozenset()
    hours_from: time | None = None
    hours_to: time | None = None
    no_voicemail: bool = False
    no_letter: bool = False
    do_not_reach_out: bool = False
    note: str = field(default="", repr=False)

    def check(self) -> None:
        """Raise SafeContactContradictsItself when two answers cannot both hold."""
        wrong = {}
        if self.no_letter and Channel.LETTER in self.channels:
            wrong["/carer/safe_contact/no_letter"] = "A letter is both allowed and ruled out."
        if self.do_not_reach_out and self.channels:
            wrong["/carer/safe_contact/do_not_reach_out"] = "Nobody is to reach out, yet a way to do so is given."
        if (self.hours_from is None) != (self.hours_to is None):
            wrong["/carer/safe_contact/hours_to"] = "Give both the first and the last hour."
        elif self.hours_from and self.hours_to and self.hours_from >= self.hours_to:
            wrong["/carer/safe_contact/hours_to"] = "The last hour must come after the first."
        if wrong:
            raise SafeContactContradictsItself(fields=wrong)


@dataclass(frozen=True, kw_only=True)
class Carer:
    """The person who gives care, help or support.

    ``identity_number``: personnummer or samordningsnummer as twelve digits, checked at the edge; optional, since advice
    may be given without it (Social Services Act 2025:400, 14:4-5). ``language``: an ISO 639 code.
    ``protected_identity``: sekretessmarkering or skyddad folkbokföring.
    """

    name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    identity_number: str = field(default="", repr=False)
    year_of_birth: int | None = field(default=None, repr=False)
    age_band: AgeBand | None = field(default=None, repr=False)
    language: str = "sv"
    interpreter: bool = False
    safe_contact: SafeContact = field(default_factory=SafeContact, repr=False)
    protected_identity: bool = False
    same_household: bool | None = field(default=None, repr=False)
    alone_with_it: bool | None = field(default=None, repr=False)
    takes_in_best: frozenset[TakesInBest] = field(default=frozenset(), repr=False)

    def check(self) -> None:
        """Raise CarerCannotBeReached or SafeContactContradictsItself."""
        self.safe_contact.check()
        channels = self.safe_contact.channels
        wrong = {}
        if not is_readable(self.name):
            wrong["/carer/name"] = "Say what the carer is called."
        if channels & {Channel.PHONE, Channel.SMS} and not self.phone:
            wrong["/carer/phone"] = "Give the number that is to be called."
        if Channel.EMAIL in channels and not self.email:
            wrong["/carer/email"] = "Give the address that is to be written to."
        if Channel.LETTER in channels and not self.address:
            wrong["/carer/address"] = "Give the address that a letter is sent to."
        if not channels and not self.safe_contact.do_not_reach_out:
            wrong["/carer/safe_contact/channels"] = "Say at least one safe way to reach the carer."
        if self.identity_number and not re.fullmatch("[0-9]{12}", self.identity_number):
            wrong["/carer/identity_number"] = "This is not a personal identity number or coordination number."
        if wrong:
            raise CarerCannotBeReached(fields=wrong)

    def age(self, year: int) -> int | None:
        """The age that routing goes by: the one the carer turns in a year, but 17 for whoever turns 18.

        The year does not tell whether the birthday has been, and whoever may still be a child is taken for one.
        Without a year the youngest of the band; None when neither was told.
        """
        if self.year_of_birth is not None:
            turns = year - self.year_of_birth
            return turns - 1 if turns == OF_AGE else turns
        return self.age_band.youngest if self.age_band else None


@dataclass(frozen=True, kw_only=True)
class PersonCaredFor:
    """The person who receives care: told of only as far as that person has consented."""

    relation: Relation | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    year_of_birth: int | None = field(default=None, repr=False)
    situation: str = field(default="", repr=False)

    def told(self) -> Iterator[str]:
        """The names of the fields that say something."""
        for name in ("relation", "name", "year_of_birth", "situation"):
            if getattr(self, name):
                yield name

    def age(self, year: int) -> int | None:
        """The age the person turns in a year, or None when it was not told."""
        return None if self.year_of_birth is None else year - self.year_of_birth
