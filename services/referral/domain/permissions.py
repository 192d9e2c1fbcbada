"""Who may do what with a referral, in which state: ONE table, which enforces and is tested exhaustively.

A person acts in a role, and their unit stands in a relation to the referral. What is not in the table is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from services.referral.domain.lifecycle import Action, State
from shared.kernel.actor import Role


class Relation(StrEnum):
    """What the actor's unit (or, for drafts, the actor) is to the referral."""

    AUTHOR = "author"
    REFERRING_UNIT = "referring-unit"
    RECEIVING_UNIT = "receiving-unit"
    STAND_IN = "stand-in-of-receiving-unit"
    NONE = "none"


Entry = tuple[Role, Relation, State, Action]

SENT = frozenset(State) - {State.DRAFT}
RECEIVERS = (Relation.RECEIVING_UNIT, Relation.STAND_IN)


def _rule(role: Role, relations: Iterable[Relation], states: Iterable[State], *actions: Action) -> frozenset[Entry]:
    states = tuple(states)
    return frozenset(
        (role, relation, state, action) for relation in relations for state in states for action in actions
    )


PERMITTED: frozenset[Entry] = frozenset().union(
    _rule(Role.REFERRER, [Relation.AUTHOR], [State.DRAFT], Action.SAVE_DRAFT, Action.DISCARD_DRAFT, Action.SEND),
    _rule(Role.REFERRER, [Relation.AUTHOR], [State.DRAFT], Action.OPEN),
    _rule(Role.REFERRER, [Relation.REFERRING_UNIT], SENT, Action.OPEN, Action.LIST, Action.WITHDRAW_CONSENT),
    _rule(Role.REFERRER, [Relation.REFERRING_UNIT], [State.REQUESTED, State.ACCEPTED], Action.CANCEL),
    _rule(Role.ADVISER, RECEIVERS, SENT, Action.OPEN, Action.LIST, Action.WITHDRAW_CONSENT),
    _rule(Role.ADVISER, RECEIVERS, [State.REQUESTED], Action.ACCEPT, Action.REJECT),
    _rule(Role.ADVISER, RECEIVERS, [State.ACCEPTED], Action.FIRST_CONTACT, Action.COMPLETE),
)


def permitted(role: Role, relation: Relation, state: State, action: Action) -> bool:
    """Whether the table allows it."""
    return (role, relation, state, action) in PERMITTED


def may_know_of(role: Role, relation: Relation, state: State) -> bool:
    """Whether the referral's existence is for the actor to know; otherwise the answer is as for an unknown id."""
    return permitted(role, relation, state, Action.OPEN)


def actions_for(role: Role, relation: Relation, state: State) -> tuple[Action, ...]:
    """What the actor may do with the referral now, in the order of the Action list."""
    return tuple(action for action in Action if permitted(role, relation, state, action))
