"""What a system gets, from what the commands gave."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any
from uuid import UUID

from services.referral.commands.open_referral import OpenedReferral
from services.referral.commands.propose_route import Proposal
from services.referral.domain.codes import Code
from services.referral.domain.consent.consent import Consent
from services.referral.domain.consent.texts import ConsentText, sha256_of
from services.referral.domain.lifecycle import FORMER_NAMES
from services.referral.domain.ports import Draft
from services.referral.domain.reading import Reading
from services.referral.domain.referral import Referral, Step
from services.referral.domain.routing import ReceivingUnit

Body = dict[str, Any]
# the name that a step had before 0.2 is told beside its own until 0.3
ACTION_NAMES = {action: (action.value, former) for former, action in FORMER_NAMES.items()}


def plain(value: Any) -> Any:
    """Any of the domain's values as JSON has it."""
    match value:
        case Enum():
            return value.value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case UUID():
            return str(value)
        case dict():
            return {key: plain(each) for key, each in value.items()}
        case frozenset():
            return sorted(plain(each) for each in value)
        case tuple() | list():
            return [plain(each) for each in value]
        case _:
            return value


def _body(values: Body) -> Body:
    return {name: plain(value) for name, value in values.items()}


def receipt(referral: Referral) -> Body:
    """What the sender gets: the number to read aloud, and by when an answer comes. The same however often asked."""
    return _body(
        {
            "id": referral.id,
            "number": referral.number,
            "priority": referral.priority,
            "sent_at": referral.sent_at,
            "receiving_unit_id": referral.receiving_unit_id,
            "stand_in_unit_id": referral.stand_in_unit_id,
            "acknowledge_by": referral.promises.acknowledge_by,
            "first_contact_by": referral.promises.first_contact_by,
            "answer_by": referral.promises.answer_by,
            "consents": [{"id": consent.id, "about": consent.about} for consent in referral.consents],
        }
    )


def brief(referral: Referral, reading: Reading) -> Body:
    """Where a referral stands, as its reader may know it, and what they may do now. Nothing about people."""
    tells = reading.shows_steps
    return _body(
        {
            "id": referral.id,
            "number": referral.number,
            "state": reading.shown_state,
            "version": reading.version,
            "priority": referral.priority,
            "protected_identity": referral.protected_identity,
            "referring_unit_id": referral.referring_unit_id,
            "receiving_unit_id": referral.receiving_unit_id,
            "stand_in_unit_id": referral.stand_in_unit_id,
            "sent_at": referral.sent_at,
            "opened_at": referral.opened_at if tells else None,
            "accepted_at": referral.accepted_at if tells else None,
            "first_contact_at": referral.first_contact_at if tells else None,
            "closed_at": referral.closed_at,
            "promises": asdict(referral.promises),
            "deadline": asdict(reading.deadline) if reading.deadline else None,
            "late": reading.late,
            "actions": [name for action in reading.actions for name in ACTION_NAMES.get(action, (action,))],
        }
    )


def whole(opened: OpenedReferral) -> Body:
    """As much of a referral as its reader may see now."""
    content = opened.content
    return {
        **brief(opened.referral, opened.reading),
        "carer": plain(asdict(content.carer)) if content.carer else None,
        "need": plain(asdict(content.need)) if content.need else None,
        "person_cared_for": plain(asdict(content.person_cared_for)) if content.person_cared_for else None,
        "closed": [asdict(each) for each in opened.reading.closed],
        "consents": [_consent(each, opened) for each in opened.referral.consents],
        "steps": [_step(each) for each in opened.steps],
    }


def proposal(proposed: Proposal) -> Body:
    """The one receiver and why."""
    return _body(
        {
            "unit": _unit(proposed.unit),
            "stand_in": _unit(proposed.stand_in) if proposed.stand_in else None,
            "reason": proposed.route.reason,
            "is_default": proposed.is_default,
            "age_decides": proposed.age_decides,
        }
    )


def draft(kept: Draft) -> Body:
    """A draft, whole."""
    return _body(asdict(kept))


def code(each: Code) -> Body:
    """One choice of a list."""
    return _body(
        {
            "code": each.slug,
            "title": each.title,
            "comment_required": each.comment_required,
            "valid_from": each.valid_from,
            "valid_to": each.valid_to,
        }
    )


def consent_text(text: ConsentText, language: str, said: str, today: date) -> Body:
    """One version of the words, in one language."""
    return _body(
        {
            "version": text.version,
            "about": text.about,
            "language": language,
            "text": said,
            "text_sha256": sha256_of(said).hex(),
            "valid_from": text.valid_from,
            "valid_to": text.valid_to,
            "in_force": text.in_force(today),
        }
    )


def _unit(unit: ReceivingUnit) -> Body:
    return {"id": unit.id, "name": unit.name, "area": unit.area, "phone": unit.phone}


def _consent(consent: Consent, opened: OpenedReferral) -> Body:
    named = consent.named if opened.reading.tells_where else None
    read = opened.words.get(consent.id)
    return _body(
        {
            "id": consent.id,
            "about": consent.about,
            "given_by": consent.given_by,
            "form": consent.form,
            "recipient_unit_id": consent.recipient_unit_id,
            "stand_in_unit_id": consent.stand_in_unit_id,
            "recipient": {**asdict(named), "area": named.area or None} if named else None,
            "scopes": consent.scopes,
            "refused_scopes": consent.refused,
            "standing_scopes": consent.standing(),
            "channels": consent.channels,
            "text_version": consent.text_version,
            "text_language": consent.text_language,
            "text": read.text or None if read else None,
            "text_sha256": read.sha256.hex() or None if read else None,
            "text_origin": read.origin if read else None,
            "interpreter_present": consent.interpreter_present,
            "given_at": consent.given_at,
            "expires_at": consent.expires_at,
            "withdrawn_at": consent.withdrawn_at,
        }
    )


def _step(step: Step) -> Body:
    return _body(
        {
            "action": step.action,
            "after": step.after,
            "version": step.version,
            "at": step.at,
            "unit_id": step.by.unit_id,
            "reason": step.reason,
            "comment": step.comment,
            "unmet_needs": step.unmet_needs,
        }
    )
