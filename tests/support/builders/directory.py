"""What the directory holds, and what it is asked for: units of the city, who works in them, and whom they take."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from services.directory.commands.grant_assignment import GrantAssignment
from services.directory.commands.register_organization import RegisterOrganization
from services.directory.domain.organization import OrganizationKind
from services.directory.domain.routing_rule import RoutingRule
from services.directory.domain.unit import Unit, UnitKind
from shared.kernel.actor import Role, UserRef
from shared.kernel.identity import AssignmentId, OrganizationId, UnitId
from tests.support.cast import ORGANIZATION, UNIT

FARSTA = UnitId(UNIT["advice-farsta"])


def a_unit(kind: UnitKind = UnitKind.RECEIVING, **changes: Any) -> Unit:
    """A new unit of the city; if it receives, it does so on Södermalm and can be reached."""
    whole: dict[str, Any] = {
        "id": UnitId(uuid4()),
        "organization_id": ORGANIZATION["city-stockholm"],
        "name": "Anhörigkonsulenterna",
        "area": "0180",
    }
    if kind is UnitKind.RECEIVING:
        reached = {"function_address": "anhorigkonsulent@example.se", "phone": "08-465 004 01"}
        whole |= {"area": "0180-sodermalm", **reached}
    return Unit(kind=kind, **{**whole, **changes})


def a_units_body(**changes: Any) -> dict[str, Any]:
    """The same as a system sends it, or with texts for everything a form: under a name that no other unit has."""
    return {
        "name": f"Anhörigcentrum {uuid4().hex[:8]}",
        "kind": "receiving",
        "organization_id": str(ORGANIZATION["city-stockholm"]),
        "area": "0180-sodermalm",
        "function_address": "anhorigcentrum@example.se",
        "phone": "08-465 004 60",
        **changes,
    }


def a_grant(user: UserRef, **changes: Any) -> GrantAssignment:
    """Somebody is to advise in Farsta."""
    whole: dict[str, Any] = {"assignment_id": AssignmentId(uuid4()), "unit_id": FARSTA, "role": Role.ADVISER}
    return GrantAssignment(user=user, **{**whole, **changes})


def an_organization(**changes: Any) -> RegisterOrganization:
    """One of civil society in Stockholm is to be registered."""
    whole: dict[str, Any] = {
        "organization_id": OrganizationId(uuid4()),
        "name": "Föreningen Lyktan",
        "kind": OrganizationKind.CIVIL_SOCIETY,
        "municipality_code": "0180",
    }
    return RegisterOrganization(**{**whole, **changes})


def a_rule(unit_id: UnitId = FARSTA, **changes: Any) -> RoutingRule:
    """Farsta takes its own."""
    whole: dict[str, Any] = {"id": uuid4(), "area": "0180-farsta", "reason_sv": "Bor där."}
    return RoutingRule(unit_id=unit_id, **{**whole, **changes})


def a_rules_body(**changes: Any) -> dict[str, Any]:
    """A rule as a system sends it: carers of 65 and over on Södermalm who care for somebody with a mental illness."""
    return {
        "area": "0180-sodermalm",
        "target_groups": ["mental-illness"],
        "age_of": "carer",
        "age_from": 65,
        "age_to": None,
        "unit_id": str(FARSTA),
        "stand_in_unit_id": str(UNIT["advice-jarva"]),
        "valid_from": "2026-01-01",
        "valid_to": "2028-01-01",
        "reason_sv": "Anhöriga över 65 år på Södermalm möts av Farsta under ombyggnaden.",
        **changes,
    }


def a_rules_form(**changes: Any) -> dict[str, Any]:
    """The same as it is typed."""
    typed = {"age_from": "65", "age_to": "", "last_day": "2027-12-31", **changes}
    return {name: value for name, value in a_rules_body(**typed).items() if name != "valid_to"}
