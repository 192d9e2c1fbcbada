"""A referral: who passed which carer on to whom, how far it has come, and what may still be read of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Unpack

from services.referral.domain import events as happened
from services.referral.domain.clocks import Deadline, Priority, Promise, Promises, next_deadline
from services.referral.domain.codes import CONSENT_WITHDRAWN
from services.referral.domain.consent.consent import Consent
from services.referral.domain.consent.consent import recorded_by as recorded_by
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.content import Part
from services.referral.domain.lifecycle import CLOSED, OFFERED, STEPS, Action, State
from services.referral.domain.people import Subject
from services.referral.domain.permissions import Relation
from services.referral.domain.refusals import ContactIsNotWanted, FirstContactIsMade, NotInThisState
from services.referral.domain.step import Said
from services.referral.domain.step import Step as Step
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.events import DomainEvent
from shared.kernel.identity import ConsentId, ReferralId, UnitId
from shared.kernel.refusals import Conflict, VersionHasMoved

FIRST_VERSION = 1


@dataclass(kw_only=True)
class Referral:
    """The aggregate. Every change raises the version by one, adds a step and records an event; opening does not."""

    id: ReferralId
    number: str
    state: State
    version: int
    priority: Priority
    referring_unit_id: UnitId
    receiving_unit_id: UnitId
    stand_in_unit_id: UnitId | None
    protected_identity: bool
    sent_at: datetime
    promises: Promises
    consents: tuple[Consent, ...]
    opened_at: datetime | None = None
    accepted_at: datetime | None = None
    first_contact_at: datetime | None = None
    closed_at: datetime | None = None
    assigned_to: UserRef | None = None
    sealed: frozenset[Part] = frozenset()
    new_steps: list[Step] = field(default_factory=list, repr=False)
    events: list[DomainEvent] = field(default_factory=list, repr=False)

    @property
    def deadline(self) -> Deadline | None:
        """The one next deadline, with the one unit that owns it; None when closed."""
        return next_deadline(
            self.state,
            self.promises,
            self.receiving_unit_id,
            first_contact_at=self.first_contact_at,
            withdrawn_at=self.sharing_withdrawn_at,
        )

    @property
    def sharing_withdrawn_at(self) -> datetime | None:
        """When the carer's yes to sharing was withdrawn, which seals everything; None while it stands."""
        consent = self.consent_of(Subject.CARER)
        if consent is None or Scope.SHARE_WITH_RECEIVING_UNIT not in consent.withdrawn_scopes:
            return None
        return consent.withdrawn_at

    @property
    def awaits_first_contact(self) -> bool:
        """Whether it can be started: accepted, no contact made yet, and none unwanted since a withdrawal."""
        return self.state is State.ACCEPTED and self.first_contact_at is None and self.sharing_withdrawn_at is None

    def has_left(self, action: Action) -> bool:
        """Whether there is anything left to do of what the table allows in this state."""
        match action:
            case Action.START:
                return self.awaits_first_contact
            case Action.WITHDRAW_CONSENT:
                return any(consent.standing() for consent in self.consents)
            case _:
                return True

    def why_not_now(self, action: Action) -> Conflict:
        """Why an action that is possible at another point of the way is not possible now."""
        made = action is Action.START and self.first_contact_at is not None and self.state not in CLOSED
        return FirstContactIsMade() if made else NotInThisState()

    def deadline_for(self, relation: Relation, at: datetime) -> Deadline | None:
        """The next deadline as its reader may know it.

        A referrer whom the carer does not let know what happens learns only that the unit has not acknowledged in
        time, which tells of the unit and not of the carer; nothing before that, and nothing of later deadlines.
        """
        deadline = self.deadline
        if deadline is None or self.shows_steps_to(relation, at):
            return deadline
        return deadline if deadline.promise is Promise.ACKNOWLEDGE and deadline.late(at) else None

    def consent_of(self, subject: Subject) -> Consent | None:
        """The consent of one of the two people, or None when none was recorded."""
        return next((consent for consent in self.consents if consent.about is subject), None)

    @property
    def told_about_person(self) -> bool:
        """Whether the person cared for said yes to being told about, whatever has been withdrawn since."""
        consent = self.consent_of(Subject.PERSON_CARED_FOR)
        return consent is not None and Scope.TELL_ABOUT_PERSON_CARED_FOR in consent.scopes

    def relation_to(self, actor: Actor) -> Relation:
        """What the actor's unit is to this referral; where it both sends and receives, each role has its own side."""
        if actor.role is Role.REFERRER and actor.unit_id == self.referring_unit_id:
            return Relation.REFERRING_UNIT
        if actor.unit_id == self.receiving_unit_id:
            return Relation.RECEIVING_UNIT
        if actor.unit_id == self.stand_in_unit_id:
            return Relation.STAND_IN
        return Relation.REFERRING_UNIT if actor.unit_id == self.referring_unit_id else Relation.NONE

    def tells_referrer(self, at: datetime) -> bool:
        """Whether the carer lets the referrer know what happened; otherwise only delivered and closed."""
        consent = self.consent_of(Subject.CARER)
        return consent is not None and consent.covers(Scope.TELL_REFERRER_WHAT_HAPPENED, at)

    def shows_steps_to(self, relation: Relation, at: datetime) -> bool:
        """Whether somebody in this relation sees each step."""
        return relation is not Relation.REFERRING_UNIT or self.tells_referrer(at)

    def version_for(self, relation: Relation, at: datetime) -> int:
        """The version as its reader knows it: without consent to tell, a referrer's says only sent or closed."""
        if self.shows_steps_to(relation, at):
            return self.version
        return FIRST_VERSION + (self.state in CLOSED)

    def expect_version(self, expected: int, relation: Relation, at: datetime) -> None:
        """Raise VersionHasMoved when the actor has read another version than this."""
        if expected != self.version_for(relation, at):
            raise VersionHasMoved

    def open(self, by: Actor, at: datetime) -> bool:
        """Note that the receiving side has read it; True the first time. The version stays: nothing was decided."""
        if self.opened_at is not None or self.relation_to(by) not in (Relation.RECEIVING_UNIT, Relation.STAND_IN):
            return False
        self.opened_at = at
        self._record(happened.ReferralOpened, by, at)
        return True

    def accept(self, by: Actor, at: datetime) -> None:
        """Take it on; the one who does is its assigned adviser. Raises NotInThisState."""
        self._go(Action.ACCEPT, by, at)
        self.accepted_at = at
        self.assigned_to = by.user

    def start(self, by: Actor, at: datetime) -> None:
        """Begin: the carer has been met or talked to for the first time, and what was promised of that is kept.

        Raises NotInThisState, FirstContactIsMade, or ContactIsNotWanted after the carer's withdrawal.
        """
        if self.state is not State.ACCEPTED or self.first_contact_at is not None:
            raise self.why_not_now(Action.START)
        if self.sharing_withdrawn_at is not None:
            raise ContactIsNotWanted
        self._go(Action.START, by, at)
        self.first_contact_at = at

    def reject(self, reason: str, comment: str, by: Actor, at: datetime) -> None:
        """Decline it with a coded reason. Raises NotInThisState."""
        self._go(Action.REJECT, by, at, reason=reason, comment=comment)

    def complete(self, outcome: str, comment: str, unmet_needs: tuple[str, ...], by: Actor, at: datetime) -> None:
        """Close it with an outcome. Raises NotInThisState."""
        self._go(Action.COMPLETE, by, at, reason=outcome, comment=comment, unmet_needs=unmet_needs)

    def cancel(self, reason: str, comment: str, by: Actor, at: datetime) -> None:
        """Take it back. Raises NotInThisState."""
        self._go(Action.CANCEL, by, at, reason=reason, comment=comment)

    def withdraw(self, consent_id: ConsentId, scopes: frozenset[Scope], by: Actor, at: datetime) -> frozenset[Part]:
        """Withdraw a consent, or some of its scopes; which parts were sealed by it.

        The carer's yes to sharing carries everything: without it all is sealed, and a referral that nobody has accepted
        is cancelled. The other person's no closes what is said about them, never the carer's own referral.
        Raises ConsentIsAlreadyWithdrawn.
        """
        before = next(consent for consent in self.consents if consent.id == consent_id)
        after = before.withdraw(scopes, recorded_by(by), at)
        self.consents = tuple(after if consent.id == consent_id else consent for consent in self.consents)
        gone = after.withdrawn_scopes - before.withdrawn_scopes
        sealing = _sealed_by(gone) - self.sealed
        self.sealed |= sealing
        if Scope.SHARE_WITH_RECEIVING_UNIT in gone and self.state is State.REQUESTED:
            self._go(Action.CANCEL, by, at, reason=CONSENT_WITHDRAWN)
        else:
            self._step(Action.WITHDRAW_CONSENT, by, at)
        self.events.append(
            happened.ConsentWithdrawn(
                occurred_at=at,
                consent_id=consent_id,
                referral_id=self.id,
                about=after.about,
                scopes=gone,
                referring_unit_id=self.referring_unit_id,
                receiving_unit_id=self.receiving_unit_id,
                version=self.version,
                by=by,
            )
        )
        return sealing

    def _go(self, action: Action, by: Actor, at: datetime, **said: Unpack[Said]) -> None:
        try:
            self.state = OFFERED[action, self.state]
        except KeyError:
            raise NotInThisState from None
        if self.state in CLOSED:
            self.closed_at = at
        self._step(action, by, at, **said)
        if (event := STEPS[action].event) is not None:
            self._record(event, by, at)

    def _step(self, action: Action, by: Actor, at: datetime, **said: Unpack[Said]) -> None:
        self.version += 1
        step = Step(action=action, after=self.state, version=self.version, at=at, by=recorded_by(by), **said)
        self.new_steps.append(step)

    def _record(self, kind: type[happened.ReferralStep], by: Actor, at: datetime) -> None:
        self.events.append(
            kind(
                occurred_at=at,
                referral_id=self.id,
                version=self.version,
                referring_unit_id=self.referring_unit_id,
                receiving_unit_id=self.receiving_unit_id,
                by=by,
            )
        )


def _sealed_by(gone: frozenset[Scope]) -> frozenset[Part]:
    if Scope.SHARE_WITH_RECEIVING_UNIT in gone:
        return frozenset(Part)
    return frozenset({Part.PERSON_CARED_FOR}) if Scope.TELL_ABOUT_PERSON_CARED_FOR in gone else frozenset()
