"""The seed on the running product: every state, told and logged, nobody notified, and a second run does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import make_url

from demo import seed
from demo.seed.ids import CAST, UNIT
from services.audit.log.entry import read_leaf
from services.audit.log.pack import unpack
from services.referral.domain.lifecycle import TRANSITIONS
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def seeded(infrastructure: Infrastructure) -> Iterator[Running]:
    """The product with a small year in it."""
    with running_product(infrastructure) as product:
        seed.run(product.settings, over_the_year=8)
        yield product


def rows(product: Running, service: str, query: str) -> list[tuple[object, ...]]:
    """What is in a service's database, seen by the superuser."""
    url = make_url(product.installation.servers.postgres_url)
    ours = url.set(drivername="postgresql", database=f"{product.installation.prefix}_{service}")
    with psycopg.connect(ours.render_as_string(hide_password=False)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def test_it_is_a_whole_city(seeded: Running) -> None:
    """Eleven districts with a receiving unit each, a region's health centres and clinics, the partners' hundred."""
    receiving = "SELECT count(DISTINCT area) FROM units WHERE kind = 'receiving' AND active AND area LIKE '0180-%'"
    assert rows(seeded, "directory", receiving) == [(11,)]
    referring = """
        SELECT count(*) FILTER (WHERE u.name LIKE 'Vårdcentralen %'),
               count(*) FILTER (WHERE u.name LIKE 'Psykiatriska mottagningen %'), count(DISTINCT o.id)
        FROM units u JOIN organizations o ON o.id = u.organization_id
        WHERE u.kind = 'referring' AND u.active AND o.kind = 'region'"""
    assert rows(seeded, "directory", referring) == [(15, 4, 1)]
    partners = """
        SELECT count(DISTINCT o.id), count(a.id), min(a.starts_at) > now()
        FROM organizations o JOIN activities a ON a.organization_id = o.id
        WHERE o.kind = 'civil-society' AND o.active AND a.status = 'scheduled'"""
    assert rows(seeded, "directory", partners) == [(20, 100, True)]
    without_a_service = """
        SELECT name FROM organizations o WHERE kind = 'civil-society'
        AND NOT EXISTS (SELECT FROM support_services s WHERE s.organization_id = o.id AND s.status = 'active')"""
    assert rows(seeded, "directory", without_a_service) == []
    cast = "SELECT DISTINCT role FROM assignments WHERE issuer = 'https://demo.lotsa.invalid' AND ended_at IS NULL"
    assert {role for (role,) in rows(seeded, "directory", cast)} == {role for _, role in CAST.values()}


def test_referrals_are_in_every_state(seeded: Running) -> None:
    """New and opened, accepted, declined, closed, taken back; late ones, sealed ones, protected ones, and drafts."""
    states = {state for (state,) in rows(seeded, "referral", "SELECT DISTINCT state FROM referrals")}
    assert states == {step.after for step in TRANSITIONS if step.offered}
    for condition in (
        "state = 'requested' AND opened_at IS NULL",
        "state = 'requested' AND opened_at IS NOT NULL",
        "state = 'requested' AND acknowledge_by < now()",
        "state = 'in-progress' AND answer_by < now() AND first_contact_at IS NOT NULL",
        "deadline_kind = 'first-contact' AND deadline_at < now()",
        "deadline_kind = 'first-contact' AND deadline_at > now()",
        "deadline_kind = 'acknowledge-withdrawal'",
        "protected_identity",
    ):
        assert rows(seeded, "referral", f"SELECT 1 FROM referrals WHERE {condition} LIMIT 1"), condition
    assert rows(seeded, "referral", "SELECT 1 FROM consents WHERE withdrawn_at IS NOT NULL LIMIT 1")
    assert rows(seeded, "referral", "SELECT count(*) FROM drafts") == [(2,)]


def test_bo_and_alva_have_something_of_everything(seeded: Running) -> None:
    """Bo's list and Alva's are worth looking at."""
    query = "SELECT count(DISTINCT state) FROM referrals WHERE {} = '{}'"
    mine = query.format("receiving_unit_id", UNIT["advice-sodermalm"])
    sent = query.format("referring_unit_id", UNIT["health-centre-1"])
    assert rows(seeded, "referral", mine) == rows(seeded, "referral", sent) == [(6,)]


def test_it_happened_in_the_past_and_nobody_was_notified(seeded: Running) -> None:
    """Notices are recorded as history, or as not to be told at all; none is queued or sent, no letter was written."""
    kept = set(rows(seeded, "notifications", "SELECT DISTINCT status, reason FROM notices"))
    assert kept == {("suppressed", "history"), ("suppressed", "not-to-be-told")}
    assert rows(seeded, "notifications", "SELECT count(*) FROM demo_mailbox") == [(0,)]
    [(oldest,)] = rows(seeded, "referral", "SELECT min(sent_at) FROM referrals")
    assert isinstance(oldest, datetime)
    assert (datetime.now(UTC) - oldest).days > 30


def test_everything_is_in_the_log(seeded: Running) -> None:
    """Nothing waits; all that the referral service recorded is in audit's log, the strangers' attempts among it."""
    assert rows(seeded, "audit", "SELECT count(*) FROM pending_entries") == [(0,)]
    stored = rows(seeded, "audit", "SELECT leaf FROM log_entries WHERE type = 'access.recorded.v1'")
    leaves = [read_leaf(unpack(row[0])) for row in stored]
    logged = {(leaf["data"].get("access_id"), leaf["outcome"]) for leaf in leaves}
    recorded = set(rows(seeded, "referral", "SELECT access_id::text, outcome FROM access_records"))
    assert len([outcome for _, outcome in recorded if outcome == "refused"]) >= 2
    assert recorded <= logged


def test_a_second_run_does_nothing(seeded: Running) -> None:
    """Not one referral, assignment or event more."""
    counts = [("referral", "referrals"), ("referral", "outbox"), ("directory", "outbox"), ("audit", "log_entries")]
    before = [rows(seeded, service, f"SELECT count(*) FROM {table}") for service, table in counts]
    said: list[str] = []
    seed.run(seeded.settings, said.append, over_the_year=8)
    assert [rows(seeded, service, f"SELECT count(*) FROM {table}") for service, table in counts] == before
    assert "the referrals are there already" in said
