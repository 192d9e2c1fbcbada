"""Who may say who works where cannot thereby read what they read, choose who reviews it, or reach another authority."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from services.directory.commands.grant_assignment import grant_assignment
from services.directory.commands.register_unit import RegisterUnit, register_unit, relation_to_unit
from services.directory.domain.permissions import Relation
from services.directory.domain.refusals import RoleMayNotEditThis
from services.directory.domain.unit import UnitKind
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import OrganizationId, UnitId
from tests.support.builders.directory import a_grant, a_unit
from tests.support.cast import ASSIGNMENT, ISSUER, ORGANIZATION, UNIT
from tests.support.city_filled import OPERATOR
from tests.support.directory_city import City


@pytest.mark.parametrize(
    ("subject", "unit", "role"),
    [("hanna", "advice-bromma", "adviser"), ("a-friend", "", "auditor"), ("a-friend", "", "operator")],
    ids=["an adviser of oneself", "an auditor of a friend", "an operator of a friend"],
)
def test_an_administrator_does_not_make(city: City, subject: str, unit: str, role: str) -> None:
    """It is refused, recorded, and told to nobody."""
    where = UNIT[unit] if unit else city.actor("ester").unit_id
    before = city.told("assignment.granted.v1")
    body = {"unit_id": str(where), "subject": subject, "role": role}
    refused = city.ask("hanna", "POST", "/assignments", body, Idempotency_Key=str(uuid4()))
    assert (refused.status_code, refused.json["type"]) in (
        (403, "urn:lotsa:problem:role-may-not-edit"),
        (404, "urn:lotsa:problem:assignment-not-yours"),
    )
    assert city.told("assignment.granted.v1") == before
    attempt = city.told("access.recorded.v1")[-1]
    assert (attempt["action"], attempt["outcome"]) == ("attempt.edit-assignment", "refused")


def test_an_administrator_does_not_send_the_auditor_away(city: City) -> None:
    """Whoever is reviewed does not choose the reviewer."""
    before = city.told("assignment.ended.v1")
    refused = city.ask("hanna", "DELETE", f"/assignments/{ASSIGNMENT['ester']}")
    assert refused.status_code in (403, 404)
    assert city.told("assignment.ended.v1") == before
    assert city.told("access.recorded.v1")[-1]["outcome"] == "refused"


def test_an_operator_does(city: City) -> None:
    """Installing is their task."""
    asked = a_grant(UserRef(ISSUER, "a-reviewer"), unit_id=city.actor("ester").unit_id, role=Role.AUDITOR)
    with city.parts.work_of(OPERATOR) as work:
        assert grant_assignment(asked, OPERATOR, work).role is Role.AUDITOR
    hanna = city.editor("hanna")
    with city.parts.work_of(hanna) as work, pytest.raises(RoleMayNotEditThis):
        grant_assignment(
            replace(asked, unit_id=UnitId(UNIT["advice-bromma"]), role=Role.ADVISER, user=hanna.user), hanna, work
        )


def test_another_authority_in_the_same_place_has_no_say(city: City) -> None:
    """A region's administrators sit in the municipality too: neither has to do with the other's units."""
    theirs = a_unit(
        UnitKind.ADMINISTRATION,
        organization_id=OrganizationId(ORGANIZATION["region-stockholm"]),
        name="Regionens förvaltning",
    )
    with city.parts.work_of(OPERATOR) as work:
        register_unit(RegisterUnit(unit=theirs), OPERATOR, work)
        work.commit()
        bromma = work.units.find(UnitId(UNIT["advice-bromma"]))
        audits = work.units.find(city.actor("ester").unit_id)
    of_region = city.parts.editor(replace(city.actor("hanna"), unit_id=theirs.id))
    assert relation_to_unit(of_region, bromma) is Relation.ELSEWHERE
    assert relation_to_unit(of_region, audits) is Relation.ELSEWHERE
    assert relation_to_unit(of_region, theirs) is Relation.OWN_ORGANIZATION
    assert relation_to_unit(city.editor("hanna"), theirs) is Relation.ELSEWHERE
    assert relation_to_unit(city.editor("hanna"), bromma) is not Relation.ELSEWHERE
