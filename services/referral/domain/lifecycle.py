"""A referral's life in ONE table: what can be done, where it leads, by whom, for which reasons, what is kept by it.

Permissions, pages, operations, words, track, what is told and whose promise is kept are read from here. Stored values
of states are the Task codes of HL7's SDOH Clinical Care guide (``Task.status``). Steps that are not offered yet stand
in the table without anybody who may take them: they are known, appear in nobody's actions, and are refused.
``docs/adding-a-step.md`` says what else a step needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.referral.domain import codes, events
from shared.kernel.actor import Role


class State(StrEnum):
    """HL7 SDOH Task status codes."""

    DRAFT = "draft"
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_PROGRESS = "in-progress"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ENTERED_IN_ERROR = "entered-in-error"


CLOSED = frozenset({State.REJECTED, State.COMPLETED, State.FAILED, State.CANCELLED, State.ENTERED_IN_ERROR})
SENT = tuple(state for state in State if state is not State.DRAFT)


class Action(StrEnum):
    """Something a person can ask for, in the order in which it is offered."""

    SAVE_DRAFT = "save-draft"
    DISCARD_DRAFT = "discard-draft"
    SEND = "send"
    LIST = "list"
    OPEN = "open"
    ACCEPT = "accept"
    START = "start"
    REJECT = "reject"
    COMPLETE = "complete"
    CANCEL = "cancel"
    WITHDRAW_CONSENT = "withdraw-consent"
    HOLD = "hold"
    RESUME = "resume"
    FAIL = "fail"
    MARK_AS_ENTERED_IN_ERROR = "mark-as-entered-in-error"

    @classmethod
    def _missing_(cls, value: object) -> Action | None:
        """A step that was recorded under an earlier name."""
        return FORMER_NAMES.get(str(value))


# until 0.2 a referral stayed accepted when the first contact was noted; what was recorded under the name is read so for
# ever, both doors answer to it until 0.3
FORMER_NAMES = {"first-contact": Action.START}


class Relation(StrEnum):
    """What the actor's unit (or, for drafts, the actor) is to the referral."""

    AUTHOR = "author"
    REFERRING_UNIT = "referring-unit"
    RECEIVING_UNIT = "receiving-unit"
    STAND_IN = "stand-in-of-receiving-unit"
    NONE = "none"


class Promise(StrEnum):
    """What is promised by a deadline, or asked for: a withdrawal is to be acknowledged, and no day is set for that."""

    ACKNOWLEDGE = "acknowledge"
    FIRST_CONTACT = "first-contact"
    ANSWER = "answer"
    ACKNOWLEDGE_WITHDRAWAL = "acknowledge-withdrawal"


class Stage(StrEnum):
    """A stage on the track."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    ACCEPTED = "accepted"
    FIRST_CONTACT = "first-contact"
    REJECTED = "rejected"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


Who = tuple[tuple[Role, Relation], ...]
NOBODY: Who = ()
ITS_AUTHOR: Who = ((Role.REFERRER, Relation.AUTHOR),)
REFERRERS: Who = ((Role.REFERRER, Relation.REFERRING_UNIT),)
RECEIVERS: Who = ((Role.ADVISER, Relation.RECEIVING_UNIT), (Role.ADVISER, Relation.STAND_IN))
BOTH_SIDES: Who = REFERRERS + RECEIVERS


@dataclass(frozen=True, kw_only=True)
class Way:
    """One row of the table: an action, and what becomes of a referral by it.

    ``before``: the states in which it can be taken; ``after``: the state it leads to, None where the state stays.
    ``who``: role and relation of those who may; nobody for a step that is not offered yet. ``reasons``: the coded
    reasons, one of which must be given, with a comment; ``tells_unmet_needs``: what could not be met is told with it.
    ``keeps``: the promises that are kept by it. ``stage``: what the track shows of it; None where the track shows it
    otherwise. ``event``: what happens by it, as ``published.py`` tells the others; None where the command says more.
    """

    action: Action
    before: tuple[State, ...]
    after: State | None = None
    who: Who = NOBODY
    reasons: tuple[codes.Code, ...] = ()
    tells_unmet_needs: bool = False
    keeps: tuple[Promise, ...] = ()
    stage: Stage | None = None
    event: type[events.ReferralStep] | None = None

    @property
    def offered(self) -> bool:
        """Whether anybody may take it."""
        return self.who != NOBODY


LIFE: tuple[Way, ...] = (
    Way(action=Action.SAVE_DRAFT, before=(State.DRAFT,), who=ITS_AUTHOR),
    Way(action=Action.DISCARD_DRAFT, before=(State.DRAFT,), who=ITS_AUTHOR),
    Way(action=Action.SEND, before=(State.DRAFT,), after=State.REQUESTED, who=ITS_AUTHOR),
    Way(action=Action.OPEN, before=(State.DRAFT,), who=ITS_AUTHOR),
    Way(action=Action.OPEN, before=SENT, who=BOTH_SIDES),
    Way(action=Action.LIST, before=SENT, who=BOTH_SIDES),
    Way(
        action=Action.ACCEPT,
        before=(State.REQUESTED,),
        after=State.ACCEPTED,
        who=RECEIVERS,
        keeps=(Promise.ACKNOWLEDGE,),
        stage=Stage.ACCEPTED,
        event=events.ReferralAccepted,
    ),
    Way(
        action=Action.START,
        before=(State.ACCEPTED,),
        after=State.IN_PROGRESS,
        who=RECEIVERS,
        keeps=(Promise.FIRST_CONTACT,),
        stage=Stage.FIRST_CONTACT,
        event=events.FirstContactMade,
    ),
    Way(
        action=Action.REJECT,
        before=(State.REQUESTED,),
        after=State.REJECTED,
        who=RECEIVERS,
        reasons=codes.REJECT_REASONS,
        stage=Stage.REJECTED,
        event=events.ReferralRejected,
    ),
    Way(
        action=Action.COMPLETE,
        before=(State.ACCEPTED, State.IN_PROGRESS),
        after=State.COMPLETED,
        who=RECEIVERS,
        reasons=codes.OUTCOMES,
        tells_unmet_needs=True,
        # whoever closes it has seen that the consent is gone
        keeps=(Promise.ANSWER, Promise.ACKNOWLEDGE_WITHDRAWAL),
        stage=Stage.COMPLETED,
        event=events.ReferralCompleted,
    ),
    Way(
        action=Action.CANCEL,
        before=(State.REQUESTED, State.ACCEPTED, State.IN_PROGRESS),
        after=State.CANCELLED,
        who=REFERRERS,
        reasons=codes.CANCEL_REASONS,
        stage=Stage.CANCELLED,
        event=events.ReferralCancelled,
    ),
    Way(action=Action.WITHDRAW_CONSENT, before=SENT, who=BOTH_SIDES, stage=Stage.WITHDRAWN),
    Way(action=Action.HOLD, before=(State.ACCEPTED, State.IN_PROGRESS), after=State.ON_HOLD),
    Way(action=Action.RESUME, before=(State.ON_HOLD,), after=State.IN_PROGRESS),
    Way(action=Action.FAIL, before=(State.ACCEPTED, State.IN_PROGRESS, State.ON_HOLD), after=State.FAILED),
    Way(action=Action.CANCEL, before=(State.ON_HOLD,), after=State.CANCELLED),
    Way(action=Action.COMPLETE, before=(State.ON_HOLD,), after=State.COMPLETED),
    Way(
        action=Action.MARK_AS_ENTERED_IN_ERROR,
        before=tuple(state for state in State if state is not State.ENTERED_IN_ERROR),
        after=State.ENTERED_IN_ERROR,
    ),
)


@dataclass(frozen=True)
class Transition:
    """One step from a state to another."""

    action: Action
    before: State
    after: State
    offered: bool


TRANSITIONS: tuple[Transition, ...] = tuple(
    Transition(way.action, before, way.after, way.offered)
    for way in LIFE
    if way.after is not None
    for before in way.before
)
OFFERED: dict[tuple[Action, State], State] = {
    (step.action, step.before): step.after for step in TRANSITIONS if step.offered
}
# the steps of a referral that has been sent: what its receivers and referrers do with it, one row each
STEPS: dict[Action, Way] = {
    way.action: way for way in LIFE if way.offered and way.after is not None and State.DRAFT not in way.before
}


def stages(ways: Iterable[Way] = LIFE) -> dict[Action, Stage]:
    """What the track shows of each action."""
    return {way.action: way.stage for way in ways if way.stage is not None}
