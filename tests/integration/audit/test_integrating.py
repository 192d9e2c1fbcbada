"""From an event heard to an entry under a signed checkpoint, on a real database."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import DBAPIError

from services.audit import bootstrap, verify
from services.audit.adapters.log_store import OpenLog
from services.audit.commands.integrate_pending import BATCH, Sequencer
from services.audit.domain.refusals import EntryCannotBe, LogHasAnotherKey
from services.audit.log.checkpoint import SignerKey, VerifierKey, open_checkpoint
from services.audit.log.entry import moment, read_leaf
from services.audit.log.merkle import leaf_hash, root_of
from shared.contracts.directory import AssignmentGranted, RoutingRulesChanged, UnitChanged
from shared.storage import staff
from tests.integration.audit.support import ADVICE, HEALTH_CENTRE, NOW, World, do_as, given, looked, opened, sent


def leaves(world: World) -> list[dict]:
    return [read_leaf(bytes(row[0])) for row in world.rows("select leaf from log_entries order by index")]


def size(world: World) -> int:
    return int(world.rows("select coalesce(max(size), 0) from log_checkpoints")[0][0])


def key(world: World) -> VerifierKey:
    file = world.settings.audit_signing_key_file
    assert file is not None
    return SignerKey.from_text(file.read_text()).verifier


def test_what_is_heard_becomes_entries_under_one_checkpoint(world: World) -> None:
    """Three events, one batch: three leaves in the order they were heard, one signed checkpoint that covers them."""
    before = size(world)
    referral, consent = uuid4(), uuid4()
    heard = world.hear(given(consent, referral), sent(referral, [consent]), looked(referral, [consent]))
    world.clock.advance(timedelta(seconds=3))
    assert world.sequencer.integrate() == 3
    added = leaves(world)[before:]
    assert [leaf["id"] for leaf in added] == [str(envelope.id) for envelope in heard]
    assert {leaf["occurred_at"] for leaf in added} == {moment(NOW)}
    assert {leaf["recorded_at"] for leaf in added} == {moment(NOW + timedelta(seconds=3))}
    note = world.rows("select note from log_checkpoints order by size desc limit 1")[0][0]
    checkpoint = open_checkpoint(note, key(world))
    assert checkpoint.size == before + 3
    hashes = [leaf_hash(bytes(row[0])) for row in world.rows("select leaf from log_entries order by index")]
    assert checkpoint.root == root_of(hashes)


def test_a_leaf_shows_what_the_regulation_asks_for(world: World) -> None:
    """HSLF-FS 2016:40 4:9: action, unit, time, user and subject; then the rule and the consents relied on."""
    referral, consent = uuid4(), uuid4()
    world.hear(looked(referral, [consent]))
    world.sequencer.integrate()
    leaf = leaves(world)[-1]
    assert {name: leaf[name] for name in leaf if name in {"action", "outcome", "unit", "role", "subjects"}} == {
        "action": "read", "outcome": "allowed", "unit": str(ADVICE), "role": "adviser", "subjects": [str(referral)],
    }  # fmt: skip
    assert (leaf["rule"], leaf["purpose"], leaf["consents"]) == ("receiving-unit", "care", [str(consent)])
    assert set(leaf["commitments"]) == {"user"}


def test_who_it_was_stands_outside_the_leaf_and_can_be_opened(world: World) -> None:
    """The user's name at the identity provider is in no leaf; its commitment opens with salt and value kept sealed."""
    world.hear(sent(uuid4(), [], subject="unmistakable-subject"))
    world.sequencer.integrate()
    assert "unmistakable-subject" not in str(leaves(world))
    raw = world.rows("select sealed from log_openings order by entry_index desc limit 1")[0][0]
    assert b"unmistakable-subject" not in bytes(raw)


def test_nothing_personal_waits_in_the_clear(world: World) -> None:
    """The queue holds commitments and sealed values, never the user."""
    world.hear(sent(uuid4(), [], subject="unmistakable-subject"))
    waiting = world.as_role("", "select members || openings from pending_entries")
    assert len(waiting) == 1
    assert "unmistakable-subject" not in waiting[0][0]
    world.sequencer.integrate()


def test_the_unit_is_that_of_the_assignment(world: World) -> None:
    """Whoever acted did so for a unit in a role, as the directory told; what is not known is not in the leaf."""
    referral = uuid4()
    world.hear(opened(referral))
    granted = AssignmentGranted(
        assignment_id=UUID(int=12), issuer="https://id.example.se", subject="bo", unit_id=UUID(int=77), role="adviser",
        valid_from=NOW,
    )  # fmt: skip
    with world.parts.as_service() as uow:
        staff.remember(uow.connection, granted)
        uow.commit()
    world.hear(opened(referral))
    world.sequencer.integrate()
    early, known = leaves(world)[-2:]
    assert (early.get("unit"), early.get("role"), early["assignment"]) == (None, None, str(UUID(int=12)))
    assert (known["unit"], known["role"]) == (str(UUID(int=77)), "adviser")


def test_long_rules_stand_outside_the_leaf(world: World) -> None:
    """A municipality's routing rules may be longer than a leaf: the leaf commits to them."""
    rules = RoutingRulesChanged(
        municipality_code="0180", version=1, default_unit_id=ADVICE, rules="[" + '"rule",' * 20_000 + '"end"]',
        occurred_at=NOW,
    )  # fmt: skip
    world.hear(rules)
    world.sequencer.integrate()
    leaf = leaves(world)[-1]
    assert set(leaf["commitments"]) == {"rules"}
    assert "rules" not in leaf["data"]


def test_what_cannot_be_an_entry_is_refused_before_the_queue(world: World) -> None:
    """An event too long for a leaf is parked by its consumer, so that the sequencer never stumbles."""
    long = UnitChanged(
        unit_id=uuid4(), version=1, organization_id=uuid4(), name="x" * 70_000, kind="receiving", occurred_at=NOW
    )
    with pytest.raises(EntryCannotBe, match="TooLarge") as refused:
        world.hear(long)
    assert refused.value.permanent
    assert world.as_role("", "select count(*) from pending_entries") == [(0,)]


def test_batches_are_of_at_most_256(world: World) -> None:
    """600 waiting entries give three checkpoints."""
    before = size(world)
    world.hear(*[sent(uuid4(), []) for _ in range(600)])
    assert world.sequencer.integrate() == 600
    sizes = [row[0] for row in world.rows("select size from log_checkpoints where size > :b order by size", b=before)]
    assert [each - before for each in sizes] == [BATCH, 2 * BATCH, 600]


def test_a_clock_set_back_does_not_turn_time_around(world: World) -> None:
    """Recording times never decrease, whatever the machine's clock does."""
    world.clock.advance(timedelta(hours=1))
    world.hear(sent(uuid4(), []))
    world.sequencer.integrate()
    world.clock.move_to(NOW - timedelta(days=1))
    world.hear(sent(uuid4(), []))
    world.sequencer.integrate()
    first, second = leaves(world)[-2:]
    assert second["recorded_at"] == first["recorded_at"]
    assert second["occurred_at"] < first["occurred_at"]


def test_a_new_process_goes_on_where_the_last_one_stopped(world: World) -> None:
    """The tree's edge is read back from the stored nodes; the roots are those of one unbroken tree."""
    for _ in range(5):
        world.hear(*[sent(uuid4(), []) for _ in range(3)])
        bootstrap.sequencer_for(world.settings, world.log, world.clock).integrate()
    hashes = [bytes(row[0]) for row in world.rows("select leaf_hash from log_entries order by index")]
    note = world.rows("select note from log_checkpoints order by size desc limit 1")[0][0]
    assert open_checkpoint(note, key(world)).root == root_of(hashes)


def test_a_crash_before_the_commit_leaves_everything_in_the_queue(world: World) -> None:
    """Entries, nodes, checkpoint and queue change together or not at all."""

    class Crash(Exception):
        """The process dies here."""

    class DiesAtCommit:
        def __init__(self, log) -> None:
            self._log = log

        def __getattr__(self, name: str):
            return getattr(self._log, name)

        def commit(self) -> None:
            raise Crash

    class OpensDying(OpenLog):
        def __call__(self):
            opened_log = super().__call__()

            class Managed:
                def __enter__(self):
                    return DiesAtCommit(opened_log.__enter__())

                def __exit__(self, *error):
                    return opened_log.__exit__(*error)

            return Managed()

    before = size(world)
    world.hear(sent(uuid4(), []), sent(uuid4(), []))
    file = world.settings.audit_signing_key_file
    assert file is not None
    dying = Sequencer(OpensDying(world.log), SignerKey.from_text(file.read_text()), world.clock)
    with pytest.raises(Crash):
        dying.integrate()
    assert size(world) == before
    assert world.as_role("", "select count(*) from pending_entries") == [(2,)]
    assert world.sequencer.integrate() == 2
    assert size(world) == before + 2


def test_two_sequencers_do_not_fork_the_log(world: World) -> None:
    """While one holds the lock, another finds nothing to do; racing ones make one unbroken log."""
    before = size(world)
    world.hear(*[sent(uuid4(), []) for _ in range(40)])
    with OpenLog(world.log)() as held:
        assert held.lock()
        other = bootstrap.log_engine(world.settings)
        assert bootstrap.sequencer_for(world.settings, other, world.clock).integrate() == 0
    engines = [bootstrap.log_engine(world.settings) for _ in range(3)]
    racing = [bootstrap.sequencer_for(world.settings, each, world.clock) for each in engines]
    threads = [threading.Thread(target=each.integrate) for each in racing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    world.sequencer.integrate()
    for engine in (*engines, other):
        engine.dispose()
    assert size(world) == before + 40
    indexes = [row[0] for row in world.rows("select index from log_entries order by index")]
    assert indexes == list(range(before + 40))


def test_an_event_heard_twice_is_one_entry_and_an_alarm(world: World) -> None:
    """The inbox keeps repeats out; if it has forgotten, the log itself does, and says so."""
    event = sent(uuid4(), [])
    envelope = world.envelope(event)
    world.hear_envelope(envelope, event)
    world.sequencer.integrate()
    before = size(world)
    world.hear_envelope(envelope, event)
    world.hear_envelope(envelope, event)
    assert world.sequencer.integrate() == 2
    assert size(world) == before
    alarms = world.as_role("", "select kind, event_id from alarms where closed_at is null and kind = 'event-doubled'")
    assert alarms == [("event-doubled", envelope.id)]


def test_another_event_under_a_used_sequence_raises_an_alarm(world: World) -> None:
    """Both are kept, since both happened; but a publisher numbers each event once."""
    event = sent(uuid4(), [])
    world.hear_envelope(world.envelope(event, sequence=9_001), event)
    world.sequencer.integrate()
    world.hear_envelope(world.envelope(event, sequence=9_001), event)
    world.sequencer.integrate()
    alarms = world.as_role("", "select first, last from alarms where kind = 'sequence-doubled'")
    assert (9_001, 9_001) in alarms


def test_another_key_does_not_sign_on(world: World) -> None:
    """A log whose newest checkpoint this key has not signed is left alone."""
    world.hear(sent(uuid4(), []))
    world.sequencer.integrate()
    world.hear(sent(uuid4(), []))
    stranger = Sequencer(OpenLog(world.log), SignerKey(key(world).name, bytes(32)), world.clock)
    with pytest.raises(LogHasAnotherKey):
        stranger.integrate()
    assert world.sequencer.integrate() == 1


LOG_TABLES = ("log_entries", "log_about", "log_nodes", "log_checkpoints", "log_openings", "log_keys")
A_COLUMN = {
    "log_entries": "type = 'x'", "log_about": "subject_id = gen_random_uuid()", "log_nodes": "hash = hash",
    "log_checkpoints": "note = 'x'", "log_openings": "name = 'x'", "log_keys": "vkey = 'x'",
}  # fmt: skip


@pytest.mark.parametrize("table", LOG_TABLES)
@pytest.mark.parametrize("who", ["log", "app", "owner"])
def test_nobody_changes_or_removes_what_is_in_the_log(world: World, who: str, table: str) -> None:
    """The log's role has no right to, the application's neither, and the owner meets the triggers."""
    world.hear(*[sent(uuid4(), [uuid4()]) for _ in range(2)])
    world.sequencer.integrate()
    audit = world.settings.service("audit")
    url = {"log": world.settings.audit_log_database_url, "app": audit.database_url, "owner": audit.owner_database_url}
    for statement in (f"update {table} set {A_COLUMN[table]}", f"delete from {table}", f"truncate {table}"):
        if who == "owner":
            # forced row-level security hides rows from the owner too, who may take it off
            statement = f"alter table {table} no force row level security; {statement}"
        with pytest.raises(DBAPIError) as refused:
            do_as(url[who], statement)
        assert getattr(refused.value.orig, "sqlstate", "") == "42501", statement


def test_the_application_cannot_write_to_the_log(world: World) -> None:
    """The role that serves requests may queue entries, and has no way into the log itself."""
    with pytest.raises(DBAPIError) as refused:
        do_as(world.settings.service("audit").database_url, "insert into log_keys (vkey) values ('x')")
    assert getattr(refused.value.orig, "sqlstate", "") == "42501"


def test_only_auditors_read_the_log(world: World) -> None:
    """Row-level security: without a reviewer's request the application's role sees no entry, index or opening."""
    world.hear(sent(uuid4(), [uuid4()]))
    world.sequencer.integrate()
    for table in ("log_entries", "log_about", "log_openings"):
        assert world.as_role("", f"select count(*) from {table}") == [(0,)]
        assert world.as_role("adviser", f"select count(*) from {table}") == [(0,)]
        assert world.as_role("auditor", f"select count(*) from {table}")[0][0] > 0


def test_the_months_key_seals_and_another_masters_opens_nothing(world: World) -> None:
    """Openings are sealed under a key of the month; the next month has its own."""
    now = world.clock.now()
    first, again = world.parts.keys.current(now), world.parts.keys.current(now)
    later = world.parts.keys.current(now + timedelta(days=40))
    assert first == again != later
    periods = {row[0] for row in world.as_role("", "select period from opening_keys")}
    assert {f"{now:%Y-%m}", f"{now + timedelta(days=40):%Y-%m}"} <= periods
    fresh = replace(bootstrap.for_bus(world.settings), clock=world.clock)
    assert fresh.keys.current(now) == first
    fresh.engine.dispose()


def test_the_lonely_verifier_agrees_with_the_database(world: World) -> None:
    """The tree as stored is the tree as the verifier grows it."""
    world.hear(*[sent(uuid4(), []) for _ in range(7)], given(uuid4(), uuid4()), opened(uuid4()))
    world.sequencer.integrate()
    tree = verify.Tree()
    for (leaf,) in world.rows("select leaf from log_entries order by index"):
        tree.append(leaf_hash(bytes(leaf)))
    root, units = world.rows(
        "select root, (select units from log_entries order by index desc limit 1) from log_checkpoints "
        "order by size desc limit 1"
    )[0]
    assert bytes(root) == tree.root()
    assert set(units) == {HEALTH_CENTRE, ADVICE} or UUID(int=77) in units
