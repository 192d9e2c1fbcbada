"""The large seed, small: what was poured in reads and verifies as if it had been done at the doors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.seed import large
from operations.export_log import export_to
from operations.look_beside import look_beside
from services.audit import verify
from services.audit.log.entry import read_leaf
from services.audit.log.pack import unpack
from tests.bench.referrals import body
from tests.integration.seed.test_seed import rows
from tests.support.eventually import eventually
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product

pytestmark = pytest.mark.timeout(400)

REFERRALS = 300
API = "/api/referral/v1/referrals"


@pytest.fixture(scope="module")
def poured(infrastructure: Infrastructure) -> Iterator[Running]:
    """The product with a small large seed in it."""
    with running_product(infrastructure) as product:
        assert large.run_large(product.settings, referrals=REFERRALS) > REFERRALS * 7
        yield product


def test_it_is_all_there(poured: Running) -> None:
    """Referrals in every state, with keys, contents and steps; as many entries in the log as were told."""
    [(referrals, states)] = rows(poured, "referral", "SELECT count(*), count(DISTINCT state) FROM referrals")
    assert referrals >= REFERRALS
    assert states == 6
    for table in ("consents", "data_keys", "contents"):
        assert rows(poured, "referral", f"SELECT count(DISTINCT referral_id) FROM {table}") == [(referrals,)]
    # each version is a step, the sending the first
    steps = "(SELECT count(*) FROM steps WHERE referral_id = referrals.id)"
    assert rows(poured, "referral", f"SELECT number FROM referrals WHERE version <> {steps}") == []
    [(last,)] = rows(poured, "referral", "SELECT last_sequence FROM publisher")
    entries = [read_leaf(unpack(row[0])) for row in rows(poured, "audit", "SELECT leaf FROM log_entries")]
    assert len([leaf for leaf in entries if "/referral/" in leaf["source"]]) == last
    heard = "SELECT heard::text FROM heard_sequences WHERE source LIKE '%/referral/%'"
    assert rows(poured, "audit", heard) == [(f"{{[1,{last + 1})}}",)]


def test_every_look_is_in_the_log(poured: Running) -> None:
    """What referral keeps of who looked, lists and strangers among it, is what the log has."""
    stored = rows(poured, "audit", "SELECT leaf FROM log_entries WHERE type = 'access.recorded.v1'")
    leaves = [read_leaf(unpack(row[0])) for row in stored]
    logged = {(leaf["data"].get("access_id"), leaf["outcome"]) for leaf in leaves}
    recorded = set(rows(poured, "referral", "SELECT access_id::text, outcome FROM access_records"))
    assert {outcome for _, outcome in recorded} == {"allowed", "refused"}
    assert recorded <= logged
    assert rows(poured, "referral", "SELECT 1 FROM access_records WHERE cardinality(subjects) = 25 LIMIT 1")


def test_the_log_verifies_and_nothing_is_wrong(poured: Running, tmp_path: Path) -> None:
    """By the lonely verifier with the public key alone, beside the entries, and no alarm was raised."""
    file = poured.settings.audit_verifying_key_file
    assert file is not None
    export_to(poured.settings, tmp_path / "log.zip", by="operator")
    report = verify.verify(verify.reader(tmp_path / "log.zip"), verify.Key.from_text(file.read_text()))
    assert report.size > REFERRALS * 7
    assert look_beside(poured.settings) == []
    assert rows(poured, "audit", "SELECT kind FROM alarms") == []


def test_notices_and_counts_are_as_the_reactions_make_them(poured: Running) -> None:
    """Nobody is notified of the past; units' counts are of what was sent."""
    kept = set(rows(poured, "notifications", "SELECT DISTINCT status, reason FROM notices"))
    assert kept == {("suppressed", "history"), ("suppressed", "not-to-be-told")}
    [(sent,)] = rows(poured, "referral", "SELECT count(*) FROM referrals")
    assert rows(poured, "directory", "SELECT sum(count)::int FROM referral_counts WHERE step = 'sent'") == [(sent,)]
    assert rows(poured, "notifications", "SELECT count(*) FROM telling") == [(sent,)]


def test_it_reads_as_any_other(poured: Running) -> None:
    """Bo's list has names in it and each can be opened; the trail of one tells of its steps."""
    listed = poured.ask("bo", "GET", f"{API}?state=open&limit=20").json()["items"]
    assert listed
    opened = poured.ask("bo", "GET", f"{API}/{listed[0]['id']}").json()
    assert opened["carer"]["name"]
    assert opened["need"]["why"]
    trail = poured.ask("ester", "GET", f"/api/audit/v1/referrals/{listed[0]['id']}/trail").json()
    assert trail["steps"]


def test_life_goes_on_with_the_next_number(poured: Running) -> None:
    """Another referral is sent at the door: it is told under the next number, and the log takes it in."""
    [(last,)] = rows(poured, "referral", "SELECT last_sequence FROM publisher")
    answer = poured.ask("alva", "POST", API, body(1))
    assert answer.status_code == 201
    heard = f"SELECT 1 FROM heard_sequences WHERE source LIKE '%/referral/%' AND heard @> {last + 1}::bigint"
    eventually(lambda: rows(poured, "audit", heard), saying="the log to take in the next number")
    assert rows(poured, "audit", "SELECT kind FROM alarms") == []


def test_it_is_refused_where_there_are_referrals(poured: Running) -> None:
    """Nothing is put beside what is there, and the sentence says how to begin anew."""
    before = rows(poured, "referral", "SELECT count(*) FROM referrals")
    with pytest.raises(large.NotEmpty, match=r"has referrals already.*stop --remove-data"):
        large.run_large(poured.settings, referrals=REFERRALS)
    assert rows(poured, "referral", "SELECT count(*) FROM referrals") == before
