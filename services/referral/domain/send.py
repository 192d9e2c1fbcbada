"""A referral comes into being: both consents recorded, promises given, the event told."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from services.referral.domain import events
from services.referral.domain.clocks import Priority, Promises
from services.referral.domain.consent.consent import Consent, ConsentAnswers, record_consent, recorded_by
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.people import Subject
from services.referral.domain.referral import FIRST_VERSION, Referral, Step
from shared.kernel.actor import Actor
from shared.kernel.identity import ConsentId, ReferralId, UnitId, uuid7
from shared.vocabulary.reference_number import ALPHABET, LENGTH, as_written, check_character

RANDOM_CHARACTERS = LENGTH - 1


def record_consents(
    given: Mapping[Subject, ConsentAnswers],
    referral_id: ReferralId,
    recipient: UnitId,
    stand_in: UnitId | None,
    *,
    by: Actor,
    at: datetime,
) -> tuple[Consent, ...]:
    """The consents that a referral to a unit rests on, in the order given. Raises what ``record_consent`` does."""
    recorder = recorded_by(by)
    return tuple(
        record_consent(
            answers,
            consent_id=ConsentId(uuid7()),
            referral_id=referral_id,
            about=subject,
            recipient=recipient,
            stand_in=stand_in,
            by=recorder,
            now=at,
        )
        for subject, answers in given.items()
    )


def send(
    *,
    referral_id: ReferralId,
    priority: Priority,
    receiving_unit_id: UnitId,
    stand_in_unit_id: UnitId | None,
    protected_identity: bool,
    promises: Promises,
    consents: tuple[Consent, ...],
    by: Actor,
    at: datetime,
) -> Referral:
    """A new referral, requested of the receiving unit, with ReferralSent and one ConsentGiven for each consent."""
    referral = Referral(
        id=referral_id,
        number=new_number(),
        state=State.REQUESTED,
        version=FIRST_VERSION,
        priority=priority,
        referring_unit_id=by.unit_id,
        receiving_unit_id=receiving_unit_id,
        stand_in_unit_id=stand_in_unit_id,
        protected_identity=protected_identity,
        sent_at=at,
        promises=promises,
        consents=consents,
    )
    referral.new_steps.append(
        Step(action=Action.SEND, after=State.REQUESTED, version=FIRST_VERSION, at=at, by=recorded_by(by))
    )
    referral.events += [_given(consent, by, at) for consent in consents]
    referral.events.append(
        events.ReferralSent(
            occurred_at=at,
            referral_id=referral_id,
            version=FIRST_VERSION,
            referring_unit_id=by.unit_id,
            receiving_unit_id=receiving_unit_id,
            by=by,
            number=referral.number,
            priority=priority.value,
            acknowledge_by=promises.acknowledge_by,
            consents=tuple(consent.id for consent in consents),
        )
    )
    return referral


def _given(consent: Consent, by: Actor, at: datetime) -> events.ConsentGiven:
    return events.ConsentGiven(
        occurred_at=at,
        consent_id=consent.id,
        referral_id=consent.referral_id,
        about=consent.about,
        recipient_unit_id=consent.recipient_unit_id,
        scopes=tuple(sorted(consent.scopes)),
        expires_at=consent.expires_at,
        by=by,
    )


def new_number() -> str:
    """A new number, such as ``7K3QX-R09MP`` (31 ** 9 possible ones)."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return as_written(body + check_character(body))
