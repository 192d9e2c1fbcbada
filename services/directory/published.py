"""The only window outwards: which domain events the others hear of, and in which words."""

from __future__ import annotations

import json

from services.directory.domain import events
from services.directory.domain.routing import RoutingRules
from services.directory.domain.unit import Unit
from shared.contracts.contract import Contract
from shared.contracts.directory import (
    ActivityChanged,
    AssignmentEnded,
    AssignmentGranted,
    AssignmentToldAgain,
    EndedSessionToldAgain,
    ListingChanged,
    RoutingRulesChanged,
    RoutingRulesToldAgain,
    SessionEnded,
    SignedIn,
    SignInRefused,
    UnitChanged,
    UnitToldAgain,
)
from shared.kernel.events import DomainEvent


def translate(event: DomainEvent) -> Contract | None:
    """What the others hear of an event, or None: silence."""
    match event:
        case events.UnitWasRegistered() | events.UnitWasChanged():
            return _unit(event.unit, event)
        case events.AssignmentWasGranted(assignment=granted):
            return AssignmentGranted(
                assignment_id=granted.id,
                issuer=granted.user.issuer,
                subject=granted.user.subject,
                unit_id=granted.unit_id,
                role=granted.role.value,
                valid_from=granted.valid_from,
                valid_to=granted.valid_to,
            )
        case events.UnitWasToldAgain():
            return UnitToldAgain(**vars(_unit(event.unit, event)))
        case events.AssignmentWasToldAgain(assignment=stands):
            return AssignmentToldAgain(
                assignment_id=stands.id,
                issuer=stands.user.issuer,
                subject=stands.user.subject,
                unit_id=stands.unit_id,
                role=stands.role.value,
                valid_from=stands.valid_from,
                valid_to=stands.valid_to,
                ended_at=stands.ended_at,
            )
        case events.RoutingRulesWereToldAgain():
            return RoutingRulesToldAgain(**vars(_rules(event.rules, event)))
        case events.EndedSessionWasToldAgain():
            return EndedSessionToldAgain(
                session_id=event.session_id, expires_at=event.expires_at, occurred_at=event.occurred_at
            )
        case events.AssignmentWasEnded(assignment=ended):
            return AssignmentEnded(assignment_id=ended.id, ended_at=ended.ended_at or event.occurred_at)
        case events.RoutingRulesWereSet():
            return _rules(event.rules, event)
        case events.SupportServiceWasSaved() | events.ListingWasConfirmed():
            service = event.service
            return ListingChanged(
                organization_id=service.organization_id,
                service_id=service.id,
                version=service.version,
                status=service.listing.status.value,
                issuer=event.by.user.issuer,
                subject=event.by.user.subject,
                assignment_id=event.by.assignment_id,
                occurred_at=event.occurred_at,
            )
        case events.ActivityWasSaved() | events.ActivityWasCancelled() | events.ActivityWasTakenUpAgain():
            activity = event.activity
            return ActivityChanged(
                organization_id=activity.organization_id,
                service_id=activity.service_id,
                activity_id=activity.id,
                version=activity.version,
                status=activity.status.value,
                issuer=event.by.user.issuer,
                subject=event.by.user.subject,
                assignment_id=event.by.assignment_id,
                occurred_at=event.occurred_at,
            )
        case events.SomebodySignedIn():
            return SignedIn(
                session_id=event.session_id,
                issuer=event.user.issuer,
                subject=event.user.subject,
                occurred_at=event.occurred_at,
            )
        case events.SignInWasRefused():
            return SignInRefused(reason=event.reason, occurred_at=event.occurred_at)
        case events.SessionWasEnded():
            return SessionEnded(session_id=event.session_id, expires_at=event.expires_at, occurred_at=event.occurred_at)
        case _:
            return None


def _unit(unit: Unit, event: DomainEvent) -> UnitChanged:
    return UnitChanged(
        unit_id=unit.id,
        version=unit.version,
        organization_id=unit.organization_id,
        name=unit.name,
        kind=unit.kind.value,
        area=unit.area,
        function_address=unit.function_address,
        phone=unit.phone,
        stand_in_unit_id=unit.stand_in_unit_id,
        active=unit.active,
        occurred_at=event.occurred_at,
    )


def _rules(rules: RoutingRules, event: DomainEvent) -> RoutingRulesChanged:
    rows = [
        {
            "rule_id": str(rule.id),
            "area": rule.area,
            "target_groups": sorted(rule.target_groups),
            "age_of": rule.age_of.value,
            "age_from": rule.age_from,
            "age_to": rule.age_to,
            "unit_id": str(rule.unit_id),
            "stand_in_unit_id": str(rule.stand_in_unit_id) if rule.stand_in_unit_id else None,
            "valid_from": rule.valid_from.isoformat(),
            "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
            "reason_sv": rule.reason_sv,
        }
        for rule in rules.rules
    ]
    return RoutingRulesChanged(
        municipality_code=rules.municipality_code,
        version=rules.version,
        default_unit_id=rules.default_unit_id,
        rules=json.dumps(rows, ensure_ascii=False, separators=(",", ":")),
        occurred_at=event.occurred_at,
    )
