"""Who may do what with a referral, in which state: read from the table of its life, enforced, and tested exhaustively.

A person acts in a role, and their unit stands in a relation to the referral. What is not in the table is refused.
"""

from __future__ import annotations

from services.referral.domain.lifecycle import LIFE, Action, State
from services.referral.domain.lifecycle import Relation as Relation
from shared.kernel.actor import Role

Entry = tuple[Role, Relation, State, Action]

PERMITTED: frozenset[Entry] = frozenset(
    (role, relation, state, way.action) for way in LIFE for role, relation in way.who for state in way.before
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
