"""The two people a referral is about. What each is asked, and what is safe.

The Swedish words "anhörig" and "närstående" change sides between health care and social care: neither is a name here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from services.referral.domain.refusals import AgesDisagree, CarerCannotBeReached, SafeContactContradictsItself
from shared.kernel.translation import says
from shared.vocabulary.age import AgeBand, KnownAge, counted_by_year, exactly, of_year
from shared.vocabulary.hours import Hours, HoursAreHalfSaid, hours_of
from shared.vocabulary.identity_number import IdentityNumber, parse_identity_number
from shared.vocabulary.languages import SWEDISH
from shared.vocabulary.misread import Misread
from shared.vocabulary.readable_text import is_readable
from shared.vocabulary.telephone import E164, parse_telephone

NAME_LIMIT = 200
TEXT_LIMIT = 4_000


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

    ``hours_from``/``hours_to``: local time in Sweden, and may pass midnight. ``do_not_reach_out`` stands above
    everything: the carer makes contact.
    """

    channels: frozenset[Channel] = frozenset()
    hours_from: time | None = None
    hours_to: time | None = None
    no_voicemail: bool = False
    no_letter: bool = False
    do_not_reach_out: bool = False
    note: str = field(default="", repr=False)

    @property
    def hours(self) -> Hours | None:
        """Between which hours; None: at any time. Raises Misread for times that are no span."""
        return hours_of(self.hours_from, self.hours_to)

    def problems(self) -> dict[str, str]:
        """What cannot hold together, by the field that says it."""
        wrong = {}
        if self.no_letter and Channel.LETTER in self.channels:
            wrong["/carer/safe_contact/no_letter"] = says("A letter is both allowed and ruled out.")
        if self.do_not_reach_out and self.channels:
            wrong["/carer/safe_contact/do_not_reach_out"] = says("Nobody is to reach out, yet a way to do so is given.")
        try:
            _ = self.hours
        except HoursAreHalfSaid as half:
            missing = "hours_from" if self.hours_from is None else "hours_to"
            wrong[f"/carer/safe_contact/{missing}"] = half.title
        except Misread as no_span:
            wrong["/carer/safe_contact/hours_to"] = no_span.title
        return wrong


@dataclass(frozen=True, kw_only=True)
class Carer:
    """The person who gives care, help or support.

    ``identity_number``: personnummer or samordningsnummer as twelve digits, checked at the edge; optional, since advice
    may be given without it (Social Services Act 2025:400, 14:4-5). ``language``: a BCP 47 tag.
    ``protected_identity``: sekretessmarkering or skyddad folkbokföring.
    """

    name: str = field(repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    identity_number: str = field(default="", repr=False)
    year_of_birth: int | None = field(default=None, repr=False)
    age_band: AgeBand | None = field(default=None, repr=False)
    language: str = SWEDISH
    interpreter: bool = False
    safe_contact: SafeContact = field(default_factory=SafeContact, repr=False)
    protected_identity: bool = False
    same_household: bool | None = field(default=None, repr=False)
    alone_with_it: bool | None = field(default=None, repr=False)
    takes_in_best: frozenset[TakesInBest] = field(default=frozenset(), repr=False)

    def check(self, on: date) -> None:
        """Raise CarerCannotBeReached, SafeContactContradictsItself or AgesDisagree, with all that is wrong."""
        reach, contact, ages = self._unreachable(), self.safe_contact.problems(), self.disagreement(on)
        wrong = reach | contact | ages
        if reach:
            raise CarerCannotBeReached(fields=wrong)
        if contact:
            raise SafeContactContradictsItself(fields=wrong)
        if ages:
            raise AgesDisagree(fields=wrong)

    def _unreachable(self) -> dict[str, str]:
        channels = self.safe_contact.channels
        wrong = {}
        if not is_readable(self.name):
            wrong["/carer/name"] = "Say what the carer is called."
        if channels & {Channel.PHONE, Channel.SMS} and not self.phone:
            wrong["/carer/phone"] = says("Give the telephone number.")
        if Channel.EMAIL in channels and not self.email:
            wrong["/carer/email"] = says("Give the address that is to be written to.")
        if Channel.LETTER in channels and not self.address:
            wrong["/carer/address"] = says("Give the address that a letter is sent to.")
        if not channels and not self.safe_contact.do_not_reach_out:
            wrong["/carer/safe_contact/channels"] = says("Say at least one safe way to reach the carer.")
        if self.phone and not isinstance(self.phone, E164):
            try:
                parse_telephone(self.phone)
            except Misread as misread:
                wrong["/carer/phone"] = misread.title
        return wrong

    def disagreement(self, on: date) -> dict[str, str]:
        """Which two of the identity number, the year of birth and the band cannot both be true: asked, not guessed."""
        year = None if self.year_of_birth is None else of_year(self.year_of_birth, on)
        band = self.age_band.ages if self.age_band else None
        wrong = {}
        if year and band and not band.meets(year):
            wrong["/carer/year_of_birth"] = says("The year of birth and the age group do not agree. Which is right?")
        if not self.identity_number:
            return wrong
        try:
            number = parse_identity_number(self.identity_number, on)
        except Misread as misread:
            return {**wrong, "/carer/identity_number": misread.title}
        if band and not band.meets(number.ages(on)):
            wrong["/carer/identity_number"] = says(
                "The identity number and the age group do not agree. Which is right?"
            )
        if self.year_of_birth not in (None, number.year):
            wrong["/carer/identity_number"] = says(
                "The identity number and the year of birth do not agree. Which is right?"
            )
        return wrong

    def known_age(self, on: date) -> KnownAge | None:
        """The age that routing goes by: told by the identity number, else the year of birth, else the band.

        None when nothing was told. Where only the year is known it counts as the age reached that year, but whoever
        turns 18 is taken for a child until it is over.
        """
        if self.identity_number:
            return IdentityNumber(self.identity_number).counted_age(on)
        if self.year_of_birth is not None:
            return counted_by_year(self.year_of_birth, on)
        return self.age_band.ages if self.age_band else None


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

    def known_age(self, on: date) -> KnownAge | None:
        """The age the person reaches in the year of a day, or None when it was not told."""
        return None if self.year_of_birth is None else exactly(max(on.year - self.year_of_birth, 0))
