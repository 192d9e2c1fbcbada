"""`lotsa parked` on a running product: told without contents, sent back once the cause is mended, and audited."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from click.testing import Result
from sqlalchemy import make_url
from typer.testing import CliRunner

from lotsa.cli import app
from operations.trouble import Trouble
from services.audit.log.entry import read_leaf
from services.audit.log.pack import unpack
from shared.messaging import names
from shared.messaging.publish.publisher import ConfirmedPublisher, Outgoing
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import unit_changed
from tests.support.cast import ORGANIZATION
from tests.support.eventually import eventually
from tests.support.infrastructure import Infrastructure
from tests.support.running import Running, running_product

pytestmark = pytest.mark.timeout(400)
QUEUE = "referral.keep_the_directory"
UNIT_NAME = "Enheten som parkerades"


@pytest.fixture(scope="module")
def product(infrastructure: Infrastructure) -> Iterator[Running]:
    """Its processes, with the directory's seed."""
    with running_product(infrastructure) as made:
        yield made


def lotsa(product: Running, *words: str) -> Result:
    """One `lotsa` command, as an operator of this installation gives it."""
    return CliRunner().invoke(app, words, env=product.installation.environment())


def park(product: Running, unit_id: UUID) -> UUID:
    """Lay a unit that the referral service has not heard of where its reaction would have parked it; the event's id."""
    now = datetime.now(UTC)
    event = unit_changed(
        unit_id, organization_id=ORGANIZATION["city-stockholm"], name=UNIT_NAME, area="0180", occurred_at=now
    )
    envelope = an_envelope(event, installation=product.installation.prefix, time=now)
    headers: dict[str, object] = {names.REASON: "Failure", names.ATTEMPTS: 4, names.PARKED_AT: "2026-11-22T10:00:00"}
    laid = Outgoing(names.parked_exchange("referral"), QUEUE, str(envelope.id), envelope.to_bytes(), headers)
    publisher = ConfirmedPublisher(product.settings.admin_broker_url, "test")
    assert publisher.publish([laid]).confirmed
    publisher.close()
    return envelope.id


def ask(product: Running, service: str, query: str, *values: object) -> list[tuple[object, ...]]:
    """What is in a service's database, seen by the superuser."""
    url = make_url(product.installation.servers.postgres_url)
    ours = url.set(drivername="postgresql", database=f"{product.installation.prefix}_{service}")
    with psycopg.connect(ours.render_as_string(hide_password=False)) as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]


def logged(product: Running) -> set[str]:
    """The accesses that the log tells of."""
    stored = ask(product, "audit", "SELECT leaf FROM log_entries WHERE type = 'access.recorded.v1'")
    return {read_leaf(unpack(row[0]))["data"].get("access_id", "") for row in stored}  # type: ignore[arg-type]


def is_known(product: Running, unit_id: UUID) -> bool:
    """Whether the referral service keeps a unit."""
    return bool(ask(product, "referral", "SELECT 1 FROM known_units WHERE unit_id = %s", unit_id))


@pytest.mark.holds("discards-are-logged")
def test_a_parked_message_is_shown_sent_back_and_the_log_says_by_whom(product: Running) -> None:
    """Counted, explained without its contents, carried out when it is sent back; the one beside it stays."""
    unit, other = uuid4(), uuid4()
    event, stays = park(product, unit), park(product, other)
    listed = lotsa(product, "parked", "list")
    assert listed.exit_code == 1, "an operator's watch is to notice"
    assert f"     2  {QUEUE}" in listed.stdout
    assert listed.stdout.splitlines()[-1] == "2 parked in all."

    shown = lotsa(product, "parked", "show", QUEUE)
    assert shown.exit_code == 0, shown.stderr
    for said in (str(event), str(stays), "unit.changed.v1", "Failure, after 4 attempts"):
        assert said in shown.stdout
    assert UNIT_NAME not in shown.stdout
    assert str(unit) not in shown.stdout

    sent = lotsa(product, "parked", "replay", QUEUE, "--event", str(event))
    assert (sent.exit_code, sent.stdout.strip()) == (0, f"1 sent back to {QUEUE}."), sent.stderr
    eventually(lambda: is_known(product, unit), saying="the reaction carried it out", within=60)
    assert not is_known(product, other)
    assert lotsa(product, "parked", "list").stdout.splitlines()[-1] == "1 parked in all."

    record = "SELECT data FROM outbox WHERE data->>'rule' = 'operators-replay-parked-messages'"
    [(told,)] = ask(product, "referral", record)
    assert isinstance(told, dict)
    assert (told["action"], told["subject"], told["subjects"]) == ("replay", getpass.getuser(), [str(event)])
    eventually(lambda: told["access_id"] in logged(product), saying="the log tells of it", within=60)

    rest = lotsa(product, "parked", "replay", QUEUE, "--all")
    assert rest.stdout.strip() == f"1 sent back to {QUEUE}."
    eventually(lambda: is_known(product, other), saying="the other one was carried out too", within=60)
    assert lotsa(product, "parked", "list").exit_code == 0


WRITTEN = "Gun Svensson"


def park_unreadable(product: Running, message_id: str, queue: str = QUEUE) -> None:
    """Lay something that is no event where the reaction would have parked it."""
    headers: dict[str, object] = {names.REASON: "UndecodableEnvelope", names.PARKED_AT: "2026-11-22T10:00:00"}
    laid = Outgoing(names.parked_exchange(names.service_of(queue)), queue, message_id, f"{{{WRITTEN}".encode(), headers)
    publisher = ConfirmedPublisher(product.settings.admin_broker_url, "test")
    assert publisher.publish([laid]).confirmed
    publisher.close()


def discards(product: Running) -> list[dict[str, object]]:
    """What the log has been told of messages thrown away, the oldest first."""
    query = "SELECT data FROM outbox WHERE data->>'action' = 'discard' ORDER BY data->>'access_id'"
    return [data for (data,) in ask(product, "referral", query)]  # type: ignore[misc]


@pytest.mark.holds("discards-are-logged")
@pytest.mark.parametrize("named", [True, False], ids=["with an id", "with something else for an id"])
def test_what_nobody_can_read_comes_back_and_can_be_thrown_away(product: Running, named: bool) -> None:
    """A replay tells that it came back; thrown away with a reason it is gone, and the log says by whom and why."""
    message_id = str(uuid4()) if named else WRITTEN
    before = len(discards(product))
    park_unreadable(product, message_id)
    shown = lotsa(product, "parked", "show", QUEUE)
    handle = shown.stdout.split()[0]
    assert (handle == message_id) is named
    assert WRITTEN not in shown.stdout

    sent = lotsa(product, "parked", "replay", QUEUE, "--event", handle)
    assert sent.exit_code == Trouble.exit_code
    assert f"1 sent back to {QUEUE}." in sent.stdout
    assert f"{handle}  came back at once: UndecodableEnvelope" in sent.stdout
    assert "come back after it was sent back" in lotsa(product, "parked", "show", QUEUE).stdout

    gone = lotsa(product, "parked", "discard", handle, "--reason", "unreadable")
    assert gone.exit_code == 0, gone.stderr
    assert f"thrown away from {QUEUE}" in gone.stdout
    assert lotsa(product, "parked", "list").exit_code == 0
    [told] = discards(product)[before:]
    assert (told["rule"], told["subject"]) == ("operators-discard-unreadable", getpass.getuser())
    assert (told["record_kind"], told["subjects"]) == ("parked-message", [handle] if named else [])
    assert WRITTEN not in str(told)
    eventually(lambda: told["access_id"] in logged(product), saying="the log tells of it", within=60)
    assert lotsa(product, "parked", "discard", handle, "--reason", "unreadable").exit_code == Trouble.exit_code
    assert len(discards(product)) == before + 1


def test_nothing_is_thrown_away_without_a_reason_that_the_log_can_hold(product: Running) -> None:
    """A code, never free text, which might name somebody; the message stays, and nothing is logged."""
    message_id, before = str(uuid4()), len(discards(product))
    park_unreadable(product, message_id)
    for reason in ([], ["--reason", f"{WRITTEN} asked for it"]):
        done = lotsa(product, "parked", "discard", message_id, *reason)
        assert done.exit_code == Trouble.exit_code
        assert "unreadable (nobody can read it)" in done.stderr.replace("\n", " ")
    assert len(discards(product)) == before
    assert lotsa(product, "parked", "list").exit_code == 1
    assert lotsa(product, "parked", "discard", message_id, "--reason", "not-ours", "--queue", QUEUE).exit_code == 0


@pytest.mark.parametrize(("queue", "lacks"), [("audit.remember", True), ("audit.note_height", False)])
def test_only_what_should_have_entered_the_log_is_said_to_be_lacking(product: Running, queue: str, lacks: bool) -> None:
    """A word about how far a relay has come is no entry, and leaves no gap."""
    message_id = str(uuid4())
    park_unreadable(product, message_id, queue)
    gone = lotsa(product, "parked", "discard", message_id, "--reason", "unreadable")
    assert gone.exit_code == 0, gone.stderr
    assert ("The log will lack" in gone.stdout) is lacks


def test_what_cannot_be_sent_back_is_said_in_a_sentence(product: Running) -> None:
    """No message named, an id that is not there, a queue that there is not."""
    stranger = str(uuid4())
    for words, says in (
        ([QUEUE], "Say which: --event ID"),
        ([QUEUE, "--event", stranger], f"Not parked from {QUEUE}: {stranger}."),
        (["referral.no_such_reaction", "--all"], "There is no queue referral.no_such_reaction"),
    ):
        done = lotsa(product, "parked", "replay", *words)
        assert done.exit_code == Trouble.exit_code
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_doctor_looks_into_an_installation_that_is_no_box(product: Running) -> None:
    """Its databases and broker; what is parked is a finding, and what doctor has not looked at it says."""
    well = lotsa(product, "doctor")
    assert well.exit_code == 0, well.stdout + well.stderr
    assert well.stdout.splitlines()[0] == "Nothing is wrong."
    assert "Only databases, broker, keys and the outer door's certificate were looked at" in well.stdout
    event = park(product, uuid4())
    ill = lotsa(product, "doctor")
    assert ill.exit_code == 1
    assert f"1 parked from {QUEUE}: “lotsa parked show {QUEUE}” tells why." in ill.stdout
    assert "Nothing is wrong" not in ill.stdout
    assert lotsa(product, "parked", "replay", QUEUE, "--event", str(event)).exit_code == 0
