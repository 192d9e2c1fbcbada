"""Units, and who works in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.directory.domain.assignment import ROLES_IN, Assignment
from services.directory.domain.refusals import (
    AssignmentHasEnded,
    NameIsMissing,
    PeriodEndsBeforeItBegins,
    ReceivingUnitNeedsAnAddress,
    RoleDoesNotFitTheUnit,
    StandInIsTheUnitItself,
)
from services.directory.domain.unit import UnitKind
from shared.kernel.actor import Role
from shared.kernel.identity import AssignmentId, UnitId
from tests.support import cast
from tests.support.builders.directory import a_unit

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BO = cast.BO.user


def grant(kind: UnitKind, role: Role, **changes: Any) -> Assignment:
    """An assignment from now on."""
    values: dict[str, Any] = {"valid_from": NOW, "valid_to": None, "at": NOW, **changes}
    return Assignment.granted(AssignmentId(uuid4()), BO, UnitId(uuid4()), kind, role, **values)[0]


def test_whoever_receives_must_be_reachable() -> None:
    """A receiving unit has a function address and a telephone; a referring one may do without."""
    with pytest.raises(ReceivingUnitNeedsAnAddress):
        a_unit(function_address=None)
    with pytest.raises(ReceivingUnitNeedsAnAddress):
        a_unit(phone=None)
    assert not a_unit(UnitKind.REFERRING, function_address=None, phone=None).receives


def test_a_unit_has_a_name_and_never_stands_in_for_itself() -> None:
    """Two rules of every unit."""
    with pytest.raises(NameIsMissing):
        a_unit(name=" ")
    alone = UnitId(uuid4())
    with pytest.raises(StandInIsTheUnitItself):
        a_unit(id=alone, stand_in_unit_id=alone)


def test_a_closed_unit_receives_nothing() -> None:
    """Closing is a change like any other: the version goes up, and it is told."""
    before = a_unit()
    after, told = before.changed(
        NOW,
        name=before.name,
        area=before.area,
        function_address=before.function_address,
        phone=before.phone,
        stand_in_unit_id=None,
        active=False,
        address_withheld=False,
    )
    assert (before.receives, after.receives, after.version) == (True, False, 2)
    assert (told.unit_id, told.version, told.active) == (after.id, after.version, after.active)


@pytest.mark.parametrize("kind", UnitKind)
@pytest.mark.parametrize("role", Role)
def test_a_role_exists_only_where_it_belongs(kind: UnitKind, role: Role) -> None:
    """Nobody advises in a health centre, or audits for a partner."""
    if role in ROLES_IN[kind]:
        assert grant(kind, role).role is role
        return
    with pytest.raises(RoleDoesNotFitTheUnit):
        grant(kind, role)


def test_an_assignment_holds_between_its_dates_and_not_after_it_ended() -> None:
    """From its first moment, until its last or until it is ended, whichever comes first."""
    held = grant(UnitKind.RECEIVING, Role.ADVISER, valid_to=NOW + timedelta(days=10))
    assert [held.holds(NOW + timedelta(days=days)) for days in (-1, 0, 9, 10)] == [False, True, True, False]
    ended, told = held.ended(NOW + timedelta(days=3))
    assert (told.assignment_id, told.ended_at) == (ended.id, ended.ended_at)
    assert [ended.holds(NOW + timedelta(days=days)) for days in (2, 3)] == [True, False]
    with pytest.raises(AssignmentHasEnded):
        ended.ended(NOW)


def test_a_period_runs_forwards() -> None:
    """It cannot end as it begins."""
    with pytest.raises(PeriodEndsBeforeItBegins):
        grant(UnitKind.RECEIVING, Role.ADVISER, valid_to=NOW)
