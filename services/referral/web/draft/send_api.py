"""The systems' door to sending: a referral whole, in one request."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from services.referral.commands.send_referral import send_referral
from services.referral.domain.lifecycle import Action
from services.referral.domain.referral import Referral
from services.referral.web import representation as answering
from services.referral.web import representation_schemas as schemas_out
from services.referral.web import schemas
from services.referral.web.draft.from_json import send_referral_from
from services.referral.web.draft.open import remember_sending
from services.referral.web.keyed import seen_again
from services.referral.web.page import changing
from shared.kernel.actor import Role
from shared.kernel.identity import ReferralId
from shared.web.api.answers import created, etag, once
from shared.web.api.idempotency import Answer, answered_before, remember_answer
from shared.web.api.openapi import Operations
from shared.web.who import Tried, current_actor

api = Operations()


@api.post(
    "/referrals",
    body=schemas.SendReferralIn,
    answers={201: schemas_out.ReceiptOut},
    roles=[Role.REFERRER],
    keyed=True,
    etag=True,
    goes_on=True,
    tries=Tried(Action.SEND, "referral"),
)
def send(body: dict[str, Any]) -> Response:
    """Send a referral.

    Without the carer's consent nothing can be sent; without the cared-for person's consent the fields about that person
    are refused, by name. The text that was read out names a recipient: where the unit that would receive the referral,
    chosen or by the municipality's rules, is another, it is refused (`recipient-was-not-named`) until the text has been
    read out again with that unit's name, and `recipient` of the consent says so (see `consent-texts`). A draft that is
    named is sent once: named again, the referral is refused.
    """
    command = send_referral_from(body)
    actor, request = current_actor(), once()
    with changing(actor) as uow:
        before = answered_before(uow.connection, request)
        if before is not None:
            referral = seen_again(before, actor, uow)
            return _sent(referral)
        referral = send_referral(command, actor, uow)
        answer = Answer(201, _location(referral.id), etag(referral.version), referral.id)
        remember_answer(uow.connection, request, answer, uow.clock.now())
        if command.draft_id is not None:
            remember_sending(command.draft_id, referral, actor, uow)
    return _sent(referral)


def _sent(referral: Referral) -> Response:
    return created(_location(referral.id), answering.receipt(referral), etag(1))


def _location(referral_id: ReferralId) -> str:
    return url_for("referral_api.get_show", referral_id=referral_id)
