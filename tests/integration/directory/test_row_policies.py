"""The second net lets an administrator through where the table of permissions does, and nowhere else."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from shared.storage.migrations import migrate
from tests.support.cast import ASSIGNMENT, ORGANIZATION, UNIT
from tests.support.city_filled import seed_directory
from tests.support.directory_city import City
from tests.support.infrastructure import Infrastructure, new_installation

HERS = {"bo", "cilla", "dani", "ester", "hanna"}
SEEN = text("select id from assignments where id = any(:ids)")
AS_HANNA = {
    "lotsa.role": "municipality-administrator",
    "lotsa.organization_id": str(ORGANIZATION["city-stockholm"]),
    "lotsa.municipality_code": "0180",
}


def cast(ids: set[UUID]) -> set[str]:
    """Whose assignments these are."""
    return {name for name, assignment_id in ASSIGNMENT.items() if assignment_id in ids}


def test_who_works_at_the_regions_health_centre_is_hidden_from_the_city(city: City) -> None:
    """Whatever a query forgets to ask: Alva's assignment is not there for Hanna, her own and her partners' are."""
    with city.parts.work_of(city.editor("hanna")) as work:
        seen = set(work.connection.execute(SEEN, {"ids": list(ASSIGNMENT.values())}).scalars())
    assert cast(seen) == HERS


def test_what_the_first_policy_showed_is_hidden_by_the_second(infrastructure: Infrastructure) -> None:
    """The same rows before and after the migration: one is hidden that was seen, and none besides."""
    with new_installation(infrastructure, mode="demo") as installation:
        settings = installation.settings()
        service = settings.service("directory")
        migrate("directory", service.owner_database_url, "0001")
        seed_directory(settings)
        engine = create_engine(service.database_url)

        def seen() -> set[str]:
            with engine.begin() as connection:
                for name, value in AS_HANNA.items():
                    connection.execute(text("select set_config(:name, :value, true)"), {"name": name, "value": value})
                return cast(set(connection.execute(SEEN, {"ids": list(ASSIGNMENT.values())}).scalars()))

        try:
            assert seen() == HERS | {"alva"}
            migrate("directory", service.owner_database_url)
            assert seen() == HERS
        finally:
            engine.dispose()


def test_the_citys_administrator_cannot_write_the_regions_units(city: City) -> None:
    """Neither change one, nor plant one that refers, reviews or administers, nor an assignment in it."""
    centre = UNIT["health-centre-1"]
    with city.parts.work_of(city.editor("hanna")) as work:
        changed = work.connection.execute(text("update units set name = 'Kapad' where id = :id"), {"id": centre})
        assert changed.rowcount == 0
        work.rollback()
    for kind in ("referring", "audit", "administration"):
        with city.parts.work_of(city.editor("hanna")) as work:
            with pytest.raises(DBAPIError, match="row-level security"):
                work.connection.execute(
                    text(
                        "insert into units (id, organization_id, version, name, kind, area, active, address_withheld) "
                        "values (gen_random_uuid(), :owner, 1, 'Planterad', :kind, '0180', true, false)"
                    ),
                    {"owner": ORGANIZATION["region-stockholm"], "kind": kind},
                )
            work.rollback()
    with city.parts.work_of(city.editor("hanna")) as work:
        with pytest.raises(DBAPIError, match="row-level security"):
            work.connection.execute(
                text(
                    "insert into assignments (id, issuer, subject, unit_id, role, valid_from) "
                    "values (gen_random_uuid(), 'i', 's', :unit, 'referrer', now())"
                ),
                {"unit": centre},
            )
        work.rollback()


def test_the_operator_sees_and_writes_everything(city: City) -> None:
    """Installing is their task."""
    ids = list(ASSIGNMENT.values())
    assert len(city.rows("select id from assignments where id = any(:ids)", ids=ids)) == len(ids)
