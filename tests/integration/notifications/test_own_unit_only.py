"""The database itself shows a unit its own notices and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from shared.kernel.actor import Actor
from shared.kernel.identity import UnitId
from tests.integration.notifications.conftest import Room
from tests.support.cast import BO


def an_actor(unit_id: object) -> Actor:
    return replace(BO, unit_id=UnitId(unit_id))


def test_a_query_without_a_condition_shows_the_own_units_rows(room: Room) -> None:
    """Row-level security is the second net: even a forgotten WHERE leaks nothing."""
    ours, theirs = room.a_journey(), room.a_journey()
    room.hear(ours.sent())
    room.hear(theirs.sent())
    with room.parts.as_unit(an_actor(ours.receiving)) as uow:
        assert uow.connection.execute(text("SELECT unit_id FROM notices")).scalars().all() == [ours.receiving]


def test_without_a_unit_nothing_is_shown(room: Room) -> None:
    """The policies fail closed: no setting, no rows."""
    journey = room.a_journey()
    room.hear(journey.sent())
    with room.engine.connect() as connection:
        for table in ("notices", "telling", "demo_mailbox"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_a_persons_transaction_cannot_write_notices(room: Room) -> None:
    """Only the service's own transactions do."""
    journey = room.a_journey()
    room.hear(journey.sent())
    with room.parts.as_unit(an_actor(journey.receiving)) as uow:
        changed = uow.connection.execute(text("UPDATE notices SET status = 'sent', settled_at = now()"))
        assert changed.rowcount == 0


def test_the_application_may_not_delete_notices(room: Room) -> None:
    """What was sent, or not, stays on record."""
    with room.parts.as_service() as uow, pytest.raises(ProgrammingError, match="permission denied"):
        uow.connection.execute(text("DELETE FROM notices"))
