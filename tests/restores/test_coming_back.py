"""Each database, and the broker's data, is deleted while referrals are being sent; the commands bring back what can be.

What cannot be had again is named, once, in the log: by whom and why. Nothing is there twice, and no alarm stays.
"""

from __future__ import annotations

import os
import signal
from uuid import UUID, uuid4

import pytest

from operations.install.migrate import declare_topology, migrate_databases
from shared.settings import SERVICES
from tests.restores.conftest import CLIENTS, House, answered
from tests.support.cast import UNIT
from tests.support.eventually import eventually

pytestmark = pytest.mark.timeout(600)
BROMMA = UNIT["advice-bromma"]


def test_the_brokers_data_are_lost(house: House) -> None:
    """Queues with everything in them are gone; what the services have sent they send again."""
    product = house.product
    with house.under_load() as clients:
        pid = product.processes.pid("bus")
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        before = answered(clients)
        eventually(lambda: len(answered(clients) - before) > 5, saying="something to wait in the queues", within=60)
        product.installation.drop_broker_users()
        product.processes.kill("bus")
        product.installation.create_broker_users()
        declare_topology(product.settings)
        house.goes_through_again(clients)
    product.everything_has_arrived()
    assert house.missing(), "something was lost, or this shows nothing"
    for service in ("referral", "directory", "notifications", "audit"):
        house.done("republish", service, "--since", "1h", "--reason", "broker-lost")
    house.nothing_is_lost_or_doubled()


def test_the_database_of_notices_is_lost_and_there_is_no_backup(house: House) -> None:
    """Begun anew empty: it knows every unit again, and each referral has its one notice again."""
    product = house.product
    with house.under_load() as clients:
        eventually(lambda: house.logged("notice.sent.v1"), saying="the log to hear of a notice", within=60)
        copies = house.copies("notifications")
        house.lose("notifications")
        house.goes_through_again(clients)
        product.installation.create_databases()
        migrate_databases(product.settings)
        said = house.done("restored", "notifications", "--reason", "database-lost")
        house.goes_through_again(clients)
    house.nothing_is_lost_or_doubled()
    assert house.copies("notifications") == copies
    assert "notice.sent.v1" in said, "what it alone knew is named"
    told = house.restores()[-1]
    assert told["reason"] == "database-lost"
    assert told["user"], "the log commits to who it was"
    assert told["lost_events"] > 0
    eventually(lambda: house.alarms() == [], saying="no alarm to stay", within=60)


@pytest.mark.holds("lost-numbers-are-never-given-twice")
def test_the_database_of_referrals_is_lost_and_put_back(house: House) -> None:
    """What was sent since the backup is named, one by one; its numbers are nobody else's, and no alarm stays."""
    with house.under_load() as clients:
        copies = house.copies("referral")
        backup = house.backup()
        house.goes_through_again(clients)
        house.lose("referral")
        said = house.done(
            "restore", str(backup), "--identity", str(house.identity), "--service", "referral", "--reason",
            "database-lost",
        )  # fmt: skip
        house.goes_through_again(clients)
    house.product.everything_has_arrived()
    there = {str(row[0]) for row in house.ask("referral", "SELECT id FROM referrals")}
    lost = house.sent - there
    assert lost, "something was sent after the backup, or this shows nothing"
    named = {word for line in said.splitlines() if "referral.sent.v1" in line for word in line.split()}
    known = {each["data"]["referral_id"] for each in house.logged("referral.sent.v1")}
    assert lost & known <= named, "every referral that is lost and that anybody knows of is named"
    assert not there & named, "and none is that is there"
    # what was committed a moment before, and told to nobody yet, is known to those who sent it alone
    assert len(lost - known) <= CLIENTS * 3
    house.sent -= lost
    house.lost |= lost & known
    house.nothing_is_lost_or_doubled()
    told = house.restores()[-1]
    assert told["lost_events"] >= len(lost & known)
    assert told["ended"]
    assert house.copies("referral") == copies
    eventually(lambda: house.alarms() == [], saying="no alarm to stay", within=120)
    assert house.ask("audit", "SELECT 1 FROM alarms WHERE kind = 'sequence-doubled'") == []


def test_the_directorys_database_is_lost_and_put_back(house: House) -> None:
    """What it told after the backup stands in the others' copies, and is taken back from there."""
    with house.under_load() as clients:
        backup = house.backup()
        version, phone = change_a_unit(house)
        assignment = grant_an_assignment(house)
        eventually(lambda: heard(house, version, assignment), saying="the others to hear of it", within=60)
        house.lose("directory")
        said = house.done(
            "restore", str(backup), "--identity", str(house.identity), "--service", "directory", "--reason",
            "database-lost",
        )  # fmt: skip
        house.goes_through_again(clients)
    assert "Taken back from the others' copies: 1 units, 1 assignments, 0 ends" in said
    house.nothing_is_lost_or_doubled()
    [row] = house.ask("directory", "SELECT version, phone FROM units WHERE id = %s", BROMMA)
    assert row == (version, phone)
    assert house.ask("directory", "SELECT role FROM assignments WHERE id = %s", assignment) == [("adviser",)]
    # and the next change is newer than every copy
    newer, phone = change_a_unit(house, "08-465 004 11")
    eventually(lambda: heard(house, newer, assignment), saying="the others to take the next change", within=60)
    assert house.copies("notifications")["known_units"] == house.copies("directory")["known_units"]
    eventually(lambda: house.alarms() == [], saying="no alarm to stay", within=120)


def test_the_log_is_lost_and_put_back(house: House) -> None:
    """What the services still have enters it anew; the log says that there was another, by whom, and how long it was.

    What audit alone knew is lost. The old checkpoint is kept, and a reviewer closes the alarm of it.
    """
    product = house.product
    product.everything_has_arrived()
    with house.under_load() as clients:
        backup = house.backup()
        house.goes_through_again(clients)
        [(before,)] = house.ask("audit", "SELECT max(size) FROM log_checkpoints")
        house.lose("audit")
        said = house.done(
            "restore", str(backup), "--identity", str(house.identity), "--service", "audit", "--reason",
            "database-lost",
        )  # fmt: skip
        # the sequencer remembers what it signed, as long as it lives
        product.processes.kill("bus")
        house.goes_through_again(clients)
    house.nothing_is_lost_or_doubled()
    told = house.restores()[-1]
    assert told["kept_size"] >= before > told["size"]
    assert told["given_up"] == []
    aside = [*(product.folder / "keys").glob("log-checkpoint.before-*")]
    assert [str(each) in said for each in aside] == [True]
    close_alarms(house, "log-has-shrunk")
    eventually(lambda: house.alarms() == [], saying="no alarm to stay", within=120)


def test_the_log_is_lost_and_there_is_no_backup(house: House) -> None:
    """Thirty days of it come back from the services; what only the log still knew does not.

    That is the referrals that were lost before: the entry that named their numbers then comes back with the others.
    """
    product = house.product
    product.everything_has_arrived()
    house.held_by_nobody = len(house.lost)
    copies = house.copies("audit")
    with house.under_load() as clients:
        house.lose("audit")
        product.installation.create_databases()
        migrate_databases(product.settings)
        house.done("restored", "audit", "--reason", "database-lost")
        product.processes.kill("bus")
        house.goes_through_again(clients)
    house.nothing_is_lost_or_doubled()
    told = house.restores()[-1]
    assert (told["size"], told["given_up"]) == (0, [])
    assert told["kept_size"] > 0
    assert house.copies("audit") == copies
    assert sum(each["lost_events"] for each in house.restores()) >= house.held_by_nobody
    close_alarms(house, "log-has-shrunk")
    eventually(lambda: house.alarms() == [], saying="no alarm to stay", within=120)


def test_the_whole_machine_is_lost(house: House) -> None:
    """All four databases, the broker's data and the kept checkpoint: back as they were at one moment, and as one."""
    product = house.product
    with house.under_load() as clients:
        backup = house.backup()
        house.goes_through_again(clients)
    sent = set(house.sent)
    for service in SERVICES:
        house.lose(service)
    product.installation.drop_broker_users()
    (product.folder / "keys" / "log-checkpoint").unlink()
    product.processes.kill("bus")
    product.processes.kill("relay")
    product.installation.create_broker_users()
    declare_topology(product.settings)
    house.done("restore", str(backup), "--identity", str(house.identity), "--reason", "database-lost")
    there = {str(row[0]) for row in house.ask("referral", "SELECT id FROM referrals")}
    assert sent - there, "something was sent after the backup, or this shows nothing"
    house.sent &= there
    house.nothing_is_lost_or_doubled()
    with house.under_load():
        pass
    house.nothing_is_lost_or_doubled()
    eventually(lambda: house.alarms() == [], saying="no alarm to stay", within=120)


def change_a_unit(house: House, phone: str = "08-465 004 10") -> tuple[int, str]:
    """An administrator changes a unit; its version, and the telephone number as it is kept."""
    path = f"/api/directory/v1/units/{BROMMA}"
    seen = house.product.ask("hanna", "GET", path)
    body = {"function_address": "bromma@example.se", "phone": phone, "stand_in_unit_id": None, "active": True}
    done = house.product.ask("hanna", "PUT", path, body, If_Match=seen.headers["ETag"])
    assert done.status_code == 200, done.text
    [row] = house.ask("directory", "SELECT version, phone FROM units WHERE id = %s", BROMMA)
    return row[0], row[1]


def grant_an_assignment(house: House) -> UUID:
    """Somebody new begins as an adviser; the assignment's id."""
    body = {"unit_id": str(BROMMA), "subject": f"user-{uuid4().hex}", "role": "adviser"}
    done = house.product.ask("hanna", "POST", "/api/directory/v1/assignments", body, Idempotency_Key=str(uuid4()))
    assert done.status_code == 201, done.text
    return UUID(done.json()["id"])


def heard(house: House, version: int, assignment: UUID) -> bool:
    """Whether every other service has the unit in this version, and the assignment."""
    unit = "SELECT 1 FROM known_units WHERE unit_id = %s AND version = %s"
    given = "SELECT 1 FROM known_assignments WHERE assignment_id = %s"
    others = [each for each in SERVICES if each != "directory"]
    return all(house.ask(each, unit, BROMMA, version) and house.ask(each, given, assignment) for each in others)


def close_alarms(house: House, kind: str) -> None:
    """A reviewer has looked at those of this kind, and closes them."""
    for (alarm_id,) in house.ask("audit", "SELECT alarm_id FROM alarms WHERE closed_at IS NULL AND kind = %s", kind):
        done = house.product.ask("ester", "PUT", f"/api/audit/v1/log/alarms/{alarm_id}/seen", {"reason": "intended"})
        assert done.status_code == 204, done.text
