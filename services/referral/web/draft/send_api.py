"""The systems' door to sending: a referral whole, in one request."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from services.referral.commands.send_referral import SendReferral, send_referral
from services.referral.domain.clocks import Priority
from services.referral.domain.consent.consent import ConsentAnswers, Form, GivenBy
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.filled_draft import CarerStep, FilledDraft, NeedStep, ReceiverStep, SituationStep
from services.referral.domain.lifecycle import Action
from services.referral.domain.people import Carer, Channel, PersonCaredFor, Relation, SafeContact, TakesInBest
from services.referral.domain.places import name_of
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.referral import Referral
from services.referral.web import representation as answering
from services.referral.web import representation_schemas as schemas_out
from services.referral.web import schemas
from services.referral.web.draft.open import remember_sending
from services.referral.web.keyed import seen_again
from services.referral.web.page import changing
from shared.kernel.actor import Role
from shared.kernel.identity import ReferralId, UnitId
from shared.vocabulary.age import AgeBand
from shared.web.api.answers import created, etag, once
from shared.web.api.idempotency import Answer, answered_before, remember_answer
from shared.web.api.openapi import Operations
from shared.web.who import Tried, current_actor

Loaded = dict[str, Any]
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
    draft = draft_from(body)
    actor, request = current_actor(), once()
    with changing(actor) as uow:
        before = answered_before(uow.connection, request)
        if before is not None:
            referral = seen_again(before, actor, uow)
            return _sent(referral)
        referral = send_referral(SendReferral(draft=draft), actor, uow)
        answer = Answer(201, _location(referral.id), etag(referral.version), referral.id)
        remember_answer(uow.connection, request, answer, uow.clock.now())
        if draft.id is not None:
            remember_sending(draft.id, referral, actor, uow)
    return _sent(referral)


def _sent(referral: Referral) -> Response:
    return created(_location(referral.id), answering.receipt(referral), etag(1))


def _location(referral_id: ReferralId) -> str:
    return url_for("referral_api.get_show", referral_id=referral_id)


def draft_from(body: Loaded) -> FilledDraft:
    """What a system sent, once its shape is right: a draft that is filled in at once."""
    need, consents, unit_id = body["need"], body["consents"], body["receiving_unit_id"]
    area = need["area"]
    return FilledDraft(
        id=body["draft_id"],
        carer=CarerStep(carer=carer_from(body["carer"]), area=area),
        support=NeedStep(
            why=need["why"],
            support_wanted=tuple(dict.fromkeys(need["support_wanted"])),
            priority=Priority(body["priority"]),
        ),
        consent=consent_from(consents["carer"], area),
        other_consent=consent_from(consents["person_cared_for"], area),
        situation=SituationStep(
            target_groups=tuple(dict.fromkeys(need["target_groups"])),
            own_statement=need["own_statement"],
            person=person_from(body["person_cared_for"]),
        ),
        receiver=ReceiverStep(chosen=None if unit_id is None else UnitId(unit_id)),
    )


def carer_from(said: Loaded) -> Carer:
    """The carer."""
    band = said["age_band"]
    contact = said["safe_contact"]
    return Carer(
        **{
            **said,
            "age_band": AgeBand(band) if band else None,
            "takes_in_best": frozenset(map(TakesInBest, said["takes_in_best"])),
            "safe_contact": SafeContact(**{**contact, "channels": frozenset(map(Channel, contact["channels"]))}),
        }
    )


def person_from(said: Loaded | None) -> PersonCaredFor | None:
    """The person cared for, if anything was said at all."""
    if said is None:
        return None
    relation = said["relation"]
    return PersonCaredFor(**{**said, "relation": Relation(relation) if relation else None})


def consent_from(said: Loaded | None, area: str) -> ConsentAnswers | None:
    """A consent's answers; a text that named nobody in particular named the carer support in the ``area``."""
    if said is None:
        return None
    told = {name: value for name, value in said.items() if name != "refused_scopes"}
    return ConsentAnswers(
        **{
            **told,
            "scopes": frozenset(map(Scope, said["scopes"])),
            "refused": frozenset(map(Scope, said["refused_scopes"])),
            "recipient": recipient_from(said["recipient"] or {"area": area, "unit_id": None}),
            "channels": frozenset(map(Channel, said["channels"])),
            "given_by": GivenBy(said["given_by"]),
            "form": Form(said["form"]),
        }
    )


def recipient_from(said: Loaded) -> NamedRecipient:
    """Whom a text named. A unit's name is looked up when the referral is sent."""
    if said["unit_id"] is not None:
        return NamedRecipient(unit_id=UnitId(said["unit_id"]))
    return NamedRecipient(area=said["area"], name=name_of(said["area"]))
