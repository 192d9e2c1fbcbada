"""Who may change what: every role × act × relation, and what the answer is when not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from uuid import uuid4

import pytest

from services.directory.domain.permissions import NOT_YOURS, TABLE, Act, Editor, Relation, check, may, may_ever
from services.directory.domain.refusals import RoleMayNotEditThis
from shared.kernel.actor import Role
from shared.kernel.identity import OrganizationId
from tests.support.cast import DANI

# written by hand, apart from the table: (role, act) → the relations in which it is allowed
OWN, TOWN, ELSE = Relation.OWN_ORGANIZATION, Relation.OWN_MUNICIPALITY, Relation.ELSEWHERE
EXPECTED: dict[tuple[Role, Act], set[Relation]] = {
    (Role.PARTNER_EDITOR, Act.EDIT_LISTING): {OWN},
    (Role.MUNICIPALITY_ADMINISTRATOR, Act.REGISTER_ORGANIZATION): {TOWN},
    (Role.MUNICIPALITY_ADMINISTRATOR, Act.EDIT_UNIT): {OWN, TOWN},
    (Role.MUNICIPALITY_ADMINISTRATOR, Act.EDIT_ASSIGNMENT): {OWN, TOWN},
    (Role.MUNICIPALITY_ADMINISTRATOR, Act.SEE_ASSIGNMENTS): {OWN, TOWN},
    (Role.MUNICIPALITY_ADMINISTRATOR, Act.EDIT_ROUTING): {TOWN},
    (Role.MUNICIPALITY_ADMINISTRATOR, Act.SEE_ROUTING): {TOWN},
    (Role.REFERRER, Act.SEE_ROUTING): {OWN, TOWN, ELSE},
    (Role.ADVISER, Act.SEE_ROUTING): {OWN, TOWN, ELSE},
    (Role.AUDITOR, Act.SEE_ROUTING): {OWN, TOWN, ELSE},
    **{(Role.OPERATOR, act): {OWN, TOWN, ELSE} for act in Act},
}


def editor(role: Role) -> Editor:
    """Somebody in a role."""
    actor = replace(DANI, role=role)
    return Editor.of(actor, OrganizationId(uuid4()), "0180")


@pytest.mark.parametrize(("role", "act", "relation"), list(product(Role, Act, Relation)))
def test_the_table_allows_just_what_it_should(role: Role, act: Act, relation: Relation) -> None:
    """Each of the combinations, and for each forbidden one the right refusal."""
    allowed = relation in EXPECTED.get((role, act), set())
    assert may(role, act, relation) is allowed
    if allowed:
        check(editor(role), act, relation)
        return
    # whoever could do it elsewhere must not learn that this exists
    refusal = NOT_YOURS[act] if (role, act) in EXPECTED else RoleMayNotEditThis
    with pytest.raises(refusal):
        check(editor(role), act, relation)


def test_the_table_holds_nothing_that_is_not_expected() -> None:
    """No line of the table is left out of the expectation above."""
    assert {(role, act) for role, act, _ in TABLE} == set(EXPECTED)
    assert all(may_ever(role, act) for role, act in EXPECTED)


def test_ones_own_organisation_is_nearer_than_ones_municipality() -> None:
    """Relations are told apart, and something unknown is elsewhere."""
    dani = editor(Role.PARTNER_EDITOR)
    assert dani.relation_to(dani.organization_id, "0180") is OWN
    assert dani.relation_to(OrganizationId(uuid4()), "0180") is TOWN
    assert dani.relation_to(OrganizationId(uuid4()), "1480") is ELSE
    assert dani.relation_to(None, None) is ELSE


def test_nobody_without_an_organisation_owns_what_has_none() -> None:
    """Two unknowns are not the same."""
    nobody = Editor.of(editor(Role.PARTNER_EDITOR), None, None)
    assert nobody.relation_to(None, None) is ELSE


def test_what_is_not_yours_is_called_what_it_is() -> None:
    """Each act has its own, and a system that knows the name of before finds that too."""
    assert set(NOT_YOURS) == set(Act)
    said = {refusal.slug: refusal.former_slug for refusal in NOT_YOURS.values()}
    assert said == {
        "listing-not-yours": None,
        "unit-not-yours": "listing-not-yours",
        "assignment-not-yours": "listing-not-yours",
        "rules-not-yours": "listing-not-yours",
    }
