"""The log's end is taken away by whoever owns its tables, without the key: nothing is signed, and it is told."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from rich.console import Console
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

from deploy import cli
from deploy.errands import verifying
from services.audit import bootstrap
from services.audit.adapters.kept_checkpoint import KeptCheckpointFile
from services.audit.adapters.log_store import OpenLog
from services.audit.commands.close_alarm import close_alarm
from services.audit.commands.integrate_pending import PatientSequencer, Sequencer
from services.audit.domain.refusals import LogHasAnotherKey, LogHasShrunk
from services.audit.log.checkpoint import Checkpoint, SignerKey
from services.audit.log.entry import canonical, read_leaf
from services.audit.log.merkle import Frontier, leaf_hash
from services.audit.views.log_status import verify_now
from services.audit.views.steps import as_steps
from shared.settings import SettingsAreWrong
from tests.integration.audit.reviewers import Reviewers
from tests.integration.audit.support import World, sent

TABLES = ("log_entries", "log_about", "log_nodes", "log_checkpoints", "log_openings", "log_keys")


@pytest.fixture(autouse=True)
def a_log(world: World) -> Iterator[list[int]]:
    """Three checkpoints of two entries each; what a test breaks is made anew for the next."""
    sizes = []
    for _ in range(3):
        world.hear(sent(uuid4(), []), sent(uuid4(), []))
        world.sequencer.integrate()
        sizes.append(size(world))
    yield sizes
    as_owner(world, *(f"truncate {table}" for table in (*TABLES, "pending_entries", "heard_sequences", "alarms")))
    kept(world).unlink(missing_ok=True)


def size(world: World) -> int:
    return int(world.rows("select coalesce(max(size), 0) from log_checkpoints")[0][0])


def kept(world: World) -> Path:
    path = world.settings.kept_checkpoint
    assert path is not None
    return path


def signer(world: World) -> SignerKey:
    file = world.settings.audit_signing_key_file
    assert file is not None
    return SignerKey.from_text(file.read_text())


def as_owner(world: World, *statements: str) -> None:
    """What the tables' owner can do: triggers off, row-level security off, statements, and all of it on again."""
    engine = create_engine(world.settings.service("audit").owner_database_url, poolclass=NullPool)
    secured = ("log_entries", "log_about", "log_openings")
    with engine.begin() as connection:
        for table in TABLES:
            connection.execute(text(f"alter table {table} disable trigger user"))
        for table in secured:
            connection.execute(text(f"alter table {table} no force row level security"))
        for statement in statements:
            connection.execute(text(statement))
        for table in secured:
            connection.execute(text(f"alter table {table} force row level security"))
        for table in TABLES:
            connection.execute(text(f"alter table {table} enable trigger user"))


def cut(world: World, to: int) -> None:
    """Take everything after so many entries away, so that what is left is whole in itself."""
    as_owner(
        world,
        f"delete from log_entries where index >= {to}",
        f"delete from log_about where entry_index >= {to}",
        f"delete from log_openings where entry_index >= {to}",
        f"delete from log_checkpoints where size > {to}",
        f"delete from log_nodes where (index + 1) * (2 ^ level) > {to}",
    )


def restarted(world: World) -> Sequencer:
    """A sequencer that remembers nothing."""
    return bootstrap.sequencer_for(world.settings, world.log, world.clock)


def alarms(world: World) -> list[tuple]:
    return list(world.as_role("", "select kind, source, first, last from alarms where closed_at is null"))


def verified(world: World) -> tuple[bool, str]:
    with world.parts.as_auditor() as uow:
        found = verify_now(uow.connection, signer(world).verifier)
        uow.rollback()
    return found.holds, found.problem


@pytest.mark.parametrize("after", ["in one life", "after a restart"])
@pytest.mark.parametrize("left", ["one checkpoint", "nothing"])
def test_a_log_whose_end_is_gone_is_not_signed_on(world: World, a_log: list[int], after: str, left: str) -> None:
    """The running sequencer knows what it signed, and one that begins reads the checkpoint that was kept."""
    to = a_log[0] if left == "one checkpoint" else 0
    world.hear(sent(uuid4(), []))
    cut(world, to)
    sequencer = world.sequencer if after == "in one life" else restarted(world)
    for _ in range(2):
        with pytest.raises(LogHasShrunk):
            sequencer.integrate()
    assert size(world) == to
    assert world.as_role("", "select count(*) from pending_entries") == [(1,)]
    assert alarms(world) == [("log-has-shrunk", "audit", to, a_log[-1] - 1)]


def test_one_that_begins_looks_even_when_nothing_waits(world: World, a_log: list[int]) -> None:
    """An installation at rest is told of what happened while it was down."""
    cut(world, a_log[1])
    with pytest.raises(LogHasShrunk):
        restarted(world).integrate()


@pytest.mark.parametrize("after", ["in one life", "after a restart"])
def test_another_log_of_the_same_size_is_not_signed_on(world: World, a_log: list[int], after: str) -> None:
    """Even one that the right key has signed: the key had signed another before."""
    rows = world.rows("select index, leaf from log_entries order by index")
    edge = Frontier()
    for _, leaf in [*rows[:-1], (0, b'{"another":"leaf"}')]:
        edge.append(leaf_hash(bytes(leaf)))
    key = signer(world)
    note = key.sign(Checkpoint(key.verifier.name, edge.size, edge.root()))
    other = b'{"another":"leaf"}'
    as_owner(
        world,
        f"update log_entries set leaf = '\\x{other.hex()}', leaf_hash = '\\x{leaf_hash(other).hex()}' "
        f"where index = {edge.size - 1}",
        f"update log_checkpoints set root = '\\x{edge.root().hex()}', note = '{note}' where size = {edge.size}",
        *(
            f"update log_nodes set hash = '\\x{node.hash.hex()}' where level = {node.level} and index = {node.index}"
            for node in _nodes_of_the_last(rows, b'{"another":"leaf"}')
        ),
    )
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasShrunk):
        (world.sequencer if after == "in one life" else restarted(world)).integrate()
    assert size(world) == a_log[-1]
    assert [each[0] for each in alarms(world)] == ["log-has-shrunk"]


def _nodes_of_the_last(rows: object, leaf: bytes) -> list:
    edge = Frontier()
    for _, each in list(rows)[:-1]:  # type: ignore[call-overload]
        edge.append(leaf_hash(bytes(each)))
    return edge.append(leaf_hash(leaf))[1:]


def test_two_sequencers_hold_each_others_checkpoints(world: World, a_log: list[int]) -> None:
    """One that has lagged behind does not take a log that was cut back to where it stood."""
    other = restarted(world)
    assert other.integrate() == 0
    world.hear(sent(uuid4(), []))
    assert world.sequencer.integrate() == 1
    cut(world, a_log[-1])
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasShrunk):
        other.integrate()


def test_a_kept_checkpoint_from_before_is_grown_out_of(world: World) -> None:
    """After a crash between commit and keeping, the log goes on; the kept one follows, and only we can read it."""
    before = kept(world).read_text()
    world.hear(sent(uuid4(), []))
    world.sequencer.integrate()
    kept(world).write_text(before)
    world.hear(sent(uuid4(), []))
    assert restarted(world).integrate() == 1
    assert kept(world).read_text() == world.rows("select note from log_checkpoints order by size desc limit 1")[0][0]
    assert stat.S_IMODE(kept(world).stat().st_mode) == 0o600
    assert [each.name for each in kept(world).parent.iterdir() if each.name.endswith(".draft")] == []


def test_nothing_is_kept_of_what_was_not_committed(world: World) -> None:
    """The kept checkpoint is never ahead of the log."""

    class Crash(Exception):
        pass

    opens, before = OpenLog(world.log), kept(world).read_text()

    class Dies:
        def __call__(self):
            managed = opens()

            class Managed:
                def __enter__(self):
                    log = managed.__enter__()
                    log.commit = _raise(Crash)
                    return log

                def __exit__(self, *error):
                    return managed.__exit__(*error)

            return Managed()

    dying = restarted(world)
    dying._open_log = Dies()
    world.hear(sent(uuid4(), []))
    with pytest.raises(Crash):
        dying.integrate()
    assert kept(world).read_text() == before


def _raise(error: type[Exception]):
    def raising() -> None:
        raise error

    return raising


def test_a_kept_checkpoint_by_another_key_is_refused_and_an_empty_one_is_none(world: World) -> None:
    """The first is no log of ours; the second is what a loss of power may leave."""
    stranger = SignerKey(signer(world).verifier.name, bytes(32))
    kept(world).write_text(stranger.sign(Checkpoint(stranger.verifier.name, 1, bytes(32))))
    with pytest.raises(LogHasAnotherKey):
        restarted(world).integrate()
    assert [each[0] for each in alarms(world)] == ["log-has-another-key"]
    kept(world).write_text("")
    world.hear(sent(uuid4(), []))
    assert restarted(world).integrate() == 1


@pytest.mark.parametrize("left", [b"\0" * 180, b"\xff\xfe half of a note", b" \n"], ids=["zeros", "no text", "blank"])
def test_a_kept_file_that_holds_no_checkpoint_is_refused_with_an_alarm(world: World, left: bytes) -> None:
    """Whoever can spoil the file must not get round it."""
    kept(world).write_bytes(left)
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasAnotherKey):
        restarted(world).integrate()
    assert [each[0] for each in alarms(world)] == ["log-has-another-key"]
    assert world.as_role("", "select count(*) from pending_entries") == [(1,)]


def test_several_may_keep_at_once(tmp_path: Path) -> None:
    """Whatever is read is one whole note, and nothing else is left: in containers all of them have one process id."""
    file = KeptCheckpointFile(tmp_path / "log-checkpoint")

    def keep_and_read(who: int) -> list[set[str]]:
        seen = []
        for number in range(100):
            file.keep(f"{who} {number}\n" * 50)
            seen.append(set((file.read() or "").splitlines()))
        return seen

    with ThreadPoolExecutor(4) as threads:
        found = [each for seen in threads.map(keep_and_read, range(4)) for each in seen]
    assert {len(each) for each in found} == {1}
    assert [each.name for each in tmp_path.iterdir()] == ["log-checkpoint"]


def test_a_draft_that_cannot_be_put_in_place_is_not_left(tmp_path: Path) -> None:
    """The sequencer tries anew with each batch: the folder must not fill up meanwhile."""
    (tmp_path / "log-checkpoint").mkdir()
    with pytest.raises(IsADirectoryError):
        KeptCheckpointFile(tmp_path / "log-checkpoint").keep("a note")
    assert [each.name for each in tmp_path.iterdir()] == ["log-checkpoint"]


def test_nothing_is_signed_while_no_checkpoint_can_be_kept(world: World, tmp_path: Path) -> None:
    """It does not begin: what waits then raises the alarm that the log stands still."""
    nowhere = replace(world.settings, audit_kept_checkpoint=tmp_path / "not there" / "log-checkpoint")
    with pytest.raises(SettingsAreWrong, match="LOTSA_AUDIT_KEPT_CHECKPOINT"):
        bootstrap.sequencer_for(nowhere, world.log, world.clock)


def test_an_operator_accepts_a_restored_log_by_taking_the_kept_checkpoint_away(world: World, a_log: list[int]) -> None:
    """The alarm stays until a reviewer has looked; and comes back if somebody closes it while signing is refused."""
    cut(world, a_log[0])
    with pytest.raises(LogHasShrunk):
        restarted(world).integrate()
    with world.parts.as_service() as uow:
        assert close_alarm(uow, world.as_role("", "select alarm_id from alarms")[0][0])
        uow.commit()
    with pytest.raises(LogHasShrunk):
        restarted(world).integrate()
    assert len(alarms(world)) == 1
    kept(world).rename(kept(world).with_name("log-checkpoint-before-the-restore"))
    world.hear(sent(uuid4(), []))
    assert restarted(world).integrate() == 1
    assert len(alarms(world)) == 1


def test_verifying_misses_events_that_were_heard(world: World, a_log: list[int]) -> None:
    """What is left is whole, and signed by the key; but events were heard that no entry tells of."""
    assert verified(world) == (True, "")
    cut(world, a_log[0])
    assert verified(world) == (False, "sequences")
    cut(world, 0)
    assert verified(world) == (False, "sequences")


def test_nobodys_name_can_be_laid_beside_another_entry(world: World) -> None:
    """A name is sealed for its event, and the leaf says which event that is: another's opens nothing here."""
    world.hear(sent(uuid4(), [], subject="cilla"), sent(uuid4(), [], subject="bo"))
    world.sequencer.integrate()
    last = size(world) - 1
    as_owner(
        world,
        "update log_openings set event_id = another.event_id, sealed = another.sealed from log_openings as another "
        f"where log_openings.entry_index = {last - 1} and another.entry_index = {last}",
    )
    rows = world.rows("select index, leaf from log_entries order by index desc limit 2")
    with world.parts.as_auditor() as uow:
        assert [step.user for step in as_steps(uow.connection, rows, world.parts.value)] == ["bo", None]


@pytest.mark.parametrize("beyond", [0, 1000])
def test_verifying_finds_an_entry_that_nobody_signed(world: World, a_log: list[int], beyond: int) -> None:
    """Pages would show it like any other; no export has it, so that the verifier alone would not tell."""
    entry = a_log[-1] + beyond
    as_owner(
        world,
        f"insert into log_entries select {entry}, '{uuid4()}', type, occurred_at, recorded_at, units, leaf_hash, leaf "
        "from log_entries where index = 0",
    )
    with world.parts.as_auditor() as uow:
        found = verify_now(uow.connection, signer(world).verifier)
    assert (found.holds, found.wrong, found.problem) == (False, entry, "entry")


@pytest.mark.parametrize("wrong", [{"source": []}, {"source": {}}, {"sequence": []}, {"sequence": "1"}], ids=str)
def test_verifying_takes_a_leaf_of_any_shape(world: World, wrong: dict[str, object]) -> None:
    """Whoever changed a leaf may have written anything there: the answer is that the log does not hold."""
    [(index, leaf)] = world.rows("select index, leaf from log_entries order by index desc limit 1")
    written = canonical(read_leaf(bytes(leaf)) | wrong)
    as_owner(
        world,
        f"update log_entries set leaf = '\\x{written.hex()}', leaf_hash = '\\x{leaf_hash(written).hex()}' "
        f"where index = {index}",
    )
    assert verified(world) == (False, "entry")


def test_the_page_names_the_first_entry_that_is_gone(reviewers: Reviewers, a_log: list[int]) -> None:
    """The newest checkpoint that is left is signed as it should be, so the page does not blame the signature."""
    cut(reviewers.world, a_log[0])
    assert f"Post {a_log[0]}, eller någon strax efter den" in reviewers.ester.get("/audit/log").text


def test_a_second_key_in_the_database_is_seen(world: World) -> None:
    """Whoever can write the rows can add a key of their own, and sign a log with it: the page asks ours alone."""
    stranger = SignerKey(signer(world).verifier.name, bytes(32))
    as_owner(world, f"insert into log_keys (vkey) values ('{stranger.verifier}')")
    assert verified(world) == (False, "key")


def test_a_process_with_another_key_leaves_none_behind(world: World) -> None:
    """It is refused at its first entry; a row of its own would make the log look wrong for ever."""
    with OpenLog(world.log)() as log:
        log.remember_key(str(SignerKey(signer(world).verifier.name, bytes(32)).verifier))
        log.commit()
    assert world.rows("select vkey from log_keys") == [(str(signer(world).verifier),)]


def test_the_page_says_so_with_the_key_from_outside_the_database(reviewers: Reviewers, a_log: list[int]) -> None:
    """The reviewer sees the alarm, that the log does not hold, and our key: never the one that a row names."""
    world = reviewers.world
    stranger = SignerKey(signer(world).verifier.name, bytes(32)).verifier
    cut(world, a_log[0])
    as_owner(world, f"insert into log_keys (vkey) values ('{stranger}')")
    with pytest.raises(LogHasShrunk):
        restarted(world).integrate()
    page = reviewers.ester.get("/audit/log").text
    assert "Loggen stämmer inte" in page
    assert "Signerade poster är borta eller ändrade" in page
    assert str(signer(world).verifier) in page
    assert str(stranger) not in page
    headers = reviewers.bearer(UUID(int=1900), "ester")
    told = reviewers.app.test_client().get("/api/audit/v1/log?verify=true", headers=headers).json
    assert (told["holds"], told["keys"]) == (False, [str(signer(world).verifier)])
    assert [(each["kind"], each["publisher"]) for each in told["alarms"]] == [("log-has-shrunk", "audit")]


def test_one_that_refuses_is_not_asked_again_at_once(world: World, a_log: list[int]) -> None:
    """The timer ticks 25 times a second; after a refusal a quarter of a minute passes before the next try."""
    now = [0.0]
    patient = PatientSequencer(world.sequencer, seconds=lambda: now[0])
    cut(world, a_log[0])
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasShrunk):
        patient.integrate()
    assert patient.integrate() == 0
    now[0] = 15.0
    with pytest.raises(LogHasShrunk):
        patient.integrate()


def test_the_operators_verification_takes_a_checkpoint_that_an_outsider_kept(
    world: World, a_log: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The log was cut, and the checkpoint beside the key with it: only hers tells, of a fresh export and of a given."""
    monkeypatch.setattr(verifying, "current_settings", lambda: world.settings)
    hers = tmp_path / "checkpoint-from-march"
    hers.write_bytes(kept(world).read_bytes())
    asked = ["verify-audit", "--key", str(signer(world).verifier)]
    assert lotsa(*asked, "--known", str(hers)) == 0
    cut(world, a_log[0])
    kept(world).unlink()
    export = tmp_path / "lotsa-log.zip"
    bootstrap.export_to(world.settings, export, by="somebody")
    for given in ([], [str(export)]):
        assert lotsa(*asked, *given) == 0
        assert lotsa(*asked, *given, "--known", str(hers)) == 1
    assert lotsa(*asked, "--known", str(tmp_path / "checkpoint-from-june")) == 2, "there is none"
    assert lotsa(*asked, "--knwon", str(hers)) == 2, "a slip of the pen is no verification"


def lotsa(*words: str) -> int:
    """The exit code of an operator's errand."""
    return CliRunner().invoke(cli.app, words).exit_code


def test_the_operators_verification_knows_the_kept_checkpoint(
    world: World, a_log: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`lotsa verify-audit` says that the log has shrunk, though the export is whole in itself."""
    monkeypatch.setattr(verifying, "current_settings", lambda: world.settings)
    with open("/dev/null", "w") as nowhere:
        assert verifying.verify(None, str(signer(world).verifier), Console(file=nowhere)) == 0
        cut(world, a_log[0])
        assert verifying.verify(None, str(signer(world).verifier), Console(file=nowhere)) == 1
        cut(world, 0)
        assert verifying.verify(None, str(signer(world).verifier), Console(file=nowhere)) == 1
        kept(world).write_bytes(b"\xff\xfe")
        assert verifying.verify(None, str(signer(world).verifier), Console(file=nowhere)) == 1
        kept(world).unlink()
        with pytest.raises(verifying.CannotBeAsked):
            verifying.verify(None, str(signer(world).verifier), Console(file=nowhere))
