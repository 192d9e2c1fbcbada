"""The only window outwards: which domain events the others hear of, and in which words."""

from __future__ import annotations

import json

from services.directory.domain import events
from shared.contracts import directory as contracts
from shared.contracts.contract import Contract
from shared.kernel.events import DomainEvent


def published(event: DomainEvent) -> Contract | None:
    """What the others hear of an event, or None: silence."""
    match event:
        case events.UnitToldAgain():
            return contracts.UnitToldAgain(**vars(_unit(event)))
        case events.UnitEvent():
            return _unit(event)
        case events.AssignmentGranted():
            return contracts.AssignmentGranted(
                assignment_id=event.assignment_id,
                issuer=event.user.issuer,
                subject=event.user.subject,
                unit_id=event.unit_id,
                role=event.role.value,
                valid_from=event.valid_from,
                valid_to=event.valid_to,
            )
        case events.AssignmentToldAgain():
            return contracts.AssignmentToldAgain(
                assignment_id=event.assignment_id,
                issuer=event.user.issuer,
                subject=event.user.subject,
                unit_id=event.unit_id,
                role=event.role.value,
                valid_from=event.valid_from,
                valid_to=event.valid_to,
                ended_at=event.ended_at,
            )
        case events.AssignmentEnded():
            return contracts.AssignmentEnded(assignment_id=event.assignment_id, ended_at=event.ended_at)
        case events.RoutingRulesToldAgain():
            return contracts.RoutingRulesToldAgain(**vars(_rules(event)))
        case events.RoutingRulesEvent():
            return _rules(event)
        case events.ListingEvent():
            return contracts.ListingChanged(
                organization_id=event.organization_id,
                service_id=event.service_id,
                version=event.version,
                status=event.status,
                issuer=event.by.user.issuer,
                subject=event.by.user.subject,
                assignment_id=event.by.assignment_id,
                occurred_at=event.occurred_at,
            )
        case events.ActivityEvent():
            return contracts.ActivityChanged(
                organization_id=event.organization_id,
                service_id=event.service_id,
                activity_id=event.activity_id,
                version=event.version,
                status=event.status,
                issuer=event.by.user.issuer,
                subject=event.by.user.subject,
                assignment_id=event.by.assignment_id,
                occurred_at=event.occurred_at,
            )
        case events.SignedIn():
            return contracts.SignedIn(
                session_id=event.session_id,
                issuer=event.user.issuer,
                subject=event.user.subject,
                occurred_at=event.occurred_at,
            )
        case events.SignInRefused():
            return contracts.SignInRefused(reason=event.reason, occurred_at=event.occurred_at)
        case events.SessionEnded():
            return contracts.SessionEnded(
                session_id=event.session_id, expires_at=event.expires_at, occurred_at=event.occurred_at
            )
        case events.EndedSessionToldAgain():
            return contracts.EndedSessionToldAgain(
                session_id=event.session_id, expires_at=event.expires_at, occurred_at=event.occurred_at
            )
        case _:
            return None


def _unit(event: events.UnitEvent) -> contracts.UnitChanged:
    return contracts.UnitChanged(
        unit_id=event.unit_id,
        version=event.version,
        organization_id=event.organization_id,
        name=event.name,
        kind=event.kind,
        area=event.area,
        function_address=event.function_address,
        phone=event.phone,
        stand_in_unit_id=event.stand_in_unit_id,
        active=event.active,
        occurred_at=event.occurred_at,
    )


def _rules(event: events.RoutingRulesEvent) -> contracts.RoutingRulesChanged:
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
        for rule in event.rules
    ]
    return contracts.RoutingRulesChanged(
        municipality_code=event.municipality_code,
        version=event.version,
        default_unit_id=event.default_unit_id,
        rules=json.dumps(rows, ensure_ascii=False, separators=(",", ":")),
        occurred_at=event.occurred_at,
    )
