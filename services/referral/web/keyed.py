"""What systems ask for once, however often they ask: by their Idempotency-Key (draft-ietf-httpapi-idempotency-key)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.admission import known_to
from services.referral.domain.access import Shown, look_at
from services.referral.domain.lifecycle import Action
from services.referral.domain.reading import reading_of
from services.referral.domain.referral import Referral
from services.referral.web import representation as answering
from services.referral.web.page import changing
from shared.access.record import record_access
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import NotThere
from shared.web.api.answers import etag, ok, once
from shared.web.api.idempotency import Answer, answered_before, remember_answer
from shared.web.who import current_actor


def carried_out(act: Callable[[Actor, ReferralUnitOfWork], Referral]) -> Response:
    """Carry out one step, once however often it is asked for, and say where the referral stands."""
    actor, request = current_actor(), once()
    with changing(actor) as uow:
        before = answered_before(uow.connection, request)
        referral = act(actor, uow) if before is None else seen_again(before, actor, uow)
        now = uow.clock.now()
        reading = reading_of(referral, actor, now)
        tag = etag(reading.version)
        if before is None:
            remember_answer(uow.connection, request, Answer(200, None, tag, referral.id), now)
    return ok(answering.brief(referral, reading), etag=tag)


def seen_again(before: Answer, actor: Actor, uow: ReferralUnitOfWork) -> Referral:
    """The referral of an earlier answer, as it stands now: a look, recorded. Raises NotThere when no longer theirs."""
    if before.resource_id is None:
        raise NotThere
    asked = ReferralId(before.resource_id)
    referral = known_to(Action.OPEN, uow.referrals.lock(asked), asked, actor, uow)
    record_access(look_at(referral, actor, Shown.STATE), actor, uow)
    return referral
