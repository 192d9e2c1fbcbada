"""Seeds the directory through its own commands: public bodies, units, routing rules, the cast, partners' listings.

Safe to repeat: what exists is left as it is. The operator is the author; every act is told and recorded like anybody's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from demo.seed import directory_listings, directory_units
from demo.seed.directory_rules import stockholm_rules
from demo.seed.ids import ASSIGNMENT, CAST, DEMO_ISSUER, ORGANIZATION, UNIT, stable
from services.directory import bootstrap
from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.grant_assignment import GrantAssignment, grant_assignment
from services.directory.commands.register_organization import register_organization
from services.directory.commands.register_unit import RegisterUnit, register_unit
from services.directory.commands.save_activity import PlanActivity, plan_activity
from services.directory.commands.save_support_service import AddSupportService, add_support_service
from services.directory.commands.set_routing_rules import SetRoutingRules, set_routing_rules
from services.directory.domain.permissions import Editor
from services.directory.domain.unit import Unit
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import Clock, FixedClock, SystemClock
from shared.kernel.identity import AssignmentId, OrganizationId, UnitId
from shared.settings import Settings

STOCKHOLM = "0180"
OPERATOR = Editor.of(
    Actor(
        user=UserRef("urn:lotsa:seed", "seed"),
        assignment_id=AssignmentId(stable("assignment", "seed")),
        unit_id=UnitId(UNIT["administration-stockholm"]),
        role=Role.OPERATOR,
    ),
    OrganizationId(ORGANIZATION["city-stockholm"]),
    STOCKHOLM,
)


def seed_directory(
    settings: Settings,
    clock: Clock | None = None,
    say: Callable[[str], None] = lambda _: None,
    *,
    cast_issuer: str = DEMO_ISSUER,
) -> None:
    """Fill the directory. ``say`` is told, in a few words, what has been done.

    ``cast_issuer``: who vouches for the cast; the demonstration's list, or a trial installation's OpenID provider.
    """
    clock = clock or SystemClock()
    parts = bootstrap.for_web(settings, clock)
    try:
        seed_units(parts, cast_issuer)
        say("organisations, units, routing rules and the cast")
        counted = seed_listings(parts)
        say(f"{counted} support services and activities")
    finally:
        parts.engine.dispose()


def seed_units(parts: bootstrap.Parts, cast_issuer: str = DEMO_ISSUER) -> None:
    """Organisations, units, Stockholm's routing rules and the cast's assignments: what the other services need."""
    with parts.work_of(OPERATOR, history=True) as work:
        for organization in directory_units.organizations():
            if work.organizations.find(organization.organization_id) is None:
                register_organization(organization, OPERATOR, work)
        for unit in directory_units.units():
            _unit(work, unit)
        rules = stockholm_rules()
        if work.rules.of(rules.municipality_code) is None:
            set_routing_rules(SetRoutingRules(rules=rules), OPERATOR, work)
        for subject, (unit_slug, role) in CAST.items():
            unit_id, assignment_id = UnitId(UNIT[unit_slug]), AssignmentId(ASSIGNMENT[subject])
            _grant(work, Actor(UserRef(cast_issuer, subject), assignment_id, unit_id, Role(role)))
        work.commit()


def _unit(work: DirectoryUnitOfWork, unit: Unit) -> None:
    if work.units.find(unit.id) is None:
        register_unit(RegisterUnit(unit=unit), OPERATOR, work)


def grant_to(settings: Settings, members: Iterable[Actor]) -> int:
    """Give each the assignment that they act under, unless they have it; how many are new. The units must be there."""
    parts = bootstrap.for_web(settings)
    try:
        with parts.work_of(OPERATOR, history=True) as work:
            granted = sum(_grant(work, member) for member in members)
            work.commit()
    finally:
        parts.engine.dispose()
    return granted


def _grant(work: DirectoryUnitOfWork, member: Actor) -> bool:
    if work.assignments.find(member.assignment_id) is not None:
        return False
    asked = GrantAssignment(
        assignment_id=member.assignment_id,
        user=member.user,
        unit_id=member.unit_id,
        role=member.role,
        valid_from=directory_units.SINCE,
    )
    grant_assignment(asked, OPERATOR, work)
    return True


def seed_listings(parts: bootstrap.Parts) -> int:
    """Every partner's support services and activities, dated in the months to come. How many there are."""
    now = parts.clock.now()
    counted = 0
    for partner in directory_listings.PARTNERS:
        owner = OrganizationId(ORGANIZATION[partner.slug])
        # each listing was assured on a day of its own, some long ago
        assured = FixedClock(now - partner.assured_ago)
        then = replace(parts, clock=assured)
        with then.work_of(OPERATOR, history=True) as work:
            for number, listing in enumerate(partner.listings, start=1):
                service_id = stable("service", f"{partner.slug}/{number}")
                counted += 1
                if work.services.find(service_id) is None:
                    asked = AddSupportService(service_id=service_id, organization_id=owner, listing=listing)
                    add_support_service(asked, OPERATOR, work)
            counted += _activities(work, partner, now)
            work.commit()
    return counted


def _activities(work: DirectoryUnitOfWork, partner: directory_listings.Partner, now: datetime) -> int:
    planned = directory_listings.activities_of(partner, now)
    for number, (service_number, session) in enumerate(planned, start=1):
        activity_id: UUID = stable("activity", f"{partner.slug}/{number}")
        if work.activities.find(activity_id) is None:
            service_id = stable("service", f"{partner.slug}/{service_number}")
            asked = PlanActivity(activity_id=activity_id, service_id=service_id, session=session)
            plan_activity(asked, OPERATOR, work)
    return len(planned)
