"""What a referral says before it is sent, however it was filled in: step by step on pages, or at once by a system.

It knows what is missing, what may be told of whom, which unit it is routed to, and whether it may be sent there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from services.referral.domain import codes
from services.referral.domain.clocks import Priority
from services.referral.domain.consent.consent import ConsentAnswers, check_read_out, pointer_to
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.content import Content, Need, check_graded, check_young
from services.referral.domain.people import Carer, PersonCaredFor, Subject
from services.referral.domain.places import known_as
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.refusals import ConsentDoesNotHold, ConsentIsMissing, RecipientWasNotNamed
from services.referral.domain.routing import ReceivingUnit
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId
from shared.kernel.translation import says
from shared.vocabulary.routing import Situation


class DraftIsIncomplete(ValueError):
    """A draft was to be sent of which a step is not answered: whoever sends it asks for that step first."""


@dataclass(frozen=True, kw_only=True)
class CarerStep:
    """Who the carer is. ``area``: where the carer lives, which routing begins with."""

    carer: Carer = field(repr=False)
    area: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class NeedStep:
    """Why, which support, how soon."""

    why: str = field(default="", repr=False)
    support_wanted: tuple[str, ...] = field(default=(), repr=False)
    priority: Priority = Priority.ROUTINE


@dataclass(frozen=True, kw_only=True)
class SituationStep:
    """What it is about. ``person``: only with that person's consent; without it the groups are the carer's words."""

    target_groups: tuple[str, ...] = field(default=(), repr=False)
    own_statement: bool = False
    person: PersonCaredFor | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class NewYes:
    """A yes to one unit, to a text that was read out again with that unit's name. ``unit_id``: as typed."""

    unit_id: str
    text_version: str
    text_language: str
    given_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReceiverStep:
    """Who receives it. ``chosen``: None when it is the proposed unit. ``again``: of those who were asked anew."""

    chosen: UnitId | None = None
    again: Mapping[Subject, NewYes] = field(default_factory=dict)


Steps = tuple[CarerStep, NeedStep, ConsentAnswers, SituationStep, ReceiverStep]
"""Those that every referral has; the other person's consent may be among them."""


@dataclass(frozen=True, kw_only=True)
class FilledDraft:
    """A referral as far as it is filled in. A step that is None has not been answered, or is not right (any more).

    ``id``: of the draft that is kept, which ceases to be when it is sent; None where none is.
    """

    id: UUID | None = None
    carer: CarerStep | None = None
    support: NeedStep | None = None
    consent: ConsentAnswers | None = None
    other_consent: ConsentAnswers | None = None
    situation: SituationStep | None = None
    receiver: ReceiverStep | None = None

    def expect_carer(self) -> CarerStep:
        """The first step, on which all others rest. Raises DraftIsIncomplete."""
        if self.carer is None:
            raise DraftIsIncomplete
        return self.carer

    def expect_steps(self) -> Steps:
        """The steps that every referral has. Raises DraftIsIncomplete."""
        need, receiver = self.support, self.receiver
        if not (self.carer and need and self.consent and self.situation and receiver):
            raise DraftIsIncomplete
        return self.carer, need, self.consent, self.situation, receiver

    @property
    def need(self) -> Need:
        """Why, what is wanted, and where. Raises DraftIsIncomplete."""
        carer, need, _, situation, _ = self.expect_steps()
        return Need(
            why=need.why,
            target_groups=situation.target_groups,
            own_statement=situation.own_statement,
            support_wanted=need.support_wanted,
            area=carer.area,
        )

    def content(self, route_reason: str, stand_in_named_by: str) -> Content:
        """What is kept of it; a person of whom nothing is told is not. Raises DraftIsIncomplete."""
        carer, _, _, situation, _ = self.expect_steps()
        person = situation.person
        return Content(
            carer=carer.carer,
            need=replace(self.need, route_reason=route_reason, stand_in_named_by=stand_in_named_by),
            person_cared_for=person if person and any(person.told()) else None,
        )

    @property
    def person_consents(self) -> bool:
        """Whether the person cared for has said yes to being told about."""
        said = self.other_consent
        return said is not None and Scope.TELL_ABOUT_PERSON_CARED_FOR in said.scopes

    def check(self, now: datetime) -> None:
        """Raise the refusal that the answers deserve, before anything is decided or kept; below Invalid all of them.

        ConsentIsMissing comes first. Raises DraftIsIncomplete for a draft that lacks another step than that.
        """
        said, day = self.consent, swedish_day(now)
        if said is None or Scope.SHARE_WITH_RECEIVING_UNIT not in said.scopes:
            raise ConsentIsMissing(fields={"/consents/carer/scopes": ConsentIsMissing.title})
        step, _, _, situation, receiver = self.expect_steps()
        carer, need = step.carer, self.need
        check_graded(need, situation.person, self.person_consents)
        carer.check(day)
        check_young(need.target_groups, carer.known_age(day), "/need/target_groups")
        codes.check_chosen(codes.TARGET_GROUPS, need.target_groups, day, "/need/target_groups")
        codes.check_chosen(codes.SUPPORT_FORMS, need.support_wanted, day, "/need/support_wanted")
        for subject, yes in self._given().items():
            # of whoever was asked anew, the unit that receives says which yes is the last
            if subject not in receiver.again:
                check_read_out(subject, yes, now)
        if carer.safe_contact.channels - said.channels:
            raise ConsentDoesNotHold(
                fields={"/consents/carer/channels": says("The carer has not consented to being reached that way.")}
            )

    def routed_by(self, day: date) -> Situation:
        """What routing goes by, as far as it is filled in; of the person cared for only what they have consented to.

        Raises DraftIsIncomplete where not even the carer's step is answered.
        """
        carer, told = self.expect_carer(), self.situation
        person = told.person if told and self.person_consents else None
        return Situation(
            area=carer.area,
            target_groups=frozenset(told.target_groups if told else ()),
            age_of_carer=carer.carer.known_age(day),
            age_of_person_cared_for=person.known_age(day) if person else None,
        )

    def named(self, subject: Subject) -> NamedRecipient | None:
        """Whom the text named that was read out first: by itself, the carer support where the carer lives.

        None where it named nobody, or nobody was asked.
        """
        said = self._asked().get(subject)
        if said is None or self.carer is None or not said.names_somebody:
            return None
        return said.recipient or NamedRecipient(area=self.carer.area)

    def not_named_for(self, unit: ReceivingUnit) -> tuple[Subject, ...]:
        """Those who have said yes to a text that did not name the unit."""
        named = {subject: self.named(subject) for subject in self._given()}
        return tuple(subject for subject, recipient in named.items() if recipient and not recipient.covers(unit))

    def lacks_a_new_yes(self, unit: ReceivingUnit) -> bool:
        """Whether somebody has not been asked about the unit yet, or has not said yes."""
        return any(self._new_yes(subject, unit) is None for subject in self.not_named_for(unit))

    def consents_to(self, unit: ReceivingUnit, now: datetime) -> Mapping[Subject, ConsentAnswers]:
        """The consents as given last, each with whom its text named: this unit, where the first did not.

        Raises RecipientWasNotNamed, at each consent to somebody else, and ConsentDoesNotHold for a text that was not in
        force.
        """
        given, others = dict[Subject, ConsentAnswers](), []
        for subject, said in self._given().items():
            named, yes = self.named(subject), said
            if named is not None and not named.covers(unit):
                again = self._new_yes(subject, unit)
                if again is None:
                    others.append(subject)
                    continue
                # given in the same way, to the same questions
                named, yes = NamedRecipient(unit_id=unit.id), _given_again(said, again)
            if named is not None and named.unit_id is not None and not named.name:
                # as the pages have said it, and as the texts are handed out when the place is told (consent-texts)
                named = replace(named, name=known_as(unit, self.expect_carer().area))
            given[subject] = replace(yes, recipient=named)
        if others:
            remedy = RecipientWasNotNamed.remedy
            fields = {f"{pointer_to(subject)}/recipient": remedy for subject in others}
            # which unit that is: a rule may have led there, and then nobody else has said so
            raise RecipientWasNotNamed(f"{unit.name} ({unit.id})", fields=fields)
        for subject, yes in given.items():
            check_read_out(subject, yes, now)
        return given

    def _asked(self) -> dict[Subject, ConsentAnswers]:
        both = {Subject.CARER: self.consent, Subject.PERSON_CARED_FOR: self.other_consent}
        return {subject: said for subject, said in both.items() if said is not None}

    def _given(self) -> dict[Subject, ConsentAnswers]:
        # a no of the person cared for is not a consent and is not kept as one
        return {subject: said for subject, said in self._asked().items() if said.scopes}

    def _new_yes(self, subject: Subject, unit: ReceivingUnit) -> NewYes | None:
        given = self.receiver.again.get(subject) if self.receiver else None
        return given if given and given.unit_id == str(unit.id) else None


def _given_again(said: ConsentAnswers, again: NewYes) -> ConsentAnswers:
    return replace(said, text_version=again.text_version, text_language=again.text_language, given_at=again.given_at)
