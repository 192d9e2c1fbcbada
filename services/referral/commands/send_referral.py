"""A referrer sends a referral to the receiving unit, with the consents that allow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from services.referral.commands.admission import refuse
from services.referral.commands.drafts import let_go_of_draft
from services.referral.commands.propose_route import ProposeRoute, receiver
from services.referral.domain import codes
from services.referral.domain.clocks import Priority, promises
from services.referral.domain.consent.consent import Consent, ConsentAnswers, pointer_to, record_consent
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.consent.texts import LONGEST, may_have_been_read, text_of
from services.referral.domain.content import Content, Need, check_graded, check_young
from services.referral.domain.draft import WrittenDraft
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.people import Carer, PersonCaredFor, Subject
from services.referral.domain.permissions import Relation, permitted
from services.referral.domain.places import known_as
from services.referral.domain.ports import Work
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.referral import Referral, recorded_by
from services.referral.domain.refusals import (
    ActionIsNotYours,
    ConsentDoesNotHold,
    ConsentIsMissing,
    DraftIsGone,
    RecipientWasNotNamed,
)
from services.referral.domain.routing import ReceivingUnit, Route
from services.referral.domain.send import send
from shared.kernel.actor import Actor
from shared.kernel.clock import swedish_day
from shared.kernel.identity import ConsentId, ReferralId, UnitId, uuid7
from shared.kernel.translation import says


@dataclass(frozen=True, kw_only=True)
class SendReferral:
    """What the referrer filled in. ``receiving_unit_id`` None means the unit that routing proposes.

    ``draft_id``: the draft it was written in, which then ceases to be.
    """

    carer: Carer = field(repr=False)
    need: Need = field(repr=False)
    priority: Priority = Priority.ROUTINE
    carer_consent: ConsentAnswers | None
    person_cared_for: PersonCaredFor | None = field(default=None, repr=False)
    person_cared_for_consent: ConsentAnswers | None = None
    receiving_unit_id: UnitId | None = None
    draft_id: UUID | None = None


def sending_of(draft: WrittenDraft, unit: ReceivingUnit | None, known_as: str) -> SendReferral:
    """What a whole draft asks for. Raises DraftIsIncomplete.

    ``unit``: the one that will receive it, and what it was ``known_as`` where a new yes was given for it.
    """
    carer, need, _, situation, receiving = draft.expect_whole()
    consents = draft.consents_to(unit, known_as)
    return SendReferral(
        carer=carer.carer,
        need=Need(
            why=need.why,
            target_groups=situation.target_groups,
            own_statement=situation.own_statement,
            support_wanted=need.support_wanted,
            area=carer.area,
        ),
        priority=need.priority,
        carer_consent=consents.get(Subject.CARER),
        person_cared_for=situation.person,
        person_cared_for_consent=consents.get(Subject.PERSON_CARED_FOR),
        receiving_unit_id=receiving.chosen,
        draft_id=draft.id,
    )


def send_referral(command: SendReferral, actor: Actor, uow: Work) -> Referral:
    """Send it. Raises DraftIsGone, ConsentIsMissing, PersonCaredForHasNotConsented, RecipientWasNotNamed and other
    refusals below Invalid.

    A draft is sent once: whoever finds it gone, sent or not, has it refused (recorded), and nothing is written.
    """
    now = uow.clock.now()
    if not permitted(actor.role, Relation.AUTHOR, State.DRAFT, Action.SEND):
        refuse(Action.SEND, (), "role-may-not", actor, uow, ActionIsNotYours())
    if command.carer_consent is None or Scope.SHARE_WITH_RECEIVING_UNIT not in command.carer_consent.scopes:
        raise ConsentIsMissing(fields={"/consents/carer/scopes": ConsentIsMissing.title})
    check_answers(command, now)
    route, unit = receiver(asked_of(command), uow)
    referral_id = ReferralId(uuid7())
    consents = _consents(command, referral_id, (route, unit), actor, now)
    referral = send(
        referral_id=referral_id,
        priority=command.priority,
        receiving_unit_id=route.unit_id,
        stand_in_unit_id=consents[0].stand_in_unit_id,
        protected_identity=command.carer.protected_identity,
        promises=promises(
            command.priority, now, uow.calendar, reaches_out=not command.carer.safe_contact.do_not_reach_out
        ),
        consents=consents,
        by=actor,
        at=now,
    )
    # after all that may be wrong with the answers: a draft with a mistake in it stays to be put right
    if command.draft_id is not None and not let_go_of_draft(command.draft_id, uow):
        refuse(Action.SEND, (command.draft_id,), "not-the-author", actor, uow, DraftIsGone(), record_kind="draft")
    uow.referrals.add(referral, _content(command, route, consents))
    uow.record(referral.events)
    return referral


def check_answers(command: SendReferral, now: datetime) -> None:
    """Raise the refusal that the answers deserve, before anything is decided or kept."""
    check_graded(command.need, command.person_cared_for, _person_has_consented(command))
    day = swedish_day(now)
    command.carer.check(day)
    check_young(command.need.target_groups, command.carer.known_age(day), "/need/target_groups")
    codes.check_chosen(codes.TARGET_GROUPS, command.need.target_groups, day, "/need/target_groups")
    codes.check_chosen(codes.SUPPORT_FORMS, command.need.support_wanted, day, "/need/support_wanted")
    for subject, answers in _answers(command):
        # whatever is older than any consent, or still to come, is refused when the consent is recorded
        given = max(min(answers.given_at or now, now), now - LONGEST)
        if not may_have_been_read(subject, answers.text_version, answers.text_language, swedish_day(given)):
            raise ConsentDoesNotHold(
                fields={
                    f"{pointer_to(subject)}/text_version": says(
                        "Say which of the texts in force that day the yes was given to, in which language."
                    )
                }
            )
    if command.carer_consent and command.carer.safe_contact.channels - command.carer_consent.channels:
        raise ConsentDoesNotHold(
            fields={"/consents/carer/channels": says("The carer has not consented to being reached that way.")}
        )


def _person_has_consented(command: SendReferral) -> bool:
    answers = command.person_cared_for_consent
    return answers is not None and Scope.TELL_ABOUT_PERSON_CARED_FOR in answers.scopes


def _answers(command: SendReferral) -> list[tuple[Subject, ConsentAnswers]]:
    both = ((Subject.CARER, command.carer_consent), (Subject.PERSON_CARED_FOR, command.person_cared_for_consent))
    # a "no" of the person cared for is not a consent and is not kept as one
    return [(subject, answers) for subject, answers in both if answers is not None and answers.scopes]


def as_named(answers: ConsentAnswers, area: str) -> NamedRecipient | None:
    """Whom the text that was read out named: by itself, the carer support where the carer lives; None when nobody."""
    text = text_of(answers.text_version)
    if text is None or not text.names_recipient:
        return None
    return answers.recipient or NamedRecipient(area=area)


def check_named(named: Mapping[Subject, NamedRecipient | None], unit: ReceivingUnit) -> None:
    """Raise RecipientWasNotNamed unless each text named the unit, or named nobody as the oldest did."""
    others = [subject for subject, recipient in named.items() if recipient is not None and not recipient.covers(unit)]
    if others:
        remedy = RecipientWasNotNamed.remedy
        fields = {f"{pointer_to(subject)}/recipient": remedy for subject in others}
        # which unit that is: a rule may have led there, and then nobody else has said so
        raise RecipientWasNotNamed(f"{unit.name} ({unit.id})", fields=fields)


def asked_of(command: SendReferral) -> ProposeRoute:
    """What routing goes by; of the person cared for only what that person has consented to."""
    person = command.person_cared_for if _person_has_consented(command) else None
    return ProposeRoute(
        area=command.need.area,
        target_groups=command.need.target_groups,
        carer=command.carer,
        person_cared_for=person,
        chosen_unit_id=command.receiving_unit_id,
    )


def _consents(
    command: SendReferral, referral_id: ReferralId, to: tuple[Route, ReceivingUnit], actor: Actor, now: datetime
) -> tuple[Consent, ...]:
    route, unit = to
    recipients = {subject: as_named(answers, command.need.area) for subject, answers in _answers(command)}
    check_named(recipients, unit)
    recorded = []
    for subject, answers in _answers(command):
        named = recipients[subject]
        if named is not None and named.unit_id is not None and not named.name:
            # as the pages have said it, and as the texts are handed out when the place is told (consent-texts)
            named = replace(named, name=known_as(unit, command.need.area))
        consent = record_consent(
            replace(answers, recipient=named),
            consent_id=ConsentId(uuid7()),
            referral_id=referral_id,
            about=subject,
            recipient=unit.id,
            stand_in=route.stand_in_unit_id,
            by=recorded_by(actor),
            now=now,
        )
        recorded.append(consent)
    return tuple(recorded)


def _content(command: SendReferral, route: Route, consents: tuple[Consent, ...]) -> Content:
    need = Need(
        why=command.need.why,
        target_groups=command.need.target_groups,
        own_statement=command.need.own_statement,
        support_wanted=command.need.support_wanted,
        area=command.need.area,
        route_reason=route.reason,
        stand_in_named_by=(route.stand_in_named_by or "") if consents[0].stand_in_unit_id else "",
    )
    told = command.person_cared_for is not None and any(command.person_cared_for.told())
    return Content(carer=command.carer, need=need, person_cared_for=command.person_cared_for if told else None)
