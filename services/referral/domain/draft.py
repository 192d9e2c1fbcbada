"""A referral that is being written: what each step means, read once; what is missing, and what may be told and sent.

What was typed stays as it was typed, for the form that is wrong; beside it stands what each step means. Only two things
are decided from what was typed itself, since they have to be known of an answer that is not right yet: whom the form
asks, and of whom nothing may be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.referral.domain.clocks import Priority
from services.referral.domain.consent.consent import ConsentAnswers
from services.referral.domain.consent.scopes import Answer, Scope
from services.referral.domain.people import Carer, PersonCaredFor, Subject
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.refusals import PersonCaredForHasNotConsented
from services.referral.domain.routing import ReceivingUnit
from shared.kernel.identity import UnitId

# a draft as typed, step by step; beside the steps lie those that are only typed (ASIDE), step by step again
Sections = Mapping[str, Mapping[str, Any]]

ORDER = ("carer", "support", "consent", "other-consent", "situation", "receiver")
STEP_OF = {Subject.CARER: "consent", Subject.PERSON_CARED_FOR: "other-consent"}
CHECK = "check"
# what was typed in one window while the draft changed in another, step by step: kept until its writer decides
UNSAVED = "unsaved"
# what was typed on a step that its writer left without saving it as an answer: nothing is wrong with it yet
UNFINISHED = "unfinished"
ASIDE = (UNSAVED, UNFINISHED)
# what the situation's step may tell of the person cared for, and what the API calls the same things
ABOUT_THE_PERSON = {
    "relation": "/person_cared_for/relation",
    "person_name": "/person_cared_for/name",
    "person_year_of_birth": "/person_cared_for/year_of_birth",
    "situation": "/person_cared_for/situation",
}


class DraftIsIncomplete(ValueError):
    """A draft was to be sent of which a step is not answered: whoever sends it asks for ``next_step`` first."""


@dataclass(frozen=True, kw_only=True)
class CarerStep:
    """Who the carer is. ``area``: where the carer lives, which routing begins with."""

    carer: Carer = field(repr=False)
    area: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class NeedStep:
    """Why, which support, how soon."""

    why: str = field(repr=False)
    support_wanted: tuple[str, ...] = field(repr=False)
    priority: Priority


@dataclass(frozen=True, kw_only=True)
class ConsentStep:
    """One person's answers to the text that was read out.

    ``consent``: None when none of them is a yes, which is no consent. ``named``: whom that text named; None where it
    named nobody.
    """

    yes: frozenset[Scope]
    no: frozenset[Scope]
    consent: ConsentAnswers | None
    named: NamedRecipient | None

    def answer_to(self, scope: Scope) -> Answer:
        """What was answered to a scope."""
        if scope in self.yes:
            return Answer.YES
        return Answer.NO if scope in self.no else Answer.UNANSWERED


@dataclass(frozen=True, kw_only=True)
class SituationStep:
    """What it is about. ``person``: only with that person's consent; without it the groups are the carer's words."""

    target_groups: tuple[str, ...] = field(repr=False)
    own_statement: bool
    person: PersonCaredFor | None = field(repr=False)


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

    chosen: UnitId | None
    again: Mapping[Subject, NewYes]


@dataclass(frozen=True, kw_only=True)
class WrittenDraft:
    """A draft, parsed. A step that is None has not been answered, or is not right (any more).

    ``typed``: as the browser sent it. ``version`` None: it has not been kept yet.
    """

    id: UUID | None = None
    version: int | None = None
    typed: Sections = field(default_factory=dict, repr=False)
    carer: CarerStep | None = None
    support: NeedStep | None = None
    consent: ConsentStep | None = None
    other_consent: ConsentStep | None = None
    situation: SituationStep | None = None
    receiver: ReceiverStep | None = None

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of this referral, in order."""
        return wanted_steps(self.typed)

    @property
    def may_tell_of_the_person(self) -> bool:
        """Whether anything about the person cared for may be shown, filled in and sent."""
        return person_has_consented(self.typed)

    def is_answered(self, step: str) -> bool:
        """Whether a step is saved, and right, and nothing typed lies beside it."""
        beside = any(step in self.typed.get(aside, {}) for aside in ASIDE)
        return not beside and getattr(self, step.replace("-", "_")) is not None

    @property
    def next_step(self) -> str:
        """The step to go on with; ``check`` when all are answered and nothing typed waits unsaved."""
        return next((step for step in self.steps if not self.is_answered(step)), CHECK)

    def first_before(self, step: str) -> str:
        """The step to answer first, when this one rests on answers that are missing; empty when it may be shown."""
        first = self.next_step
        if step not in self.steps:
            return first
        return first if first in self.steps and self.steps.index(first) < self.steps.index(step) else ""

    def expect_carer(self) -> CarerStep:
        """The first step, on which all others rest. Raises DraftIsIncomplete."""
        if self.carer is None:
            raise DraftIsIncomplete
        return self.carer

    def expect_whole(self) -> tuple[CarerStep, NeedStep, ConsentStep, SituationStep, ReceiverStep]:
        """The steps of every referral; the other person's consent may be among them. Raises DraftIsIncomplete."""
        need, receiver = self.support, self.receiver
        if not (self.carer and need and self.consent and self.situation and receiver) or self.next_step != CHECK:
            raise DraftIsIncomplete
        return self.carer, need, self.consent, self.situation, receiver

    def named(self, subject: Subject) -> NamedRecipient | None:
        """Whom the text named that was read out first; None where it named nobody, or nobody was asked."""
        asked = self._asked().get(subject)
        return asked.named if asked else None

    def not_named_for(self, unit: ReceivingUnit) -> tuple[Subject, ...]:
        """Those who have said yes to a text that did not name the unit."""
        asked = self._asked().items()
        return tuple(who for who, said in asked if said.consent and said.named and not said.named.covers(unit))

    def lacks_a_new_yes(self, unit: ReceivingUnit) -> bool:
        """Whether somebody has not been asked about the unit yet, or has not said yes."""
        return any(self._new_yes(subject, unit) is None for subject in self.not_named_for(unit))

    def consents_to(self, unit: ReceivingUnit | None, known_as: str) -> Mapping[Subject, ConsentAnswers]:
        """The consents as given last: for this unit where the first text did not name it, given in the same way.

        ``known_as``: what the text called the unit. Where nobody was asked anew the first yes stands as it is.
        """
        given = {who: said.consent for who, said in self._asked().items() if said.consent}
        for subject in self.not_named_for(unit) if unit else ():
            if unit and (again := self._new_yes(subject, unit)):
                given[subject] = replace(
                    given[subject],
                    recipient=NamedRecipient(unit_id=unit.id, name=known_as),
                    text_version=again.text_version,
                    text_language=again.text_language,
                    given_at=again.given_at,
                )
        return given

    def _asked(self) -> dict[Subject, ConsentStep]:
        asked = {Subject.CARER: self.consent}
        if asks_about_the_person(self.typed):
            asked[Subject.PERSON_CARED_FOR] = self.other_consent
        return {who: said for who, said in asked.items() if said}

    def _new_yes(self, subject: Subject, unit: ReceivingUnit) -> NewYes | None:
        given = self.receiver.again.get(subject) if self.receiver else None
        return given if given and given.unit_id == str(unit.id) else None


def asks_about_the_person(typed: Sections) -> bool:
    """Whether anything about the person cared for is to be told: then that person is asked too."""
    return typed.get("consent", {}).get("about_person") == "yes"


def person_has_consented(typed: Sections) -> bool:
    """Whether anything about the person cared for may be told."""
    return asks_about_the_person(typed) and typed.get("other-consent", {}).get("tell") == "yes"


def wanted_steps(typed: Sections) -> tuple[str, ...]:
    """The steps of a referral: the other person is asked only when something about them is to be told."""
    return tuple(step for step in ORDER if asks_about_the_person(typed) or step != "other-consent")


def refuse_untold(step: str, typed: Sections, values: Mapping[str, Any]) -> None:
    """Raise PersonCaredForHasNotConsented, naming the fields, when a step tells what may not be told."""
    if step == "situation" and not person_has_consented(typed):
        told = {
            where: PersonCaredForHasNotConsented.title for name, where in ABOUT_THE_PERSON.items() if name in values
        }
        if told:
            raise PersonCaredForHasNotConsented(fields=told)


def is_protected(kept: Mapping[str, Any]) -> bool:
    """Whether a draft, saved or still to be decided on, says that the carer's identity is protected. In doubt, it does.

    ``kept``: whatever somebody's form or system keeps there.
    """
    return any(
        carer.get("protected_identity", "false") not in ("false", "", False, None) for carer in carers_told_of(kept)
    )


def carers_told_of(kept: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The first step as it was saved, and as it was typed beside that; as far as somebody's system kept it so."""
    aside = [steps for each in ASIDE if isinstance(steps := kept.get(each), Mapping)]
    for steps in (kept, *aside):
        if isinstance(carer := steps.get("carer"), Mapping):
            yield carer
