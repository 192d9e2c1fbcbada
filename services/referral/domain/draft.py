"""A referral that is being written on pages: which steps it has, which is next, and what may be told in them.

What was typed stays as it was typed, for the form that is wrong; beside it stands what each step means. Only two things
are decided from what was typed itself, since they have to be known of an answer that is not right yet: whom the form
asks, and of whom nothing may be told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.referral.domain.filled_draft import DraftIsIncomplete, FilledDraft, Steps
from services.referral.domain.people import Subject
from services.referral.domain.refusals import PersonCaredForHasNotConsented

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


@dataclass(frozen=True, kw_only=True)
class WrittenDraft(FilledDraft):
    """A draft that is written on pages: what was typed, and what it means.

    ``typed``: as the browser sent it. ``version`` None: it has not been kept yet.
    """

    version: int | None = None
    typed: Sections = field(default_factory=dict, repr=False)

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of this referral, in order."""
        return wanted_steps(self.typed)

    @property
    def may_tell_of_the_person(self) -> bool:
        """Whether anything about the person cared for may be shown, filled in and sent."""
        return person_has_consented(self.typed)

    def is_typed_aside(self, step: str) -> bool:
        """Whether something typed lies beside a step, to be saved or given up."""
        return any(step in self.typed.get(aside, {}) for aside in ASIDE)

    def is_answered(self, step: str) -> bool:
        """Whether a step is saved, and right, and nothing typed lies beside it."""
        return not self.is_typed_aside(step) and getattr(self, step.replace("-", "_")) is not None

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

    def expect_whole(self) -> Steps:
        """The steps that every referral has, with nothing typed beside any. Raises DraftIsIncomplete."""
        if self.next_step != CHECK:
            raise DraftIsIncomplete
        return self.expect_steps()


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
