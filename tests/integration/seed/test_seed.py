"""The seed on the running product: every state, told and logged, nobody notified, and a second run does nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import make_url

from deploy import seed
from deploy.seed.ids import UNIT
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


def test_referrals_are_in_every_state(seeded: Running) -> None:
    """New and opened, accepted, declined, closed, taken back; late ones, sealed ones, protected ones, and drafts."""
    states = Counter(state for (state,) in rows(seeded, "referral", "SELECT state FROM referrals"))
    assert set(states) == {"requested", "accepted", "rejected", "completed", "cancelled"}
    for condition in (
        "state = 'requested' AND opened_at IS NULL",
        "state = 'requested' AND opened_at IS NOT NULL",
        "state = 'requested' AND acknowledge_by < now()",
        "state = 'accepted' AND answer_by < now()",
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
    assert rows(seeded, "referral", mine) == rows(seeded, "referral", sent) == [(5,)]


def test_it_happened_in_the_past_and_nobody_was_notified(seeded: Running) -> None:
    """Notices are recorded as history; none is queued or sent, and no letter was written."""
    assert rows(seeded, "notifications", "SELECT DISTINCT status, reason FROM notices") == [("suppressed", "history")]
    assert rows(seeded, "notifications", "SELECT count(*) FROM demo_mailbox") == [(0,)]
    [(oldest,)] = rows(seeded, "referral", "SELECT min(sent_at) FROM referrals")
    assert isinstance(oldest, datetime)
    assert (datetime.now(UTC) - oldest).days > 30


def test_everything_is_in_the_log(seeded: Running) -> None:
    """Nothing waits, and the strangers' attempts are among what is logged."""
    assert rows(seeded, "audit", "SELECT count(*) FROM pending_entries") == [(0,)]
    refused = "SELECT count(*) FROM access_records WHERE outcome = 'refused'"
    assert rows(seeded, "referral", refused) >= [(2,)]


def test_a_second_run_does_nothing(seeded: Running) -> None:
    """Not one referral, assignment or event more."""
    counts = [("referral", "referrals"), ("referral", "outbox"), ("directory", "outbox"), ("audit", "log_entries")]
    before = [rows(seeded, service, f"SELECT count(*) FROM {table}") for service, table in counts]
    said: list[str] = []
    seed.run(seeded.settings, said.append, over_the_year=8)
    assert [rows(seeded, service, f"SELECT count(*) FROM {table}") for service, table in counts] == before
    assert "the referrals are there already" in said
