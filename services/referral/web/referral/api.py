"""The systems' door to one referral."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from services.referral.commands.open_referral import OpenReferral, open_referral
from services.referral.web import representation as answering
from services.referral.web import representation_schemas as schemas_out
from services.referral.web.page import changing
from shared.kernel.identity import ReferralId
from shared.web.api.answers import etag, ok
from shared.web.api.openapi import Operations
from shared.web.who import current_actor

api = Operations()


@api.get("/referrals/<uuid:referral_id>", answers={200: schemas_out.ReferralOut}, etag=True)
def show(referral_id: UUID) -> Response:
    """Open a referral.

    The consents are asked again, and the reading is recorded, in the same transaction. Parts that are closed to you are
    null and named in `closed`, each with the reason. `actions` lists what you may do now.
    """
    actor = current_actor()
    with changing(actor) as uow:
        opened = open_referral(OpenReferral(referral_id=ReferralId(referral_id)), actor, uow)
    return ok(answering.whole(opened), etag=etag(opened.reading.version))
