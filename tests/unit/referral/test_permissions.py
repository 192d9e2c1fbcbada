"""The authorisation table, whole: every role, relation, state and action."""

from __future__ import annotations

from itertools import product

import pytest

from services.referral.domain.lifecycle import OFFERED, TRANSITIONS, Action, State
from services.referral.domain.permissions import PERMITTED, Relation, actions_for, may_know_of, permitted
from shared.kernel.actor import Role

SENT = [state for state in State if state is not State.DRAFT]

# written out by hand, apart from the table's own rules: (role, relation, action) → the states it is allowed in
EXPECTED: dict[tuple[Role, Relation, Action], list[State]] = {
    (Role.REFERRER, Relation.AUTHOR, Action.SAVE_DRAFT): [State.DRAFT],
    (Role.REFERRER, Relation.AUTHOR, Action.DISCARD_DRAFT): [State.DRAFT],
    (Role.REFERRER, Relation.AUTHOR, Action.SEND): [State.DRAFT],
    (Role.REFERRER, Relation.AUTHOR, Action.OPEN): [State.DRAFT],
    (Role.REFERRER, Relation.REFERRING_UNIT, Action.OPEN): SENT,
    (Role.REFERRER, Relation.REFERRING_UNIT, Action.LIST): SENT,
    (Role.REFERRER, Relation.REFERRING_UNIT, Action.WITHDRAW_CONSENT): SENT,
    (Role.REFERRER, Relation.REFERRING_UNIT, Action.CANCEL): [State.REQUESTED, State.ACCEPTED, State.IN_PROGRESS],
    (Role.ADVISER, Relation.RECEIVING_UNIT, Action.OPEN): SENT,
    (Role.ADVISER, Relation.RECEIVING_UNIT, Action.LIST): SENT,
    (Role.ADVISER, Relation.RECEIVING_UNIT, Action.WITHDRAW_CONSENT): SENT,
    (Role.ADVISER, Relation.RECEIVING_UNIT, Action.ACCEPT): [State.REQUESTED],
    (Role.ADVISER, Relation.RECEIVING_UNIT, Action.START): [State.ACCEPTED],
    (Role.ADVISER, Relation.RECEIVING_UNIT, Action.REJECT): [State.REQUESTED],
    (Role.ADVISER, Relation.RECEIVING_UNIT, Action.COMPLETE): [State.ACCEPTED, State.IN_PROGRESS],
    (Role.ADVISER, Relation.STAND_IN, Action.OPEN): SENT,
    (Role.ADVISER, Relation.STAND_IN, Action.LIST): SENT,
    (Role.ADVISER, Relation.STAND_IN, Action.WITHDRAW_CONSENT): SENT,
    (Role.ADVISER, Relation.STAND_IN, Action.ACCEPT): [State.REQUESTED],
    (Role.ADVISER, Relation.STAND_IN, Action.START): [State.ACCEPTED],
    (Role.ADVISER, Relation.STAND_IN, Action.REJECT): [State.REQUESTED],
    (Role.ADVISER, Relation.STAND_IN, Action.COMPLETE): [State.ACCEPTED, State.IN_PROGRESS],
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("relation", list(Relation))
def test_what_is_not_expected_is_refused(role: Role, relation: Relation) -> None:
    """Over every state and action, the table allows exactly what is written here."""
    for state, action in product(State, Action):
        expected = state in EXPECTED.get((role, relation, action), [])
        assert permitted(role, relation, state, action) is expected, (role, relation, state, action)


def test_the_table_holds_nothing_beyond_these_lists() -> None:
    """No entry hides outside the enumerations."""
    assert len(PERMITTED) == sum(len(states) for states in EXPECTED.values())


def test_somebody_without_relation_may_nothing_and_know_nothing() -> None:
    """For Cilla the referral does not exist, whatever her role."""
    for role, state in product(Role, State):
        assert actions_for(role, Relation.NONE, state) == ()
        assert not may_know_of(role, Relation.NONE, state)


def test_only_referrers_and_advisers_touch_referrals() -> None:
    """Auditors, editors, administrators and operators have no way in, whatever their unit."""
    outsiders = set(Role) - {Role.REFERRER, Role.ADVISER}
    for role, relation, state in product(outsiders, Relation, State):
        assert actions_for(role, relation, state) == ()


def test_every_permitted_step_is_a_way_that_is_offered() -> None:
    """Nobody is shown a button that the states would refuse."""
    steps = {step.action for step in TRANSITIONS}
    for _, _, state, action in PERMITTED:
        assert action not in steps or (action, state) in OFFERED


def test_every_offered_way_is_somebodys_to_take() -> None:
    """No offered transition is out of everybody's reach."""
    for action, state in OFFERED:
        assert any((role, relation, state, action) in PERMITTED for role, relation in product(Role, Relation))


def test_whoever_may_act_may_also_open() -> None:
    """Nobody is asked to decide on what they may not read."""
    for role, relation, state, _ in PERMITTED:
        assert permitted(role, relation, state, Action.OPEN)
