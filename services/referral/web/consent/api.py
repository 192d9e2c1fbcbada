"""The systems' door to consents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from services.referral.commands.withdraw_consent import WithdrawConsent, withdraw_consent
from services.referral.domain.consent.scopes import Scope
from services.referral.web import representation_schemas as schemas_out
from services.referral.web.consent import schemas
from services.referral.web.consent.api_admission import to_withdraw
from services.referral.web.keyed import carried_out
from shared.kernel.identity import ConsentId
from shared.web.api.openapi import Operations

api = Operations()


@api.post(
    "/consents/<uuid:consent_id>/withdraw",
    body=schemas.WithdrawIn,
    answers={200: schemas_out.BriefOut},
    keyed=True,
    etag=True,
    admits=to_withdraw,
)
def withdraw(consent_id: UUID, body: dict[str, Any]) -> Response:
    """Write down that a consent is withdrawn.

    It takes effect on the very next read. No version is asked for: withdrawing is as easy as giving. The carer's
    `share-with-receiving-unit` seals everything that was told; `tell-about-person-cared-for` seals what stands in
    `person_cared_for`, while free text in `carer` and `need` and the steps' comments stay, also where they mention that
    person. The other scopes seal nothing.
    """
    command = WithdrawConsent(consent_id=ConsentId(consent_id), scopes=frozenset(map(Scope, body["scopes"])))
    return carried_out(lambda actor, uow: withdraw_consent(command, actor, uow))
