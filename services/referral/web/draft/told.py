"""What a draft may tell about the person cared for: nothing, without that person's consent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.referral.domain.refusals import PersonCaredForHasNotConsented
from services.referral.views.drafts import ASIDE
from services.referral.web.draft.kept import Sections
from services.referral.web.draft.situation_form import ABOUT_THE_PERSON
from shared.kernel.translation import says

NOT_KEPT = says(
    "The draft was changed in another window, and there is no consent there to tell anything about the one who receives"
    " the support. So what you wrote here about that person is not kept."
)
TO_BE_TOLD_AGAIN = says(
    "The step about the situation has to be filled in again: the question of consent from the one who receives the"
    " support has been answered in another way, or has to be asked again."
)


def person_has_consented(answers: Sections) -> bool:
    """Whether the fields about the person cared for may be shown and filled in."""
    asks = answers.get("consent", {}).get("about_person") == "yes"
    return asks and answers.get("other-consent", {}).get("tell") == "yes"


def refuse_untold(step: str, answers: Sections, values: Mapping[str, Any]) -> None:
    """Raise PersonCaredForHasNotConsented, naming the fields, when a step tells what may not be told."""
    if step == "situation" and not person_has_consented(answers):
        told = {
            where: PersonCaredForHasNotConsented.title for name, where in ABOUT_THE_PERSON.items() if name in values
        }
        if told:
            raise PersonCaredForHasNotConsented(fields=told)


def without_untold(answers: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's answers without what may not be told: no page could show a step that holds it, so none could mend it.

    ``answers``: as ``understood`` gives them. What lies beside the steps is held to the same.
    """
    kept = dict(answers)
    if person_has_consented(kept):
        return kept
    if "situation" in kept:
        kept["situation"] = _without_the_person(kept["situation"])
    for aside in ASIDE:
        if "situation" in kept.get(aside, {}):
            kept[aside] = {**kept[aside], "situation": _without_the_person(kept[aside]["situation"])}
    return kept


def _without_the_person(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in ABOUT_THE_PERSON}


def what_is_not_kept(step: str, answers: Sections, values: Mapping[str, Any]) -> str:
    """What to say when a step from an older window tells of somebody who is not to be told of now; else empty."""
    about_the_person = step == "other-consent" or any(name in values for name in ABOUT_THE_PERSON)
    asks = answers.get("consent", {}).get("about_person") == "yes"
    gone = not asks if step == "other-consent" else step == "situation" and not person_has_consented(answers)
    return NOT_KEPT if gone and about_the_person else ""
