"""A pool's connections after the server has broken them off."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from shared.storage import engine as room
from shared.storage.engine import make_engine
from tests.support.infrastructure import Infrastructure

BREAK_OFF = text("select pg_terminate_backend(pid) from pg_stat_activity where application_name = :name")


def broken_off(infrastructure: Infrastructure, name: str) -> None:
    admin = create_engine(infrastructure.postgres_url)
    with admin.connect() as connection:
        assert all(connection.execute(BREAK_OFF, {"name": name}).scalars().all())
    admin.dispose()


def test_an_idle_connection_is_tried_before_it_is_used(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a server's restart nobody who comes later sees a dead connection."""
    monkeypatch.setattr(room, "IDLE_BEFORE_PING_S", 0.0)
    engine = make_engine(infrastructure.postgres_url, pool_size=2, application_name="lotsa idle")
    with engine.connect() as first, engine.connect() as second:
        assert [each.execute(text("select 1")).scalar() for each in (first, second)] == [1, 1]
    broken_off(infrastructure, "lotsa idle")
    with engine.connect() as first, engine.connect() as second:
        assert [each.execute(text("select 1")).scalar() for each in (first, second)] == [1, 1]
    engine.dispose()


def test_a_busy_connection_is_not_tried_and_its_death_clears_the_pool(
    infrastructure: Infrastructure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request meets the dead connection; the next is served."""
    monkeypatch.setattr(room, "IDLE_BEFORE_PING_S", 60.0)
    engine = make_engine(infrastructure.postgres_url, pool_size=2, application_name="lotsa busy")
    with engine.connect() as first, engine.connect() as second:
        assert [each.execute(text("select 1")).scalar() for each in (first, second)] == [1, 1]
    broken_off(infrastructure, "lotsa busy")
    with engine.connect() as dead, pytest.raises(OperationalError):
        dead.execute(text("select 1"))
    with engine.connect() as first, engine.connect() as second:
        assert [each.execute(text("select 1")).scalar() for each in (first, second)] == [1, 1]
    engine.dispose()
