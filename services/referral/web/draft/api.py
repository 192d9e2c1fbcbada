"""The systems' door to drafts, and to what whoever writes one has to know: units, texts and codes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for
from flask_babel import gettext

from services.referral.commands.drafts import DiscardDraft, OpenDraft, SaveDraft, discard_draft, open_draft, save_draft
from services.referral.commands.propose_route import ProposeRoute, propose_route
from services.referral.domain.codes import LISTS, in_force
from services.referral.domain.consent.texts import CONSENT_TEXTS
from services.referral.domain.content import check_young
from services.referral.domain.lifecycle import Action
from services.referral.domain.people import Carer
from services.referral.domain.places import known_as, name_of
from services.referral.domain.ports import Draft
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.refusals import AgesDisagree, UnitCannotReceive
from services.referral.web import representation as answering
from services.referral.web import representation_schemas as schemas_out
from services.referral.web import schemas
from services.referral.web import words as words
from services.referral.web.draft.api_admission import to_save_a_draft
from services.referral.web.draft.schemas import DraftIn, check_graded
from services.referral.web.page import STAFF, changing, parts, reading
from shared.kernel.actor import Role
from shared.kernel.clock import swedish_day
from shared.kernel.identity import UnitId
from shared.kernel.refusals import NotThere
from shared.vocabulary.age import AgeBand
from shared.vocabulary.routing import Situation
from shared.web.api.answers import created, etag, no_content, ok, once, require_if_match
from shared.web.api.idempotency import Answer, answered_before, remember_answer
from shared.web.api.openapi import Operations
from shared.web.who import Tried, current_actor

AUTHORS = (Role.REFERRER,)


api = Operations()


@api.post(
    "/drafts",
    body=DraftIn,
    answers={201: schemas_out.DraftOut},
    roles=AUTHORS,
    keyed=True,
    etag=True,
    goes_on=True,
    tries=Tried(Action.SAVE_DRAFT, "draft"),
)
def begin_draft(body: dict[str, Any]) -> Response:
    """Keep a draft: encrypted, yours alone, for seven days. A draft is not a referral.

    The answers are those of the form's steps, each as far as it has been typed; fields about the person cared for are
    refused without that person's consent. The same Idempotency-Key leads to the same draft, as it stands now.
    """
    check_graded(body["answers"])
    actor, request = current_actor(), once()
    with changing(actor) as uow:
        before = answered_before(uow.connection, request)
        if before is not None and before.resource_id is not None:
            kept = open_draft(OpenDraft(draft_id=before.resource_id), actor, uow)
        else:
            kept = save_draft(SaveDraft(answers=body["answers"]), actor, uow)
            answer = Answer(201, _location(kept), etag(kept.version), kept.id)
            remember_answer(uow.connection, request, answer, uow.clock.now())
    return created(_location(kept), answering.draft(kept), etag(kept.version))


@api.get("/drafts/<uuid:draft_id>", answers={200: schemas_out.DraftOut}, etag=True, goes_on=True)
def show_draft(draft_id: UUID) -> Response:
    """Go on with a draft. The reading is recorded."""
    actor = current_actor()
    with reading(actor) as uow:
        kept = open_draft(OpenDraft(draft_id=draft_id), actor, uow)
    return ok(answering.draft(kept), etag=etag(kept.version))


@api.put(
    "/drafts/<uuid:draft_id>",
    body=DraftIn,
    answers={200: schemas_out.DraftOut},
    versioned=True,
    etag=True,
    goes_on=True,
    admits=to_save_a_draft,
)
def change_draft(draft_id: UUID, body: dict[str, Any]) -> Response:
    """Keep a draft's new answers, for seven days from now."""
    check_graded(body["answers"])
    command = SaveDraft(answers=body["answers"], draft_id=draft_id, expected_version=require_if_match())
    actor = current_actor()
    with changing(actor) as uow:
        kept = save_draft(command, actor, uow)
    return ok(answering.draft(kept), etag=etag(kept.version))


@api.delete("/drafts/<uuid:draft_id>", answers={204: None}, goes_on=True)
def throw_draft_away(draft_id: UUID) -> Response:
    """Throw a draft away; its key goes with it."""
    actor = current_actor()
    with changing(actor) as uow:
        discard_draft(DiscardDraft(draft_id=draft_id), actor, uow)
    return no_content()


def _location(kept: Draft) -> str:
    return url_for("referral_api.get_show_draft", draft_id=kept.id)


@api.get(
    "/routing-proposal",
    query=schemas.RouteQuery,
    answers={200: schemas_out.ProposalOut},
    roles=STAFF,
    goes_on=True,
    tries=Tried(Action.OPEN, "routing-rules"),
)
def propose(query: dict[str, Any]) -> Response:
    """Ask which unit would receive a carer, and why. Nothing is kept.

    ``age_decides``: a rule goes by the carer's age, and what was told of it leaves open whether it fits. Told more
    exactly (the year of birth in place of a band), the unit may be another.
    """
    band, year = query["age_band"], query["year_of_birth"]
    carer = Carer(name="", age_band=AgeBand(band) if band else None, year_of_birth=year)
    today = swedish_day(parts().clock.now())
    for said in carer.disagreement(today).values():
        raise AgesDisagree(fields={"/year_of_birth": said})
    age, groups = carer.known_age(today), frozenset(query["target_group"])
    check_young(groups, age, "/target_group")
    situation = Situation(area=query["area"], target_groups=groups, age_of_carer=age)
    actor = current_actor()
    with reading(actor) as uow:
        proposed = propose_route(ProposeRoute(situation=situation), actor, uow)
    reason = proposed.route.reason
    # a rule's sentence is the municipality's own; ours is a key into the catalogue
    shown = gettext(reason) if proposed.is_default else reason
    return ok({**answering.proposal(proposed), "reason": shown})


@api.get(
    "/consent-texts", query=schemas.TextsQuery, answers={200: schemas_out.ConsentTextsOut}, roles=STAFF, goes_on=True
)
def consent_texts(query: dict[str, Any]) -> Response:
    """List the words that are read out before somebody consents: today's, and every earlier version.

    Name the `area` where the carer lives and the texts name its carer support; name the unit that is to receive the
    referral too, and they name the unit, with its municipality where that is another than the carer's. What was read
    out is kept with the consent as it is said here.
    """
    unit_id, area = query["receiving_unit_id"], query["area"]
    recipient = NamedRecipient(area=area, name=name_of(area)) if area else None
    with reading(current_actor()) as uow:
        unit = uow.routing.receiving_unit(UnitId(unit_id)) if unit_id else None
    if unit_id is not None:
        if unit is None:
            raise UnitCannotReceive(fields={"/receiving_unit_id": UnitCannotReceive.title})
        recipient = NamedRecipient(unit_id=unit.id, name=known_as(unit, area or unit.area or ""))
    today = swedish_day(parts().clock.now())
    every = [
        answering.consent_text(text, language, text.said(recipient, language), today)
        for text in CONSENT_TEXTS
        for language in text.languages
    ]
    return ok({"items": every})


@api.get("/codes/<string:list_name>", answers={200: schemas_out.CodesOut}, roles=STAFF, goes_on=True)
def codes(list_name: str) -> Response:
    """List the codes in force today.

    The lists: target-groups, support-forms, reject-reasons, cancel-reasons, outcomes, unmet-needs.
    """
    if list_name not in LISTS:
        raise NotThere
    today = swedish_day(parts().clock.now())
    items = [{**answering.code(each), "title": gettext(each.title)} for each in in_force(LISTS[list_name], today)]
    return ok({"items": items})
