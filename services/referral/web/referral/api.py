"""The systems' door to referrals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.accept_referral import AcceptReferral, accept_referral
from services.referral.commands.admission import known_to, record_reading
from services.referral.commands.cancel_referral import CancelReferral, cancel_referral
from services.referral.commands.complete_referral import CompleteReferral, complete_referral
from services.referral.commands.note_first_contact import NoteFirstContact, note_first_contact
from services.referral.commands.open_referral import OpenReferral, open_referral
from services.referral.commands.reject_referral import RejectReferral, reject_referral
from services.referral.commands.send_referral import send_referral
from services.referral.commands.withdraw_consent import WithdrawConsent, withdraw_consent
from services.referral.domain.access import Shown
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.reading import reading_of
from services.referral.domain.referral import Referral
from services.referral.domain.states import Action
from services.referral.views.counting import counts
from services.referral.views.listing import ListReferrals, list_referrals
from services.referral.web import representation as answering
from services.referral.web import representation_schemas as schemas_out
from services.referral.web import schemas
from services.referral.web.consent.api_admission import to_withdraw
from services.referral.web.draft.asking import send_referral_from
from services.referral.web.draft.sent import remember_sending
from services.referral.web.page import STAFF, parts
from services.referral.web.step.api_admission import to_a_step
from shared.kernel.actor import Actor, Role
from shared.kernel.identity import ConsentId, ReferralId
from shared.kernel.refusals import NotThere
from shared.web.api import created, etag, ok, once, page_cursor, read_cursor, require_if_match, unless_known
from shared.web.errors import MalformedCursor
from shared.web.idempotency import Answer, answered_before, remember_answer
from shared.web.openapi import Operations
from shared.web.who import Tried, current_actor

api = Operations()
LIST = "referrals"


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
    with parts().unit_of_work(actor) as uow:
        before = answered_before(uow.connection, request)
        if before is not None:
            referral = _seen(before, actor, uow)
            uow.commit()
            return _sent(referral)
        referral = send_referral(command, actor, uow)
        answer = Answer(201, _location(referral.id), etag(referral.version), referral.id)
        remember_answer(uow.connection, request, answer, uow.clock.now())
        if command.draft_id is not None:
            remember_sending(command.draft_id, referral, actor, uow)
        uow.commit()
    return _sent(referral)


@api.get(
    "/referrals",
    query=schemas.ListQuery,
    answers={200: schemas_out.ListOut},
    roles=STAFF,
    tries=Tried(Action.LIST, "referral"),
)
def list_them(query: dict[str, Any]) -> Response:
    """List the referrals of your unit, the newest first. The list is recorded, naming every referral shown."""
    wanted = ListReferrals(
        state=query["state"], direction=query["direction"], limit=query["limit"], after=_after(query["cursor"])
    )
    with parts().unit_of_work(current_actor()) as uow:
        shown = list_referrals(wanted, current_actor(), uow)
        uow.commit()
    body: dict[str, Any] = {"items": [answering.brief(*each) for each in shown]}
    if len(shown) == query["limit"]:
        last = shown[-1][0]
        body["next_cursor"] = page_cursor(LIST, [last.sent_at.isoformat(), str(last.id)])
    return ok(body)


@api.get(
    "/referrals/counts",
    query=schemas.CountsQuery,
    answers={200: schemas_out.CountsOut},
    roles=STAFF,
    polled=True,
    tries=Tried(Action.LIST, "referral"),
)
def count_them(query: dict[str, Any]) -> Response:
    """Count the open referrals that the list would show, for asking again and again.

    It shows nobody, so it is not recorded, and is answered with 304 as long as nothing has changed. `new`: those sent
    after `since`; ask with the `sent_at` of the newest that you know.
    """
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        found = counts(query["since"], actor, uow)
    return unless_known({"open": found.open, "waiting": found.waiting, "new": found.new})


@api.get("/referrals/<uuid:referral_id>", answers={200: schemas_out.ReferralOut}, etag=True)
def show(referral_id: UUID) -> Response:
    """Open a referral.

    The consents are asked again, and the reading is recorded, in the same transaction. Parts that are closed to you are
    null and named in `closed`, each with the reason. `actions` lists what you may do now.
    """
    actor = current_actor()
    with parts().unit_of_work(actor) as uow:
        opened = open_referral(OpenReferral(referral_id=ReferralId(referral_id)), actor, uow)
        uow.commit()
    return ok(answering.whole(opened), etag=etag(opened.reading.version))


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
    return _step(lambda actor, uow: accept_referral(command, actor, uow))


@api.post("/referrals/<uuid:referral_id>/first-contact", **_STEP, admits=to_a_step(Action.FIRST_CONTACT))
def first_contact(referral_id: UUID) -> Response:
    """Note that the first contact with the carer has been made.

    The promise of contact is then kept, and the next deadline is the answer. The moment kept is that of the noting.
    """
    command = NoteFirstContact(referral_id=ReferralId(referral_id), expected_version=require_if_match())
    return _step(lambda actor, uow: note_first_contact(command, actor, uow))


@api.post("/referrals/<uuid:referral_id>/reject", body=schemas.RejectIn, **_STEP, admits=to_a_step(Action.REJECT))
def reject(referral_id: UUID, body: dict[str, Any]) -> Response:
    """Decline a referral with a coded reason."""
    command = RejectReferral(referral_id=ReferralId(referral_id), expected_version=require_if_match(), **body)
    return _step(lambda actor, uow: reject_referral(command, actor, uow))


@api.post("/referrals/<uuid:referral_id>/complete", body=schemas.CompleteIn, **_STEP, admits=to_a_step(Action.COMPLETE))
def complete(referral_id: UUID, body: dict[str, Any]) -> Response:
    """Close a referral with an outcome, and say which needs could not be met."""
    said = {**body, "unmet_needs": tuple(dict.fromkeys(body["unmet_needs"]))}
    command = CompleteReferral(referral_id=ReferralId(referral_id), expected_version=require_if_match(), **said)
    return _step(lambda actor, uow: complete_referral(command, actor, uow))


@api.post("/referrals/<uuid:referral_id>/cancel", body=schemas.CancelIn, **_STEP, admits=to_a_step(Action.CANCEL))
def cancel(referral_id: UUID, body: dict[str, Any]) -> Response:
    """Take back a referral that your unit sent."""
    command = CancelReferral(referral_id=ReferralId(referral_id), expected_version=require_if_match(), **body)
    return _step(lambda actor, uow: cancel_referral(command, actor, uow))


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
    return _step(lambda actor, uow: withdraw_consent(command, actor, uow))


def _step(act: Callable[[Actor, ReferralUnitOfWork], Referral]) -> Response:
    """Carry out one step, once however often it is asked for, and say where the referral stands."""
    actor, request = current_actor(), once()
    with parts().unit_of_work(actor) as uow:
        before = answered_before(uow.connection, request)
        referral = act(actor, uow) if before is None else _seen(before, actor, uow)
        now = uow.clock.now()
        reading = reading_of(referral, actor, now)
        tag = etag(reading.version)
        if before is None:
            remember_answer(uow.connection, request, Answer(200, None, tag, referral.id), now)
        uow.commit()
    return ok(answering.brief(referral, reading), etag=tag)


def _seen(before: Answer, actor: Actor, uow: ReferralUnitOfWork) -> Referral:
    """The referral of an earlier answer, as it stands now: a look, recorded. Raises NotThere when no longer theirs."""
    if before.resource_id is None:
        raise NotThere
    asked = ReferralId(before.resource_id)
    referral = known_to(Action.OPEN, uow.referrals.lock(asked), asked, actor, uow)
    record_reading(referral, actor, uow, Shown.STATE)
    return referral


def _sent(referral: Referral) -> Response:
    return created(_location(referral.id), answering.receipt(referral), etag(1))


def _location(referral_id: ReferralId) -> str:
    return f"/api/referral/v1/referrals/{referral_id}"


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    values = read_cursor(LIST, cursor)
    if values is None:
        return None
    try:
        return datetime.fromisoformat(values[0]), UUID(values[1])
    except (ValueError, TypeError, IndexError):
        raise MalformedCursor from None
