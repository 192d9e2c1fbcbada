"""One walk over what can be done to a log: what the service's own verification says, and the lonely verifier.

They read different things (a database, an export of it), and are written apart. Whatever the export carries is wrong
for both or for neither; what stands beside it is for the service alone. Nobody breaks down, and what compares hours
goes on.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from rich.console import Console

from operations.come_back.rebuild_index import rebuild_index
from operations.erase_name import erase_name
from services.audit import verify
from services.audit.adapters.destroying_keys import subject_of
from services.audit.domain.mandate import Mandate
from services.audit.log.checkpoint import Checkpoint
from services.audit.log.merkle import leaf_hash, root_of
from services.audit.log.pack import PACKED, REFUSED, pack, unpack
from services.audit.log.pack_1 import PACKED_1
from services.audit.views.export import write_export
from shared.contracts.directory import AssignmentEnded
from shared.kernel.actor import UserRef
from shared.messaging.tally import hour_of
from tests.integration.audit import broken_log
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import NOW, World, given, listed, looked, sent, withdrawn
from tests.support.cast import ISSUER

REFERRAL, CONSENT = UUID(int=901), UUID(int=902)
ENTRIES = 8
WITHDRAWAL, LIST, ATTEMPT, ENDED = 3, 4, 5, 6


@pytest.fixture
def log(world: World) -> Iterator[World]:
    """A story, a batch each; and nothing of it afterwards."""
    for event in (
        given(CONSENT, REFERRAL),
        sent(REFERRAL, [CONSENT]),
        looked(REFERRAL, [CONSENT]),
        withdrawn(CONSENT, REFERRAL),
        listed(REFERRAL, [uuid4()]),
        looked(REFERRAL, [], "refused", "cilla"),
        AssignmentEnded(assignment_id=UUID(int=12), ended_at=NOW),
        sent(uuid4(), []),
    ):
        world.hear(event)
        world.sequencer.run()
    assert broken_log.size(world) == ENTRIES
    yield world
    tables = (*broken_log.TABLES, "pending_entries", "heard_sequences", "alarms", "subject_keys")
    do(world, *(f"truncate {table}" for table in tables))
    broken_log.as_owner(world, "update verification set sealed = null, asked_at = null")
    broken_log.kept(world).unlink(missing_ok=True)


def do(world: World, *statements: str) -> None:
    """As the owner, who takes the triggers off."""
    keys = "alter table subject_keys {} trigger user"
    broken_log.as_owner(world, keys.format("disable"), *statements, keys.format("enable"))


def stored(world: World, index: int) -> bytes:
    """A leaf as it lies in the table."""
    return bytes(world.rows("select leaf from log_entries where index = :index", index=index)[0][0])


def lay(index: int, leaf: bytes) -> str:
    """Other bytes in the place of a leaf."""
    return f"update log_entries set leaf = '\\x{leaf.hex()}' where index = {index}"


Deed = Callable[[World], list[str]]


@dataclass(frozen=True)
class Case:
    """``service``: the kinds of alarms; ``lonely``: what the verifier says of an export with names."""

    done: str
    deed: Deed
    service: set[str]
    lonely: str | None

    def __str__(self) -> str:
        return self.done


def changed(index: int, change: Callable[[bytes], bytes]) -> Deed:
    """A leaf is changed, and lies there as it is."""
    return lambda world: [lay(index, change(unpack(stored(world, index))))]


def laid(index: int, change: Callable[[bytes], bytes]) -> Deed:
    """What lies in the table is changed."""
    return lambda world: [lay(index, change(stored(world, index)))]


def bomb(_: bytes) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -14)
    return PACKED + packing.compress(bytes(50_000_000)) + packing.flush()


def packed_otherwise(leaf: bytes) -> bytes:
    packing = zlib.compressobj(1, zlib.DEFLATED, -14)
    return PACKED_1 + packing.compress(leaf) + packing.flush()


def deep(leaf: bytes) -> bytes:
    return leaf.replace(b'"data":{', b'"data":{"a":' + b"[" * 600 + b"]" * 600 + b",", 1)


def forked(world: World) -> list[str]:
    """The key signs another root for a size between two that are kept."""
    signer = broken_log.signer(world)
    note = signer.sign(Checkpoint(signer.verifier.name, 5, bytes(32))).replace("'", "''")
    at = "(select recorded_at from log_entries where index = 4)"
    return [
        f"insert into log_checkpoints (size, root, note, signed_at) values (5, '\\x{bytes(32).hex()}', '{note}', {at})"
    ]


def put_back(world: World) -> list[str]:
    """One that has given way to a newer one."""
    signer = broken_log.signer(world)
    hashes = [bytes(row[0]) for row in world.rows("select leaf_hash from log_entries where index < 5 order by index")]
    root = root_of(hashes)
    note = signer.sign(Checkpoint(signer.verifier.name, 5, root))
    at = "(select recorded_at from log_entries where index = 4)"
    return [f"insert into log_checkpoints (size, root, note, signed_at) values (5, '\\x{root.hex()}', '{note}', {at})"]


def erased_and_back(world: World) -> list[str]:
    """The key of a name that was erased is put back from a copy."""
    owner = "select key_id, encode(pseudonym, 'hex'), encode(wrapped, 'hex'), encode(told, 'hex') from subject_keys"
    kept = {row[0]: row[1:] for row in world.as_role("", owner)}
    assert erase_name(world.settings, UserRef(ISSUER, "cilla"), by="olle") == 1
    world.sequencer.run()
    [(gone,)] = world.as_role("", "select key_id from subject_keys where destroyed_at is not null")
    pseudonym, wrapped, told = kept[gone]
    values = f"pseudonym = '\\x{pseudonym}', wrapped = '\\x{wrapped}', told = '\\x{told}', destroyed_at = null"
    return [f"update subject_keys set {values} where key_id = '{gone}'"]


def under_no_key(index: int) -> list[str]:
    """A name lies there sealed, in the way of until 0.1, under a key that nobody has."""
    sealed = f"'\\x01{UUID(int=5).hex}' || sha256('x')"
    into = "insert into log_openings (entry_index, name, event_id, sealed)"
    return [
        f"{into} select index, 'user', event_id, {sealed} from log_entries where index = {index}",
        f"update log_entries set user_key = null where index = {index}",
    ]


EXCHANGED = ["update subject_keys set pseudonym = sha256(pseudonym)"]
SAME_HASH = "update log_entries set leaf_hash = (select leaf_hash from log_entries where index = 1) where index = 2"
CASES = [
    Case("nothing", lambda _: [], set(), None),
    Case("a leaf lies there as it is", changed(2, lambda leaf: leaf), set(), None),
    Case("a leaf is packed in another way", changed(2, packed_otherwise), set(), None),
    Case("what was refused is packed", changed(ATTEMPT, packed_otherwise), {"index-row-missing"}, None),
    Case("a leaf unpacks to very much", laid(2, bomb), {"entry-changed"}, "entry-is-wrong"),
    Case("something follows a packed leaf", laid(2, lambda each: each + b"x"), {"entry-changed"}, "entry-is-wrong"),
    Case("a packed leaf is cut short", laid(2, lambda each: each[:-2]), {"entry-changed"}, "entry-is-wrong"),
    Case("another dictionary is named", laid(2, lambda each: b"\x03" + each[1:]), {"entry-changed"}, "entry-is-wrong"),
    Case("a leaf is spelt otherwise", changed(2, lambda leaf: leaf + b" "), {"entry-changed"}, "entry-is-wrong"),
    Case("a leaf is nested deep", changed(2, deep), {"entry-changed"}, "entry-is-wrong"),
    Case("a leaf says that it is of the first format",
         changed(LIST, lambda leaf: leaf.replace(b"lotsa-leaf/2", b"lotsa-leaf/1")), {"entry-changed"},
         "entry-is-wrong"),
    Case("a withdrawal is no leaf any more", changed(WITHDRAWAL, lambda leaf: leaf[:-1]), {"entry-changed"},
         "entry-is-wrong"),
    Case("a withdrawal was at no time", changed(WITHDRAWAL, lambda leaf: leaf.replace(b"2026-11-21T12:00:00", b"9999")),
         {"entry-changed"}, "entry-is-wrong"),
    Case("an end is nobody's", changed(ENDED, lambda leaf: leaf.replace(b'"assignment_id"', b'"bssignment_id"')
         .replace(b'"units":[', b'"vnits":[')), {"entry-changed"}, "entry-is-wrong"),
    Case("a look was at a time of no zone", changed(2, lambda leaf: re.sub(
        rb'"looked_at":"2026-11-21T12:00:00[^"]*"', b'"looked_at":"2026-11-21T12:00:00"', leaf)), {"entry-changed"},
        "entry-is-wrong"),
    Case("an entry's leaf is another's, with its hash", lambda world: [lay(2, stored(world, 1)), SAME_HASH],
         {"entry-changed", "tree-changed"}, "entry-is-wrong"),
    Case("an entry is taken out", lambda _: ["delete from log_entries where index = 3"], {"entry-missing"},
         "entry-is-missing"),
    Case("the newest entry is taken out", lambda _: ["delete from log_entries where index = 7"],
         {"entry-missing"}, "entry-is-missing"),
    Case("more is said to be signed than there is", lambda _: [
        "insert into log_checkpoints (size, root, note, signed_at) values (1000000000000, sha256('x'), 'x', now())"],
        {"entry-missing"}, "checkpoint-is-wrong"),
    Case("what a list showed is others", lambda _: ["update shown_sets set ids[1] = gen_random_uuid()"],
         {"set-changed"}, "set-is-wrong"),
    Case("what a list showed stands in another order",
         lambda _: ["update shown_sets set ids = array[ids[2], ids[1]] || ids[3:]"], {"set-changed"}, "set-is-wrong"),
    Case("a referral was shown twice", lambda _: ["update shown_sets set ids = ids[1] || ids, records = records + 1"],
         {"set-changed"}, "set-is-wrong"),
    Case("what a list showed is no id", lambda _: ["update shown_sets set ids[1] = null"], {"set-changed"},
         "set-is-wrong"),
    Case("what a list showed is a table of ids", lambda _: ["update shown_sets set ids = array[ids[1:2], ids[1:2]]"],
         {"set-changed"}, "set-is-wrong"),
    Case("what a list showed is gone", lambda _: ["delete from shown_sets"], {"set-missing"}, "set-is-wrong"),
    Case("a checkpoint that gave way is put back", put_back, set(), None),
    Case("another history is signed between two kept checkpoints", forked, {"tree-changed"}, "history-is-wrong"),
    Case("a name is sealed under a key that never was", lambda _: under_no_key(2), {"opening-changed"}, None),
    Case("a key is found by another's pseudonym", lambda _: EXCHANGED, {"opening-changed"}, None),
    Case("an erased name is there again", erased_and_back, {"opening-added"}, None),
]  # fmt: skip


def lonely(world: World, folder: Path) -> str | None:
    """What the verifier says of an export with everybody's names; None when the log holds."""
    file = folder / "log.zip"
    with world.parts.as_auditor() as uow, file.open("wb") as stream:
        write_export(uow.connection, stream, Mandate(None, "0180"), world.parts.opening)
    key = verify.Key.from_text("\n".join(broken_log.signer(world).verifier.lines()))
    try:
        verify.verify(verify.reader(file), key)
    except verify.LogIsWrong as wrong:
        return wrong.slug
    return None


@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_say_what_was_done(log: World, tmp_path: Path, case: Case) -> None:
    """The service within a round that ends; the verifier of what was exported just then."""
    do(log, *case.deed(log))
    state = broken_log.verify(log)
    kinds = {each[0] for each in broken_log.alarms(log)}
    assert kinds >= case.service
    assert bool(kinds) is bool(case.service)
    assert state.holds is (not case.service)
    assert lonely(log, tmp_path) == case.lonely
    with log.parts.as_auditor() as uow:
        hour = hour_of(log.rows("select event_id from log_entries where index = 0")[0][0])
        uow.tallies.counted(f"/lotsa/{log.settings.installation}/referral", hour)


def test_what_the_lonely_verifier_finds_the_service_finds() -> None:
    """In every case of the walk; and where it holds for both nothing was changed that anybody is shown."""
    assert all(case.service for case in CASES if case.lonely)
    assert [case.done for case in CASES if not case.service] == [
        "nothing", "a leaf lies there as it is", "a leaf is packed in another way",
        "a checkpoint that gave way is put back",
    ]  # fmt: skip


def test_what_was_refused_is_found_again_when_the_index_is_made_anew(log: World) -> None:
    """Packed it would be in no trail; `lotsa rebuild-index` lays it there as it is."""
    leaf = unpack(stored(log, ATTEMPT))
    assert REFUSED in leaf
    do(log, lay(ATTEMPT, packed_otherwise(leaf)))
    rebuild_index(log.settings, "differs", Console(quiet=True))
    assert stored(log, ATTEMPT) == leaf == pack(leaf)
    assert broken_log.verify(log).holds is True


def test_a_leaf_and_the_hashes_over_it_are_changed_together(world: World, tmp_path: Path) -> None:
    """The tree that is stored is right in itself then; what was signed is not, and the entry is among those named."""
    world.hear_together(*[sent(uuid4(), []) for _ in range(300)])
    world.sequencer.run()
    assert broken_log.verify(world).holds is True
    leaf = unpack(stored(world, 100)).replace(b"routine", b"express")
    hashes = [bytes(row[0]) for row in world.rows("select leaf_hash from log_entries where index < 256 order by index")]
    hashes[100] = leaf_hash(leaf)
    do(
        world,
        lay(100, leaf),
        f"update log_entries set leaf_hash = '\\x{hashes[100].hex()}' where index = 100",
        f"update log_nodes set hash = '\\x{root_of(hashes).hex()}' where level = 8 and index = 0",
    )
    world.clock.advance(timedelta(seconds=1))
    state = broken_log.verify(world)
    named = [(kind, first, last) for kind, _, first, last in broken_log.alarms(world)]
    assert state.holds is False
    assert any(kind == "tree-changed" and first <= 100 <= last for kind, first, last in named), named
    assert lonely(world, tmp_path) == "entry-is-wrong"
    do(world, *(f"truncate {table}" for table in (*broken_log.TABLES, "pending_entries", "heard_sequences", "alarms")))
    broken_log.as_owner(world, "update verification set sealed = null, asked_at = null")
    broken_log.kept(world).unlink(missing_ok=True)


def test_whoever_is_erased_is_the_one_who_was_named(log: World) -> None:
    """Though somebody has exchanged by what two people's keys are found: each key says itself whom it tells of."""
    wrong = log.parts.keys.pseudonym(subject_of(UserRef(ISSUER, "cilla")))
    [(alvas,)] = log.as_role("", "select key_id from subject_keys order by made_at limit 1")
    do(log, f"update subject_keys set pseudonym = sha256(pseudonym) where pseudonym = '\\x{wrong.hex()}'",
       f"update subject_keys set pseudonym = '\\x{wrong.hex()}' where key_id = '{alvas}'")  # fmt: skip
    assert erase_name(log.settings, UserRef(ISSUER, "cilla"), by="olle") == 1
    with log.parts.as_auditor() as uow:
        part = uow.verification.slice(0, ENTRIES)
    states = {(each.value or {}).get("subject"): each.state for each in part.laid if each.index in (0, ATTEMPT)}
    assert states == {"alva": "misplaced", None: "erased"}


def test_a_name_whose_key_never_was_is_not_called_erased(reviewers: Reviewers, story: Story) -> None:
    """Where it is shown it is told as what somebody changed."""
    index = next(step for step in range(ENTRIES) if b"access.recorded" in unpack(stored(reviewers.world, step)))
    do(reviewers.world, *under_no_key(index))
    headers = reviewers.bearer(UUID(int=1900), "ester")
    entry = reviewers.app.test_client().get(f"/api/audit/v1/entries/{index}", headers=headers).json
    assert (entry["user"], entry["erased"], entry["differs"]) == (None, False, ["user"])
