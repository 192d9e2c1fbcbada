"""What the reviewer's page finds when the tables' owner has been at the log."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.audit.adapters.log_store import OpenLog
from services.audit.domain.refusals import LogHasShrunk
from services.audit.log.entry import canonical, read_leaf
from services.audit.log.keys import SignerKey
from services.audit.log.merkle import leaf_hash
from services.audit.log.pack import unpack
from services.audit.views.steps import SHOWN, as_steps
from shared.kernel.clock import SystemClock
from tests.integration.audit.broken_log import (
    alarms,
    as_owner,
    cut,
    restarted,
    signer,
    size,
    tick,
    verified,
    verify,
)
from tests.integration.audit.reviewers import Reviewers
from tests.integration.audit.support import World, sent

pytestmark = pytest.mark.usefixtures("a_log")


def test_verifying_misses_events_that_were_heard(world: World, a_log: list[int]) -> None:
    """What is left is whole, and signed by the key; but events were heard that no entry tells of."""
    assert verified(world) == (True, set())
    cut(world, a_log[0])
    assert verified(world) == (False, {"events-untold", "log-has-shrunk"})
    cut(world, 0)
    assert verified(world) == (False, {"events-untold", "log-has-shrunk"})


def test_nobodys_name_can_be_laid_beside_another_entry(world: World) -> None:
    """A name is sealed for its event, and the leaf says which event that is: another's opens nothing here."""
    world.hear(sent(uuid4(), [], subject="cilla"), sent(uuid4(), [], subject="bo"))
    world.sequencer.run()
    last = size(world) - 1
    as_owner(
        world,
        "update log_entries set user_key = another.user_key from log_entries as another "
        f"where log_entries.index = {last - 1} and another.index = {last}",
    )
    rows = world.rows(f"select {SHOWN} from log_entries order by index desc limit 2")
    with world.parts.as_auditor() as uow:
        shown = as_steps(uow.connection, rows, world.parts.opening)
    assert [(step.user, step.differs) for step in shown] == [("bo", ()), (None, ("user",))]


@pytest.mark.parametrize("beyond", [0, 1000])
def test_verifying_finds_an_entry_that_nobody_signed(world: World, a_log: list[int], beyond: int) -> None:
    """Pages would show it like any other; no export has it, so that the verifier alone would not tell."""
    entry = a_log[-1] + beyond
    as_owner(
        world,
        "insert into log_entries (index, event_id, type, occurred_at, recorded_at, unit_set, leaf_hash, leaf) "
        f"select {entry}, '{uuid4()}', type, occurred_at, recorded_at, unit_set, leaf_hash, leaf "
        "from log_entries where index = 0",
    )
    assert verified(world) == (False, {"unsigned-entries"})
    assert [each[2:] for each in alarms(world)] == [(entry, entry)]


@pytest.mark.parametrize("wrong", [{"source": []}, {"source": {}}, {"sequence": []}, {"sequence": "1"}], ids=str)
def test_verifying_takes_a_leaf_of_any_shape(world: World, wrong: dict[str, object]) -> None:
    """Whoever changed a leaf may have written anything there: the answer is that the log does not hold."""
    [(index, leaf)] = world.rows("select index, leaf from log_entries order by index desc limit 1")
    written = canonical(read_leaf(unpack(leaf)) | wrong)
    as_owner(
        world,
        f"update log_entries set leaf = '\\x{written.hex()}', leaf_hash = '\\x{leaf_hash(written).hex()}' "
        f"where index = {index}",
    )
    assert verified(world) == (False, {"tree-changed", "events-untold"})


def test_the_page_names_the_first_entry_that_is_gone(reviewers: Reviewers, a_log: list[int]) -> None:
    """The newest checkpoint that is left is signed as it should be, so the page does not blame the signature."""
    cut(reviewers.world, a_log[0])
    verify(reviewers.world, SystemClock())
    assert f"Post {a_log[0]}, eller någon strax efter den" in reviewers.ester.get("/audit/log").text


def test_a_second_key_in_the_database_is_seen(world: World) -> None:
    """Whoever can write the rows can add a key of their own, and sign a log with it: the page asks ours alone."""
    stranger = SignerKey(signer(world).verifier.name, bytes(32))
    as_owner(world, f"insert into log_keys (vkey) values ('{stranger.verifier}')")
    assert verified(world) == (False, {"log-has-another-key"})


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
        restarted(world).run()
    tick(world, SystemClock())
    page = reviewers.ester.get("/audit/log").text
    assert "Loggen stämmer inte" in page
    assert "Signerade poster är borta eller ändrade" in page
    assert str(signer(world).verifier) in page
    assert str(stranger) not in page
    headers = reviewers.bearer(UUID(int=1900), "ester")
    told = reviewers.app.test_client().get("/api/audit/v1/log", headers=headers).json
    assert (told["verification"]["holds"], told["keys"]) == (False, [str(signer(world).verifier)])
    assert {(each["kind"], each["publisher"]) for each in told["alarms"]} >= {("log-has-shrunk", "audit")}
