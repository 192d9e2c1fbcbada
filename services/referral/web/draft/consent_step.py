"""What a consent step shows: the words to be read out, whom they name, and the questions."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.propose_route import ProposeRoute, propose_route
from services.referral.domain.consent.texts import consent_text
from services.referral.domain.draft import STEP_OF, WrittenDraft
from services.referral.domain.filled_draft import CarerStep
from services.referral.domain.people import Subject
from services.referral.domain.places import known_as, name_of
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.refusals import NoReceiverIsKnown
from services.referral.domain.routing import ReceivingUnit
from services.referral.web import words as words
from services.referral.web.draft.answers import WHAT_WAS_READ_OUT, unasked
from services.referral.web.draft.consent_form import named_from
from services.referral.web.forms import Typed
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.vocabulary.languages import SWEDISH
from shared.vocabulary.routing import Situation


def consent_step(
    about: Subject, draft: WrittenDraft, form: Typed, actor: Actor, uow: ReferralUnitOfWork
) -> dict[str, Any]:
    """The text and the lists. An answer that was given to another text than the one shown is not shown as given."""
    carer = draft.expect_carer()
    unit = _expected(carer, actor, uow)
    recipient = _read_before(form, carer.area, uow)
    if recipient is None:
        recipient = _to_be_named(carer.area, unit)
        form = Typed(unasked(STEP_OF[about], form.values, WHAT_WAS_READ_OUT), form.errors)
    text = consent_text(about, swedish_day(uow.clock.now()))
    channels = draft.typed["carer"].get("channels", [])
    return {
        "form": form,
        "text_version": text.version,
        "read_for": recipient.area or str(recipient.unit_id),
        "read_out": text.said(recipient, SWEDISH),
        "in_other_languages": words.in_other_languages(text, recipient),
        "channels": words.ways(channels),
        "carer_support": unit,
        "words": {
            "yes_no": words.choices(words.YES_NO),
            "forms": words.choices(words.FORMS),
            "given_by": words.choices(words.GIVEN_BY),
            "text_languages": words.text_languages(text),
        },
    }


def _to_be_named(area: str, unit: ReceivingUnit | None) -> NamedRecipient:
    """The carer support where the carer lives, or the unit that will receive it where that is somewhere else."""
    place = NamedRecipient(area=area, name=name_of(area))
    if unit is None or place.covers(unit):
        return place
    return NamedRecipient(unit_id=unit.id, name=known_as(unit, area))


def _read_before(form: Typed, area: str, uow: ReferralUnitOfWork) -> NamedRecipient | None:
    """Whom the text named to which the answers shown were given; None where nobody has answered, or it is gone."""
    if not any(form.get(name) for name in WHAT_WAS_READ_OUT):
        return None
    try:
        named = named_from(str(form.get("read_for"))) or NamedRecipient(area=area, name=name_of(area))
    except ValidationError:
        return None
    if named.unit_id is None:
        return named
    unit = uow.routing.receiving_unit(named.unit_id)
    return NamedRecipient(unit_id=unit.id, name=known_as(unit, area)) if unit else None


def _expected(carer: CarerStep, actor: Actor, uow: ReferralUnitOfWork) -> ReceivingUnit | None:
    """The unit that receives the referral, as far as is known now; also whom to tell of when the carer says no."""
    today = swedish_day(uow.clock.now())
    situation = Situation(area=carer.area, age_of_carer=carer.carer.known_age(today))
    try:
        return propose_route(ProposeRoute(situation=situation), actor, uow).unit
    except NoReceiverIsKnown:
        return None
