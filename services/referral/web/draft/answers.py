"""What a draft holds, step by step, and the command that it becomes.

A draft keeps each step as it was typed; what it means is asked again whenever it is used, so a code that has gone out
of force, or a consent that has been taken back, is seen before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError

from services.referral.commands.propose_route import ProposeRoute
from services.referral.commands.send_referral import SendReferral
from services.referral.domain.clocks import Priority
from services.referral.domain.consent.texts import consent_text
from services.referral.domain.content import Need
from services.referral.domain.people import Carer, PersonCaredFor, Subject
from services.referral.domain.routing import ReceivingUnit
from services.referral.views.drafts import ASIDE, UNFINISHED, UNSAVED
from services.referral.web import forms
from services.referral.web.draft.carer_form import CarerForm, carer_from
from services.referral.web.draft.consent_form import CarerConsentForm, PersonConsentForm, carer_answers, person_answers
from services.referral.web.draft.kept import (
    CONSENTS,
    GIVEN_AT,
    ORDER,
    RESTS_ON,
    WHAT_WAS_READ_OUT,
    Sections,
    asked_again,
    unasked,
    without_aside,
)
from services.referral.web.draft.new_yes import with_new_yes
from services.referral.web.draft.receiver_form import READ_AGAIN, ReceiverForm, chosen_in
from services.referral.web.draft.situation_form import NeedForm, OwnStatementForm, PersonForm, person_from
from services.referral.web.draft.told import person_has_consented, refuse_untold
from shared.kernel.identity import UnitId
from shared.vocabulary.age import KnownAge
from shared.web.fields import today


def wanted_steps(answers: Sections) -> tuple[str, ...]:
    """The steps of this referral: the other person is asked only when something about them is to be told."""
    asks = answers.get("consent", {}).get("about_person") == "yes"
    return tuple(step for step in ORDER if asks or step != "other-consent")


def first_incomplete(answers: Sections) -> str:
    """The step to go on with; ``check`` when all are answered and nothing typed waits unsaved."""
    return next((step for step in wanted_steps(answers) if not is_answered(step, answers)), "check")


def is_answered(step: str, answers: Sections) -> bool:
    """Whether a step is saved, and right, and nothing typed lies beside it."""
    if step not in answers or any(step in answers.get(aside, {}) for aside in ASIDE):
        return False
    try:
        load_step(step, answers, answers[step])
    except ValidationError:
        return False
    return True


def form_of(step: str, answers: Sections) -> forms.Form:
    """The form of a step, which for the situation goes by the other person's consent."""
    if step == "situation":
        form = PersonForm if person_has_consented(answers) else OwnStatementForm
        return form(age_of_carer=_age_of_carer(answers))
    if step == "consent":
        return CarerConsentForm(asks_channels=bool(answers.get("carer", {}).get("channels")))
    return {
        "carer": CarerForm,
        "support": NeedForm,
        "other-consent": PersonConsentForm,
        "receiver": ReceiverForm,
    }[step]()


def _age_of_carer(answers: Sections) -> KnownAge | None:
    """As the first step tells it; None where it does not, or is not right itself."""
    try:
        return carer_from(load_step("carer", answers, answers.get("carer", {}))).known_age(today())
    except ValidationError:
        return None


def load_step(step: str, answers: Sections, values: Mapping[str, Any]) -> dict[str, Any]:
    """A step's meaning. Raises ValidationError, or PersonCaredForHasNotConsented for fields that may not be told."""
    refuse_untold(step, answers, values)
    return forms.load(form_of(step, answers), {name: value for name, value in values.items() if name != GIVEN_AT})


def with_step(step: str, answers: Sections, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The answers with a step filled in; what rested on something that has changed is asked again."""
    before, after = answers.get(step, {}), dict(values)
    if step == "receiver" and after.get("read_for") != chosen_in(after):
        # what was read out there was about another unit than the one that is chosen now
        after = {name: value for name, value in after.items() if name not in READ_AGAIN}
    if step in CONSENTS or after.get("asked_again"):
        after[GIVEN_AT] = now.isoformat()
    kept = without_aside(step, {**answers, step: after})
    if step == "carer":
        moved = [names for field, names in RESTS_ON.items() if before.get(field) != after.get(field)]
        kept = asked_again(kept, frozenset[str]().union(*moved))
    if person_has_consented(answers) != person_has_consented(kept):
        kept.pop("situation", None)
        kept = without_aside("situation", kept)
    if step in ("carer", "situation"):
        kept.pop("receiver", None)
    if step == "consent" and after.get("about_person") != "yes":
        kept.pop("other-consent", None)
    return kept


def with_unsaved(step: str, answers: Sections, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are, and beside them what was typed for a step from an older version of the draft.

    Nor is a yes to what was read out in that window kept: the recipient and the ways to be reached may be others now.
    """
    return _beside(UNSAVED, step, answers, unasked(step, values, WHAT_WAS_READ_OUT))


def with_unfinished(step: str, answers: Sections, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are, and beside them what was typed on a step that its writer leaves without saving it.

    It answers nothing: nothing that rests on the step is asked again, and nothing is sent, until it is saved there.
    """
    return _beside(UNFINISHED, step, answers, values)


def _beside(aside: str, step: str, answers: Sections, values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that the step no longer has are not kept: the other person may have taken back their consent meanwhile."""
    known = form_of(step, answers).fields
    typed = {name: value for name, value in values.items() if name in known}
    return {**answers, aside: {**answers.get(aside, {}), step: typed}}


def as_read_out(step: str, values: Mapping[str, Any], day: date) -> dict[str, Any]:
    """A step to be shown, and perhaps saved, again: an answer to another text than the day's is no answer to it."""
    about = {"consent": Subject.CARER, "other-consent": Subject.PERSON_CARED_FOR}.get(step)
    if about is None or values.get("text_version") == consent_text(about, day).version:
        return dict(values)
    return unasked(step, values, WHAT_WAS_READ_OUT)


def carer_of(answers: Sections) -> Carer:
    """The carer as typed. Raises ValidationError."""
    return carer_from(load_step("carer", answers, answers.get("carer", {})))


def person_of(answers: Sections) -> PersonCaredFor | None:
    """The person cared for, only with that person's consent. Raises ValidationError."""
    if not person_has_consented(answers):
        return None
    return person_from(load_step("situation", answers, answers.get("situation", {})))


def route_from(answers: Sections) -> ProposeRoute:
    """What routing goes by. Raises ValidationError."""
    situation = load_step("situation", answers, answers.get("situation", {}))
    return ProposeRoute(
        area=str(answers["carer"]["area"]),
        target_groups=tuple(situation["target_groups"]),
        carer=carer_of(answers),
        person_cared_for=person_of(answers),
    )


def command_from(answers: Sections, draft_id: UUID, unit: ReceivingUnit | None = None) -> SendReferral:
    """The whole as one thing to ask for. Raises ValidationError when a step is missing or no longer right.

    ``unit``: the one that will receive it, for which a new yes may have been given.
    """
    loaded = {step: load_step(step, answers, answers.get(step, {})) for step in wanted_steps(answers)}
    carer, need, situation = carer_from(loaded["carer"]), loaded["support"], loaded["situation"]
    receiver = loaded["receiver"]
    other = loaded.get("other-consent")
    carers = carer_answers(loaded["consent"], carer.safe_contact.channels, _given(answers, "consent"))
    persons = person_answers(other, _given(answers, "other-consent")) if other else None
    return SendReferral(
        carer=carer,
        need=Need(
            why=need["why"],
            target_groups=tuple(situation["target_groups"]),
            own_statement=situation.get("own_statement") == "yes",
            support_wanted=tuple(need["support_wanted"]),
            area=loaded["carer"]["area"],
        ),
        priority=Priority(need["priority"]),
        carer_consent=with_new_yes(Subject.CARER, carers, answers, unit),
        person_cared_for=person_of(answers),
        person_cared_for_consent=with_new_yes(Subject.PERSON_CARED_FOR, persons, answers, unit),
        receiving_unit_id=UnitId(receiver["other_unit"]) if receiver["unit"] == "other" else None,
        draft_id=draft_id,
    )


def _given(answers: Sections, step: str) -> datetime:
    return datetime.fromisoformat(answers[step][GIVEN_AT])
