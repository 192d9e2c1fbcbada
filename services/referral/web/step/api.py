"""The systems' door to what is done with a referral that has been sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from services.referral.commands.accept_referral import AcceptReferral, accept_referral
from services.referral.commands.cancel_referral import CancelReferral, cancel_referral
from services.referral.commands.complete_referral import CompleteReferral, complete_referral
from services.referral.commands.note_first_contact import NoteFirstContact, note_first_contact
from services.referral.commands.reject_referral import RejectReferral, reject_referral
from services.referral.domain.lifecycle import Action
from services.referral.web import representation_schemas as schemas_out
from services.referral.web.keyed import carried_out
from services.referral.web.step import schemas
from services.referral.web.step.api_admission import to_a_step
from shared.kernel.identity import ReferralId
from shared.web.api import require_if_match
from shared.web.openapi import Operations

api = Operations()

# no roles here: whoever asks for a referral that is not theirs is answered, and recorded, by the command
_STEP: dict[str, Any] = {
    "answers": {200: schemas_out.BriefOut},
    "keyed": True,
    "versioned": True,
    "etag": True,
}


@api.post("/referrals/<uuid:referral_id>/accept", **_STEP, admits=to_a_step(Action.ACCEPT))
def accept(referral_id: UUID) -> Response:
    """Take a referral on."""
    command = AcceptReferral(referral_id=ReferralId(referral_id), expected_version=require_if_match())
    return carried_out(lambda actor, uow: accept_referral(command, actor, uow))


@api.post("/referrals/<uuid:referral_id>/first-contact", **_STEP, admits=to_a_step(Action.FIRST_CONTACT))
def first_contact(referral_id: UUID) -> Response:
    """Note that the first contact with the carer has been made.

    The promise of contact is then kept, and the next deadline is the answer. The moment kept is that of the noting.
    """
    command = NoteFirstContact(referral_id=ReferralId(referral_id), expected_version=require_if_match())
    return carried_out(lambda actor, uow: note_first_contact(command, actor, uow))


@api.post("/referrals/<uuid:referral_id>/reject", body=schemas.RejectIn, **_STEP, admits=to_a_step(Action.REJECT))
def reject(referral_id: UUID, body: dict[str, Any]) -> Response:
    """Decline a referral with a coded reason."""
    command = RejectReferral(referral_id=ReferralId(referral_id), expected_version=require_if_match(), **body)
    return carried_out(lambda actor, uow: reject_referral(command, actor, uow))


@api.post("/referrals/<uuid:referral_id>/complete", body=schemas.CompleteIn, **_STEP, admits=to_a_step(Action.COMPLETE))
def complete(referral_id: UUID, body: dict[str, Any]) -> Response:
    """Close a referral with an outcome, and say which needs could not be met."""
    said = {**body, "unmet_needs": tuple(dict.fromkeys(body["unmet_needs"]))}
    command = CompleteReferral(referral_id=ReferralId(referral_id), expected_version=require_if_match(), **said)
    return carried_out(lambda actor, uow: complete_referral(command, actor, uow))


@api.post("/referrals/<uuid:referral_id>/cancel", body=schemas.CancelIn, **_STEP, admits=to_a_step(Action.CANCEL))
def cancel(referral_id: UUID, body: dict[str, Any]) -> Response:
    """Take back a referral that your unit sent."""
    command = CancelReferral(referral_id=ReferralId(referral_id), expected_version=require_if_match(), **body)
    return carried_out(lambda actor, uow: cancel_referral(command, actor, uow))
