"""Rows as the domain's objects, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import RowMapping

from services.referral.domain.clocks import Priority, Promises
from services.referral.domain.consent.consent import Consent, Form, GivenBy, RecordedBy
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.content import Part
from services.referral.domain.lifecycle import Action, State
from services.referral.domain.people import Channel, Subject
from services.referral.domain.recipient import NamedRecipient
from services.referral.domain.referral import Referral, Step
from shared.kernel.actor import UserRef
from shared.kernel.identity import ConsentId, ReferralId, UnitId

Row = RowMapping


def referral_from(row: Row, consents: tuple[Consent, ...]) -> Referral:
    """A referral from its row and its consents."""
    assigned = row["assigned_subject"]
    return Referral(
        id=ReferralId(row["id"]),
        number=row["number"],
        state=State(row["state"]),
        version=row["version"],
        priority=Priority(row["priority"]),
        referring_unit_id=UnitId(row["referring_unit_id"]),
        receiving_unit_id=UnitId(row["receiving_unit_id"]),
        stand_in_unit_id=row["stand_in_unit_id"],
        protected_identity=row["protected_identity"],
        sent_at=row["sent_at"],
        promises=Promises(row["acknowledge_by"], row["first_contact_by"], row["answer_by"]),
        consents=consents,
        opened_at=row["opened_at"],
        accepted_at=row["accepted_at"],
        first_contact_at=row["first_contact_at"],
        closed_at=row["closed_at"],
        assigned_to=UserRef(row["assigned_issuer"], assigned) if assigned else None,
        sealed=frozenset(map(Part, row["sealed_parts"])),
    )


def new_referral_row(referral: Referral) -> dict[str, Any]:
    """What never changes, and what may."""
    return {
        "id": referral.id,
        "number": referral.number,
        "priority": referral.priority.value,
        "referring_unit_id": referral.referring_unit_id,
        "receiving_unit_id": referral.receiving_unit_id,
        "stand_in_unit_id": referral.stand_in_unit_id,
        "protected_identity": referral.protected_identity,
        "sent_at": referral.sent_at,
        "acknowledge_by": referral.promises.acknowledge_by,
        "first_contact_by": referral.promises.first_contact_by,
        "answer_by": referral.promises.answer_by,
        **changing_row(referral),
    }


def changing_row(referral: Referral) -> dict[str, Any]:
    """What may change."""
    assigned, deadline = referral.assigned_to, referral.deadline
    return {
        "state": referral.state.value,
        "version": referral.version,
        "opened_at": referral.opened_at,
        "accepted_at": referral.accepted_at,
        "first_contact_at": referral.first_contact_at,
        "closed_at": referral.closed_at,
        "assigned_issuer": assigned.issuer if assigned else None,
        "assigned_subject": assigned.subject if assigned else None,
        "sealed_parts": sorted(referral.sealed),
        "owner_unit_id": deadline.owner if deadline else None,
        "deadline_kind": deadline.promise.value if deadline else None,
        "deadline_at": deadline.place if deadline else None,
    }


def consent_from(row: Row) -> Consent:
    """A consent from its row; the representative's name and the words that were read out stay sealed."""
    return Consent(
        id=ConsentId(row["id"]),
        referral_id=ReferralId(row["referral_id"]),
        about=Subject(row["about"]),
        given_by=GivenBy(row["given_by"]),
        form=Form(row["form"]),
        recipient_unit_id=UnitId(row["recipient_unit_id"]),
        stand_in_unit_id=row["stand_in_unit_id"],
        scopes=frozenset(map(Scope, row["scopes"])),
        channels=frozenset(map(Channel, row["channels"])),
        text_version=row["text_version"],
        text_language=row["text_language"],
        interpreter_present=row["interpreter_present"],
        given_at=row["given_at"],
        expires_at=row["expires_at"],
        recorded_by=_recorded(row, "recorded"),
        named=_named(row),
        words_sha256=bytes(row["words_sha256"] or b""),
        refused=None if row["refused_scopes"] is None else frozenset(map(Scope, row["refused_scopes"])),
        withdrawn_scopes=frozenset(map(Scope, row["withdrawn_scopes"])),
        withdrawn_at=row["withdrawn_at"],
        withdrawn_by=_recorded(row, "withdrawn") if row["withdrawn_at"] else None,
        blocked_at=row["blocked_at"],
    )


def new_consent_row(
    consent: Consent, seal: Callable[[str], bytes], seal_words: Callable[[str], bytes]
) -> dict[str, Any]:
    """A consent as a row; ``seal`` closes the representative's name, ``seal_words`` what was read out."""
    name, named = consent.representative_name, consent.named
    return {
        "id": consent.id,
        "referral_id": consent.referral_id,
        "about": consent.about.value,
        "given_by": consent.given_by.value,
        "representative_name": seal(name) if name else None,
        "form": consent.form.value,
        "recipient_unit_id": consent.recipient_unit_id,
        "stand_in_unit_id": consent.stand_in_unit_id,
        "scopes": sorted(consent.scopes),
        "channels": sorted(consent.channels),
        "text_version": consent.text_version,
        "text_language": consent.text_language,
        "words": seal_words(consent.words) if consent.words else None,
        "words_sha256": consent.words_sha256 or None,
        "interpreter_present": consent.interpreter_present,
        "given_at": consent.given_at,
        "expires_at": consent.expires_at,
        "refused_scopes": None if consent.refused is None else sorted(consent.refused),
        "named_area": named.area or None if named else None,
        "named_unit_id": named.unit_id if named else None,
        "named_as": named.name or None if named else None,
        **_by(consent.recorded_by, "recorded"),
    }


def withdrawal_row(consent: Consent) -> dict[str, Any]:
    """What a withdrawal changes."""
    if consent.withdrawn_by is None:
        raise ValueError("nothing was withdrawn")
    return {
        "withdrawn_scopes": sorted(consent.withdrawn_scopes),
        "withdrawn_at": consent.withdrawn_at,
        **_by(consent.withdrawn_by, "withdrawn"),
    }


def step_row(step: Step) -> dict[str, Any]:
    """A step as a row, without its comment."""
    return {
        "version": step.version,
        "action": step.action.value,
        "after": step.after.value,
        "at": step.at,
        "issuer": step.by.user.issuer,
        "subject": step.by.user.subject,
        "assignment_id": step.by.assignment_id,
        "unit_id": step.by.unit_id,
        "reason": step.reason,
        "unmet_needs": list(step.unmet_needs),
    }


def step_from(row: Row, comment: str, comment_is_unreadable: bool = False) -> Step:
    """A step from its row and its opened comment."""
    return Step(
        action=Action(row["action"]),
        after=State(row["after"]),
        version=row["version"],
        at=row["at"],
        by=RecordedBy(
            user=UserRef(row["issuer"], row["subject"]), assignment_id=row["assignment_id"], unit_id=row["unit_id"]
        ),
        reason=row["reason"],
        comment=comment,
        comment_is_unreadable=comment_is_unreadable,
        unmet_needs=tuple(row["unmet_needs"]),
    )


def _named(row: Row) -> NamedRecipient | None:
    area, unit_id = row["named_area"] or "", row["named_unit_id"]
    return NamedRecipient(area=area, unit_id=unit_id, name=row["named_as"] or "") if area or unit_id else None


def _recorded(row: Row, verb: str) -> RecordedBy:
    return RecordedBy(
        user=UserRef(row[f"{verb}_issuer"], row[f"{verb}_subject"]),
        assignment_id=row[f"{verb}_assignment_id"],
        unit_id=row[f"{verb}_unit_id"],
    )


def _by(who: RecordedBy, verb: str) -> dict[str, Any]:
    return {
        f"{verb}_issuer": who.user.issuer,
        f"{verb}_subject": who.user.subject,
        f"{verb}_assignment_id": who.assignment_id,
        f"{verb}_unit_id": who.unit_id,
    }
