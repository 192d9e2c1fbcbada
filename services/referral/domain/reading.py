"""Which parts of a referral a reader may see at this moment, by which consents, and why the others are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.referral.domain.clocks import Deadline
from services.referral.domain.consent.consent import Consent
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.content import Closed, Part
from services.referral.domain.lifecycle import CLOSED, Action
from services.referral.domain.people import Subject
from services.referral.domain.permissions import Relation, actions_for
from services.referral.domain.referral import Referral
from shared.kernel.actor import Actor
from shared.kernel.identity import ConsentId

# what is closed by itself, within a part that is open, when the carer's identity is protected
IDENTITY_IN = {Part.CARER: "carer-identity", Part.PERSON_CARED_FOR: "person-cared-for-identity"}


@dataclass(frozen=True)
class Reading:
    """What one reader may see now. ``consents``: those relied on. ``shown_state``: as ``shown_state()`` says.

    ``shows_identity``: False when the carer's identity is protected and this reader is not the assigned adviser, who
    alone is shown it, and only on the screen: names, ways of contact and free text are then left out of every part.
    ``deadline``: the next one, as far as this reader may know it; ``late``: whether it has been broken.
    """

    relation: Relation
    open_parts: frozenset[Part]
    closed: tuple[Closed, ...]
    consents: tuple[ConsentId, ...]
    shows_steps: bool
    shows_identity: bool
    actions: tuple[Action, ...]
    version: int
    shown_state: str
    deadline: Deadline | None
    late: bool

    @property
    def tells_where(self) -> bool:
        """Whether the reader may know where the carer lives: the text that was read out names the place."""
        return self.shows_identity and Part.CARER in self.open_parts


def reading_of(referral: Referral, actor: Actor, at: datetime, *, on_paper: bool = False) -> Reading:
    """Decide a reading from the consents as they stand at this moment. ``on_paper``: to be printed or taken out."""
    relation = referral.relation_to(actor)
    found = {part: _why_closed(referral, part, actor, relation, at) for part in Part}
    open_parts = frozenset(part for part, closed_by in found.items() if closed_by is None)
    closed = [each for each in found.values() if each is not None]
    shows_identity = not referral.protected_identity or (referral.assigned_to == actor.user and not on_paper)
    if not shows_identity:
        closed += [Closed(name, "protected-identity") for part, name in IDENTITY_IN.items() if part in open_parts]
    deadline = referral.deadline_for(relation, at)
    return Reading(
        relation=relation,
        open_parts=open_parts,
        closed=tuple(closed),
        consents=tuple(consent.id for consent in referral.consents if _relied_on(consent, open_parts)),
        shows_steps=referral.shows_steps_to(relation, at),
        shows_identity=shows_identity,
        actions=offered_to(referral, actor),
        version=referral.version_for(relation, at),
        shown_state=shown_state(referral, relation, at),
        deadline=deadline,
        late=deadline is not None and deadline.late(at),
    )


def offered_to(referral: Referral, actor: Actor) -> tuple[Action, ...]:
    """What the actor may do with the referral now: the table, less what there is nothing left to do of."""
    actions = actions_for(actor.role, referral.relation_to(actor), referral.state)
    return tuple(action for action in actions if referral.has_left(action))


def shown_state(referral: Referral, relation: Relation, at: datetime) -> str:
    """The state's code, or only ``delivered`` or ``closed`` to a referrer whom the carer does not let know more."""
    if referral.shows_steps_to(relation, at):
        return referral.state.value
    return "closed" if referral.state in CLOSED else "delivered"


def _relied_on(consent: Consent, open_parts: frozenset[Part]) -> bool:
    return any(part.subject is consent.about for part in open_parts)


def _why_closed(referral: Referral, part: Part, actor: Actor, relation: Relation, at: datetime) -> Closed | None:
    """None when the part is open; otherwise why it is closed, and by whose consent."""
    share = _why_not(referral, Subject.CARER, Scope.SHARE_WITH_RECEIVING_UNIT, at)
    own = "" if part is Part.CARER else _why_not(referral, part.subject, part.scope, at)
    if part is Part.FOLLOW_UP and relation is not Relation.REFERRING_UNIT:
        # the receiving side wrote it: only the carer's yes to sharing stands between them and it
        own = ""
    if share:
        return Closed(part, share, Subject.CARER)
    if own:
        return Closed(part, own, part.subject)
    if part in referral.sealed:
        return Closed(part, "consent-withdrawn", part.subject)
    consent = referral.consent_of(part.subject)
    covered = relation is Relation.REFERRING_UNIT or (consent is not None and consent.covers_recipient(actor.unit_id))
    return None if covered else Closed(part, "recipient-not-covered", part.subject)


def _why_not(referral: Referral, subject: Subject, scope: Scope, at: datetime) -> str:
    consent = referral.consent_of(subject)
    if consent is None:
        return "consent-not-given"
    return "" if consent.covers(scope, at) else consent.why_not(scope, at)
