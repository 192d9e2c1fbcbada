"""The window outwards: what others hear of each thing that happens, and what they do not."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields
from uuid import UUID

import pytest

from services.referral.domain import events
from services.referral.domain.access import Purpose, look_at_list
from services.referral.published import published
from shared.access.record import access_of
from shared.contracts.access import access_recorded
from shared.kernel.events import DomainEvent
from tests.support.builders.referrals import a_referral
from tests.support.cast import ALVA, BO, NOON

BASES = {events.DomainEvent, events.ReferralStep}
KINDS = [
    kind
    for _, kind in inspect.getmembers(events, inspect.isclass)
    if issubclass(kind, DomainEvent) and kind not in BASES and kind.__module__ == events.__name__
]


def everything_that_happens() -> dict[type[DomainEvent], DomainEvent]:
    """One of each domain event, as the rules make them."""
    accepted, rejected, cancelled = a_referral(about_both=True), a_referral(), a_referral()
    accepted.open(BO, NOON)
    accepted.accept(BO, NOON)
    accepted.start(BO, NOON)
    accepted.withdraw(accepted.consents[1].id, frozenset(), BO, NOON)
    accepted.complete("other", "Några ord om Frans.", (), BO, NOON)
    rejected.reject("other", "Några ord om Frans.", BO, NOON)
    cancelled.cancel("other", "Några ord om Frans.", ALVA, NOON)
    happened = [*accepted.events, *rejected.events, *cancelled.events]
    return {type(event): event for event in happened}


@pytest.mark.parametrize("kind", KINDS)
def test_each_domain_event_is_told_under_its_own_name(kind: type[DomainEvent]) -> None:
    """With the same identifiers and moment; nothing is told that does not stand in the contract."""
    event = everything_that_happens()[kind]
    contract = published(event)
    assert contract is not None
    assert type(contract).__name__ == kind.__name__
    for field in fields(contract):
        if hasattr(event, field.name):
            said, meant = getattr(contract, field.name), getattr(event, field.name)
            # what is told is in one order, and of codes
            assert said == (tuple(sorted(each.value for each in meant)) if isinstance(meant, frozenset) else meant)
    assert "Frans" not in str(contract.to_data())


def test_what_nobody_else_needs_to_know_is_not_told() -> None:
    """An event that the window does not know stays inside."""

    @dataclass(frozen=True, kw_only=True)
    class SomethingPrivate(DomainEvent):
        pass

    assert published(SomethingPrivate(occurred_at=NOON)) is None


def test_an_access_record_is_told_whole() -> None:
    """Who, in which unit and role, what, by which rule, relying on which consents, and when."""
    look = look_at_list((UUID(int=7),), "receiving-unit", Purpose.SUPPORT_TO_CARER)
    told = access_recorded(access_of(look, BO, NOON))
    assert (told.issuer, told.subject, told.role) == (BO.user.issuer, "bo", "adviser")
    assert (told.unit_id, told.assignment_id) == (BO.unit_id, BO.assignment_id)
    assert (told.subjects, told.occurred_at, told.outcome) == ((UUID(int=7),), NOON, "allowed")
