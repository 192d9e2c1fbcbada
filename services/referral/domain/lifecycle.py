"""A referral's states and the ways between them.

Stored values are the Task codes of HL7's SDOH Clinical Care guide (``Task.status``). Steps that are not offered yet
stand in the table with ``offered=False``: they are known, appear in nobody's actions, and are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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


class Action(StrEnum):
    """Something a person can ask for."""

    SAVE_DRAFT = "save-draft"
    DISCARD_DRAFT = "discard-draft"
    SEND = "send"
    LIST = "list"
    OPEN = "open"
    ACCEPT = "accept"
    FIRST_CONTACT = "first-contact"
    REJECT = "reject"
    COMPLETE = "complete"
    CANCEL = "cancel"
    WITHDRAW_CONSENT = "withdraw-consent"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    FAIL = "fail"
    MARK_AS_ENTERED_IN_ERROR = "mark-as-entered-in-error"


@dataclass(frozen=True)
class Transition:
    """One step from a state to another."""

    action: Action
    before: State
    after: State
    offered: bool = True


def _later(action: Action, before: State, after: State) -> Transition:
    return Transition(action, before, after, offered=False)


TRANSITIONS: tuple[Transition, ...] = (
    Transition(Action.SEND, State.DRAFT, State.REQUESTED),
    Transition(Action.ACCEPT, State.REQUESTED, State.ACCEPTED),
    Transition(Action.REJECT, State.REQUESTED, State.REJECTED),
    Transition(Action.CANCEL, State.REQUESTED, State.CANCELLED),
    Transition(Action.CANCEL, State.ACCEPTED, State.CANCELLED),
    Transition(Action.COMPLETE, State.ACCEPTED, State.COMPLETED),
    _later(Action.START, State.ACCEPTED, State.IN_PROGRESS),
    _later(Action.HOLD, State.ACCEPTED, State.ON_HOLD),
    _later(Action.FAIL, State.ACCEPTED, State.FAILED),
    _later(Action.HOLD, State.IN_PROGRESS, State.ON_HOLD),
    _later(Action.RESUME, State.ON_HOLD, State.IN_PROGRESS),
    *(
        _later(action, before, after)
        for before in (State.IN_PROGRESS, State.ON_HOLD)
        for action, after in (
            (Action.CANCEL, State.CANCELLED),
            (Action.COMPLETE, State.COMPLETED),
            (Action.FAIL, State.FAILED),
        )
    ),
    *(
        _later(Action.MARK_AS_ENTERED_IN_ERROR, before, State.ENTERED_IN_ERROR)
        for before in State
        if before is not State.ENTERED_IN_ERROR
    ),
)

OFFERED: dict[tuple[Action, State], State] = {
    (step.action, step.before): step.after for step in TRANSITIONS if step.offered
}
