"""What a question costs does not grow with settings asked per row, nor by PostgreSQL compiling it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from operations.install.installation import Installation
from shared.settings import SERVICES
from shared.storage.engine import make_engine
from shared.storage.migrations import migrate
from shared.storage.policies import ASKED_FOR_EACH_ROW, POLICIES, asked_once


@pytest.mark.parametrize("service", SERVICES)
def test_no_policy_asks_for_a_setting_by_the_row(installation: Installation, service: str) -> None:
    """Every policy of every database, also those that a later migration will add."""
    migrate(service, installation.settings().service(service).owner_database_url)
    engine = make_engine(installation.settings().service(service).owner_database_url, pool_size=1)
    with engine.connect() as connection:
        policies = connection.execute(POLICIES).all()
    engine.dispose()
    assert policies
    by_the_row = [
        (each.tablename, each.policyname)
        for each in policies
        if any(ASKED_FOR_EACH_ROW.search(told or "") for told in (each.qual, each.with_check))
    ]
    assert by_the_row == []


def test_what_asks_by_the_row_would_be_seen() -> None:
    """As PostgreSQL writes it, with and without brackets; once asked once, it is left as it is."""
    told = "((current_setting('lotsa.role'::text, true) = 'auditor'::text) OR (unit_id = (x)::uuid))"
    assert ASKED_FOR_EACH_ROW.search(told)
    once = asked_once(told)
    assert once == told.replace(
        "current_setting('lotsa.role'::text, true)", "(SELECT current_setting('lotsa.role'::text, true))"
    )
    assert asked_once(once) == once
    as_shown = "(( SELECT current_setting('lotsa.role'::text, true) AS current_setting) = 'auditor'::text)"
    assert asked_once(as_shown) == as_shown


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_compiled(installation: Installation, service: str) -> None:
    """Wherever the cluster is and whatever its settings are."""
    engine = make_engine(installation.settings().service(service).database_url, pool_size=1)
    with engine.connect() as connection:
        assert connection.execute(text("SHOW jit")).scalar_one() == "off"
    engine.dispose()
