"""The key that signs the log is changed while it runs: announced before, verified for ever, and never by stealth."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console

from operations import verify_log as verifying
from operations.checkout import CHECKOUT
from operations.export_log import export_to
from operations.install.make_keys import make_keys
from operations.keys import rotate as rotating
from operations.keys import rotate_log_key as changing_log_key
from operations.trouble import Trouble
from services.audit import bootstrap
from services.audit.adapters.log_store import OpenLog
from services.audit.domain.refusals import LogHasAnotherKey
from services.audit.log.checkpoint import Checkpoint, CheckpointIsForeign
from services.audit.log.entry import canonical
from services.audit.log.keys import SignerKey, VerifierKey
from services.audit.log.open_checkpoint import open_checkpoint
from services.audit.processes.integrate import Sequencer
from services.audit.processes.verification import State
from shared.contracts.audit import LogKeyChanged
from shared.kernel import file_watch as watched
from shared.storage.unit_of_work import changing
from tests.integration.audit.broken_log import alarms, as_owner, kept
from tests.integration.audit.reviewers import Reviewers
from tests.integration.audit.support import World, leaves, sent, signer, size

QUIET = Console(quiet=True)


@pytest.fixture(autouse=True)
def relay(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[LogKeyChanged]]:
    """What audit tells comes back to it, as over the bus; and enters the log."""
    told: list[LogKeyChanged] = []

    def carry(_: object, event: LogKeyChanged) -> None:
        told.append(event)
        world.hear_envelope(world.envelope(event, publisher="audit"), event)
        world.sequencer.run()

    monkeypatch.setattr(changing_log_key, "tell", carry)
    monkeypatch.setattr(watched, "LOOK_AGAIN_AFTER_SECONDS", 0.0)
    yield told
    # the log goes on, under the key that it was left with
    as_owner(world, "truncate alarms")


def rotate(world: World) -> None:
    """As `lotsa keys rotate log-signing`."""
    rotating.rotate(world.settings, "log-signing", QUIET, wait=0)


def grow(world: World) -> str:
    """One more entry, beside what waits; the checkpoint over it."""
    world.hear(sent(uuid4(), []))
    assert world.sequencer.run()
    return str(world.rows("select note from log_checkpoints order by size desc limit 1")[0][0])


def published(world: World) -> VerifierKey:
    """The file of public keys."""
    file = world.settings.audit_verifying_key_file
    assert file is not None
    return VerifierKey.from_text(file.read_text())


def is_by(note: str, key: VerifierKey) -> bool:
    """Whether this very key has signed it."""
    try:
        open_checkpoint(note, VerifierKey(key.name, key.public))
    except CheckpointIsForeign:
        return False
    return True


def verified(world: World, folder: Path, *words: str, key: Path | None = None) -> subprocess.CompletedProcess[str]:
    """An export, checked by the lonely verifier with the published file of keys."""
    export = folder / f"{uuid4()}.zip"
    export_to(world.settings, export, by="somebody")
    command = [sys.executable, "-I", str(verifying.VERIFIER), str(export), *words]
    file = key or world.settings.audit_verifying_key_file
    return subprocess.run([*command, "--key", str(file)], capture_output=True, text=True, cwd=CHECKOUT)


@pytest.mark.holds("old-checkpoints-hold-after-a-new-key")
def test_old_and_new_checkpoints_hold_by_the_published_keys(
    world: World, relay: list[LogKeyChanged], tmp_path: Path
) -> None:
    """The sequencer goes on as it is; one kept from before, one from after, and the whole log verify outside."""
    old = signer(world).verifier
    before = tmp_path / "before"
    before.write_text(grow(world))
    rotate(world)
    new = signer(world).verifier
    after = tmp_path / "after"
    after.write_text(grow(world))
    assert is_by(before.read_text(), old)
    assert is_by(after.read_text(), new)
    assert str(old) != str(new)
    assert published(world).lines() == new.lines() == [str(new), f"{old} until {size(world) - 1}"]
    held = verified(world, tmp_path, "--known", str(before), "--known", str(after))
    assert held.returncode == 0, held.stdout + held.stderr
    assert kept(world).read_text() == after.read_text()
    assert [each.key for each in relay] == [str(new)]
    assert alarms(world) == []


@pytest.mark.holds("changing-the-logs-key-is-logged")
def test_an_entry_under_the_old_key_tells_of_the_new(world: World) -> None:
    """Which, after which, and by whom, as a commitment: nobody's name stands in a leaf."""
    old = signer(world).verifier
    grow(world)
    rotate(world)
    new = signer(world).verifier
    for _ in range(4):
        # most of a day's checkpoints give way to the newest; the last under each key does not
        grow(world)
    changes = [each for each in leaves(world) if each["type"] == "log-key.changed.v1"]
    [said] = [each for each in changes if each["data"]["key"] == str(new)]
    assert said["data"]["before"] == str(old)
    assert set(said["commitments"]) == {"user"}
    [(index,)] = world.rows("select index from log_entries where event_id = :id", id=said["id"])
    note = world.rows("select note from log_checkpoints where size > :at order by size limit 1", at=index)[0][0]
    assert is_by(note, old), "the old key vouches for the new one"


def test_it_is_changed_again_and_again(world: World, tmp_path: Path) -> None:
    """Each former key keeps its place in the file; what any of them signed holds."""
    files = []
    for number in range(3):
        files.append(tmp_path / f"kept-{number}")
        files[-1].write_text(grow(world))
        rotate(world)
    grow(world)
    assert len(published(world).others) >= 3
    words = [word for file in files for word in ("--known", str(file))]
    held = verified(world, tmp_path, *words)
    assert held.returncode == 0, held.stdout + held.stderr


def test_the_background_verification_goes_on_over_a_change(world: World, reviewers: Reviewers) -> None:
    """Without an alarm, in a process that began before; and the page shows every key."""
    verifier = bootstrap.verifier_for(world.parts, world.clock)

    def tick() -> bool | None:
        state = verifier.run()
        assert state is not None
        return state.holds

    grow(world)
    assert tick() is not False
    rotate(world)
    assert tick() is not False
    grow(world)
    assert tick() is not False
    # a process that begins now goes over all of it
    whole = bootstrap.verifier_for(world.parts, world.clock)
    with changing(world.parts.as_auditor()) as uow:
        uow.remembered.keep(State(world.clock.now()).to_json())
    state = whole.run()
    assert state is not None
    assert state.holds is not False
    assert alarms(world) == []
    page = reviewers.ester.get("/audit/log").text
    assert all(str(key) in page for key in published(world).all)


@pytest.mark.holds("another-key-does-not-sign", "another-key-needs-a-word")
@pytest.mark.parametrize("how", ["another alone", "another that names the true one", "one announced by nobody"])
def test_a_key_that_nobody_announced_does_not_sign(world: World, how: str) -> None:
    """Put in place while the sequencer runs, or before it begins: refused, told, and nothing is signed."""
    file = world.settings.audit_signing_key_file
    assert file is not None
    grow(world)
    before, right = size(world), file.read_text()
    key = signer(world)
    stranger = SignerKey.generate(key.verifier.name)
    texts = {
        "another alone": stranger.secret_lines(),
        "another that names the true one": [stranger.secret_text(), f"{key.verifier} until {before}"],
        "one announced by nobody": key.with_coming(stranger).changed(before).secret_lines(),
    }
    file.write_text("".join(f"{line}\n" for line in texts[how]))
    try:
        world.hear(sent(uuid4(), []))
        with pytest.raises(LogHasAnotherKey):
            world.sequencer.run()
        begun_now = bootstrap.sequencer_for(world.settings, world.log, world.clock)
        with pytest.raises(LogHasAnotherKey):
            begun_now.run()
        assert size(world) == before
        assert ("log-has-another-key", "audit", 0, before - 1) in alarms(world)
    finally:
        file.write_text(right)
    assert world.sequencer.run()


def test_an_announcement_that_was_put_in_the_place_of_an_entry_is_none(world: World) -> None:
    """Whoever writes key file and tables alike, and has not the old key: a leaf is not what was signed for."""
    file = world.settings.audit_signing_key_file
    assert file is not None
    grow(world)
    before, right, key = size(world), file.read_text(), signer(world)
    stranger = SignerKey.generate(key.verifier.name)
    [(index, leaf)] = world.rows("select index, leaf from log_entries order by index desc limit 1")
    said = {**leaves(world)[-1], "type": "log-key.changed.v1", "data": {"key": str(stranger.verifier)}}
    forged, was = canonical(said).hex(), bytes(leaf).hex()
    laid = "update log_entries set type = '{}', leaf = '\\x{}' where index = {}"
    as_owner(world, laid.format("log-key.changed.v1", forged, index))
    file.write_text("".join(f"{line}\n" for line in key.with_coming(stranger).changed(before).secret_lines()))
    try:
        world.hear(sent(uuid4(), []))
        with pytest.raises(LogHasAnotherKey):
            world.sequencer.run()
        assert size(world) == before
    finally:
        file.write_text(right)
        as_owner(world, laid.format("referral.sent.v1", was, index))
    assert world.sequencer.run()


def test_the_old_key_signs_nothing_after_its_last_checkpoint(world: World, tmp_path: Path) -> None:
    """Whoever kept it can fork nothing: here, in the lonely verifier, and as a checkpoint that somebody hands over."""
    grow(world)
    old = signer(world)
    rotate(world)
    grow(world)
    left = Sequencer(OpenLog(world.log), old, world.clock)
    world.hear(sent(uuid4(), []))
    with pytest.raises(LogHasAnotherKey):
        left.run()
    world.sequencer.run()
    [(root,)] = world.rows("select root from log_checkpoints order by size desc limit 1")
    forged = tmp_path / "forged"
    forged.write_text(old.sign(Checkpoint(old.verifier.name, size(world), bytes(root))))
    with pytest.raises(CheckpointIsForeign):
        open_checkpoint(forged.read_text(), published(world))
    asked = verified(world, tmp_path, "--known", str(forged))
    assert asked.returncode == 2
    assert "after its last checkpoint" in asked.stderr
    only_the_new = tmp_path / "new"
    only_the_new.write_text(published(world).lines()[0])
    assert verified(world, tmp_path, key=only_the_new).returncode == 1, "what is before it needs its key"


@pytest.mark.parametrize("breaks", ["waiting", "announcing", "writing the signing key", "writing the public keys"])
def test_a_change_that_broke_off_is_gone_on_with(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    """At any step the log goes on without an alarm, and the next one ends with one key that signs."""
    grow(world)
    old, former = signer(world).verifier, len(published(world).others)
    start = size(world)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    def until_changed(do: Callable[..., None], *, after: bool) -> Callable[..., None]:
        def act(path: Path, given: object) -> None:
            if (signer(world).coming is None) == after and changed_now():
                raise KeyboardInterrupt
            do(path, given)

        return act

    def changed_now() -> bool:
        return world.rows("select 1 from log_entries where type = 'log-key.changed.v1' and index >= :n", n=start) != []

    with monkeypatch.context() as planted:
        if breaks == "waiting":
            planted.setattr(changing_log_key.time, "sleep", broken)
        elif breaks == "announcing":
            planted.setattr(changing_log_key, "tell", broken)
        elif breaks == "writing the signing key":
            planted.setattr(changing_log_key, "put", until_changed(changing_log_key.put, after=False))
        else:
            planted.setattr(changing_log_key, "_publish", until_changed(changing_log_key._publish, after=True))
        with pytest.raises(KeyboardInterrupt):
            rotate(world)
    grow(world)
    rotate(world)
    note = grow(world)
    new = signer(world)
    assert new.coming is None
    assert is_by(note, new.verifier)
    assert not is_by(note, old)
    assert published(world).lines() == new.verifier.lines()
    assert len(published(world).others) == former + 1
    held = verified(world, tmp_path)
    assert held.returncode == 0, held.stdout + held.stderr
    assert alarms(world) == []


def test_what_the_log_does_not_take_in_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the broker away: a sentence, and the old key goes on signing."""
    grow(world)
    old = signer(world).verifier
    monkeypatch.setattr(changing_log_key, "tell", lambda *_: None)
    with pytest.raises(Trouble, match="the old one goes on signing"):
        changing_log_key.rotate(world.settings, QUIET, wait=0, within=0.3)
    assert is_by(grow(world), old)
    monkeypatch.undo()


def test_public_keys_that_are_lost_are_made_of_the_signing_key(world: World) -> None:
    """The former ones too: nothing of what they signed is lost with the file."""
    grow(world)
    rotate(world)
    file = world.settings.audit_verifying_key_file
    assert file is not None
    before = file.read_text()
    file.unlink()
    make_keys(file.parent, world.settings.installation)
    assert file.read_text() == before
