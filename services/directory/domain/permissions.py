"""Who may change what: one table, which both enforces and is tested.

A role that may never do a thing is told so (403). One that may do it elsewhere, but not here, gets the same answer as
for an unknown id (404).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.directory.domain.refusals import (
    AssignmentIsNotYours,
    ListingIsNotYours,
    NotYours,
    RoleMayNotEditThis,
    RulesAreNotYours,
    UnitIsNotYours,
)
from shared.kernel.actor import Actor, Role
from shared.kernel.identity import OrganizationId


class Act(StrEnum):
    """What can be asked for."""

    REGISTER_ORGANIZATION = "register-organization"
    EDIT_LISTING = "edit-listing"
    EDIT_UNIT = "edit-unit"
    EDIT_ASSIGNMENT = "edit-assignment"
    SEE_ASSIGNMENTS = "see-assignments"
    EDIT_ROUTING = "edit-routing"
    SEE_ROUTING = "see-routing"


class Relation(StrEnum):
    """How the person's own unit stands to what is asked about."""

    OWN_ORGANIZATION = "own-organization"
    OWN_MUNICIPALITY = "own-municipality"
    ELSEWHERE = "elsewhere"


_EDITOR = Role.PARTNER_EDITOR
_ADMINISTRATOR = Role.MUNICIPALITY_ADMINISTRATOR

TABLE: frozenset[tuple[Role, Act, Relation]] = frozenset(
    {
        (_EDITOR, Act.EDIT_LISTING, Relation.OWN_ORGANIZATION),
        (_ADMINISTRATOR, Act.REGISTER_ORGANIZATION, Relation.OWN_MUNICIPALITY),
        *(
            (_ADMINISTRATOR, act, relation)
            for act in (Act.EDIT_UNIT, Act.EDIT_ASSIGNMENT, Act.SEE_ASSIGNMENTS)
            for relation in (Relation.OWN_ORGANIZATION, Relation.OWN_MUNICIPALITY)
        ),
        (_ADMINISTRATOR, Act.EDIT_ROUTING, Relation.OWN_MUNICIPALITY),
        (_ADMINISTRATOR, Act.SEE_ROUTING, Relation.OWN_MUNICIPALITY),
        # whoever sends or receives may see why a unit was proposed, anywhere: the rules hold no personal data
        *(
            (role, Act.SEE_ROUTING, relation)
            for role in (Role.REFERRER, Role.ADVISER, Role.AUDITOR)
            for relation in Relation
        ),
        # the operator installs and seeds: everything, each act recorded like anybody's
        *((Role.OPERATOR, act, relation) for act in Act for relation in Relation),
    }
)
"""Every (role, act, relation) that is allowed; nothing else is."""


OPERATORS_ALONE = frozenset({Role.OPERATOR, Role.AUDITOR})
"""Roles that an administrator may neither give nor take away: who may do everything, and who looks at what is done."""


NOT_YOURS: Mapping[Act, type[NotYours]] = {
    Act.REGISTER_ORGANIZATION: ListingIsNotYours,
    Act.EDIT_LISTING: ListingIsNotYours,
    Act.EDIT_UNIT: UnitIsNotYours,
    Act.EDIT_ASSIGNMENT: AssignmentIsNotYours,
    Act.SEE_ASSIGNMENTS: AssignmentIsNotYours,
    Act.EDIT_ROUTING: RulesAreNotYours,
    Act.SEE_ROUTING: RulesAreNotYours,
}
"""What is said of somebody else's, by what was to be done with it."""


@dataclass(frozen=True)
class Editor(Actor):
    """An actor with where they stand: for a unit of an organisation that sits in a municipality, as far as known."""

    organization_id: OrganizationId | None = None
    municipality_code: str | None = None

    @classmethod
    def of(cls, actor: Actor, organization_id: OrganizationId | None, municipality_code: str | None) -> Editor:
        """The actor, standing there."""
        return cls(
            actor.user,
            actor.assignment_id,
            actor.unit_id,
            actor.role,
            actor.name,
            organization_id=organization_id,
            municipality_code=municipality_code,
        )

    def may_hand_out(self, role: Role) -> bool:
        """Whether giving or ending this role is not kept for operators."""
        return self.role is Role.OPERATOR or role not in OPERATORS_ALONE

    def relation_to(self, organization_id: OrganizationId | None, municipality_code: str | None) -> Relation:
        """How this person stands to something of an organisation and a municipality."""
        if organization_id is not None and organization_id == self.organization_id:
            return Relation.OWN_ORGANIZATION
        if municipality_code is not None and municipality_code == self.municipality_code:
            return Relation.OWN_MUNICIPALITY
        return Relation.ELSEWHERE


def may(role: Role, act: Act, relation: Relation) -> bool:
    """Whether the table allows it."""
    return (role, act, relation) in TABLE


def may_ever(role: Role, act: Act) -> bool:
    """Whether the role may do it in any relation at all."""
    return any(may(role, act, relation) for relation in Relation)


def check(editor: Editor, act: Act, relation: Relation) -> None:
    """Let it pass, or raise RoleMayNotEditThis (403) or the NotYours of what is asked for (404)."""
    if may(editor.role, act, relation):
        return
    if not may_ever(editor.role, act):
        raise RoleMayNotEditThis
    raise NOT_YOURS[act]
