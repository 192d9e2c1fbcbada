"""What a referral says, in parts that are sealed apart: one key per referral, subject and scope.

Which part somebody may read is decided at the moment of reading, from the consents as they stand then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from services.referral.domain.consent.scopes import Scope
from services.referral.domain.people import Carer, PersonCaredFor, Subject
from services.referral.domain.refusals import (
    AgesDisagree,
    PersonCaredForHasNotConsented,
    TargetGroupIsNotCarersOwnStatement,
)
from shared.kernel.translation import says
from shared.vocabulary.age import KnownAge
from shared.vocabulary.target_groups import YOUNG_CARERS


class Part(StrEnum):
    """A part of a referral with a key of its own."""

    CARER = "carer"
    PERSON_CARED_FOR = "person-cared-for"
    FOLLOW_UP = "follow-up"

    @property
    def subject(self) -> Subject:
        """Whom the part is about."""
        return Subject.PERSON_CARED_FOR if self is Part.PERSON_CARED_FOR else Subject.CARER

    @property
    def scope(self) -> Scope:
        """The scope of consent that opens the part to those it was sent to."""
        return {
            Part.CARER: Scope.SHARE_WITH_RECEIVING_UNIT,
            Part.PERSON_CARED_FOR: Scope.TELL_ABOUT_PERSON_CARED_FOR,
            Part.FOLLOW_UP: Scope.TELL_REFERRER_WHAT_HAPPENED,
        }[self]


@dataclass(frozen=True, kw_only=True)
class Need:
    """Why, and what is wanted: part of what is said about the carer.

    ``own_statement``: the target groups are the carer's own words about their situation, told because they chose so.
    ``area``: where the carer lives; ``route_reason``: why this unit, in a sentence. ``stand_in_named_by``: a code of
    NamedBy; empty when nobody stands in, and in referrals that were sent before it was kept.
    """

    why: str = field(default="", repr=False)
    target_groups: tuple[str, ...] = field(default=(), repr=False)
    own_statement: bool = False
    support_wanted: tuple[str, ...] = field(default=(), repr=False)
    area: str = field(default="", repr=False)
    route_reason: str = field(default="", repr=False)
    stand_in_named_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Content:
    """What was sent, or as much of it as the reader may see: a closed part is None.

    ``unreadable``: parts that the reader may see and nobody can read: a key is missing, or what is kept was changed.
    """

    carer: Carer | None = None
    need: Need | None = None
    person_cared_for: PersonCaredFor | None = None
    unreadable: frozenset[Part] = frozenset()


UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Closed:
    """A part that the reader may not see. ``why``: consent-not-given | consent-withdrawn | consent-expired |
    consent-blocked | recipient-not-covered | protected-identity | unreadable. ``whose``: the consent of which of the
    two it is that is wanting, and None where it is none; the carer's closes what is told of the other person too."""

    part: str
    why: str
    whose: Subject | None = None


def check_graded(need: Need, person: PersonCaredFor | None, person_has_consented: bool) -> None:
    """Without the cared-for person's consent nothing that describes or identifies that person may be sent.

    Raises PersonCaredForHasNotConsented naming every field told, or TargetGroupIsNotCarersOwnStatement.
    """
    if person_has_consented:
        return
    told = tuple(person.told()) if person else ()
    if told:
        fields = {f"/person_cared_for/{name}": PersonCaredForHasNotConsented.title for name in told}
        raise PersonCaredForHasNotConsented(fields=fields)
    if need.target_groups and not need.own_statement:
        title = TargetGroupIsNotCarersOwnStatement.title
        raise TargetGroupIsNotCarersOwnStatement(fields={"/need/target_groups": title})


def check_young(target_groups: Collection[str], age_of_carer: KnownAge | None, field: str) -> None:
    """A grown-up is no young carer: routing would go by the group, and the unit for children meet somebody of 40.

    Raises AgesDisagree at ``field``. An age that was not told contradicts nothing.
    """
    if YOUNG_CARERS in target_groups and age_of_carer is not None and age_of_carer.is_grown_up:
        raise AgesDisagree(
            fields={
                field: says(
                    "This says that the carer is under 18, but the age that was told is higher. Which is right?"
                )
            }
        )


def carer_only(need: Need) -> Need:
    """The need as it may be told once the consent of the person cared for, under which it was sent, no longer holds.

    A target group then stands only as the carer's own statement; the reason for the route may name it, so it goes too.
    """
    return need if need.own_statement else replace(need, target_groups=(), route_reason="")


PROTECTED_FIELDS: Mapping[str, str | None] = {
    **dict.fromkeys(("name", "phone", "email", "address", "identity_number"), ""),
    "year_of_birth": None,
}


def without_identity(carer: Carer) -> Carer:
    """The carer as shown to all but the assigned adviser when the identity is protected."""
    hidden = replace(carer, **PROTECTED_FIELDS)  # type: ignore[arg-type]  # of several types, by name
    return replace(hidden, safe_contact=replace(carer.safe_contact, note=""))


def protected(content: Content) -> Content:
    """What a referral says as shown to all but the assigned adviser when the carer's identity is protected.

    Whatever somebody could be found by goes: names, ways of contact, where the carer lives (the route's reason tells
    it too), all free text, and the person cared for, through whom the carer is found as surely as by their own name.
    What is left is what a unit needs to decide on: codes, and the limits on how it is safe to get in touch.
    """
    carer, need, person = content.carer, content.need, content.person_cared_for
    return Content(
        carer=without_identity(carer) if carer else None,
        need=replace(need, why="", area="", route_reason="") if need else None,
        person_cared_for=PersonCaredFor(relation=person.relation) if person else None,
        unreadable=content.unreadable,
    )
