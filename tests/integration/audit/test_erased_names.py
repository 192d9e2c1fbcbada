"""Each person's name is sealed in the log under a key of their own: destroyed, they are told no more, all else is."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from operations.erase_name import erase_name
from services.audit import bootstrap, verify
from services.audit.adapters.destroying_keys import subject_of
from services.audit.adapters.opening_keys import SubjectKey
from services.audit.adapters.openings import OpeningIsWrong, seal
from services.audit.web.page import EXTENSION
from shared.kernel.actor import UserRef
from shared.storage.encryption import DataKey
from tests.integration.audit import broken_log
from tests.integration.audit.reviewers import Reviewers, Story
from tests.integration.audit.support import NOW, World, do_as, leaves, opened, sent
from tests.support import cast
from tests.support.builders.events import routing_rules_changed, signed_in
from tests.support.cast import ISSUER

BO = cast.BO.user
KEYS = "select key_id, pseudonym, wrapped, told from subject_keys where destroyed_at is null order by made_at"


def keys_in(world: World) -> list[tuple]:
    """The keys that are there."""
    return list(world.as_role("", KEYS))


def test_each_person_has_one_key_and_the_table_names_nobody(world: World) -> None:
    """However often they act, and whatever they do; rules of a municipality are nobody's name, and are sealed apart."""
    before = len(keys_in(world))
    world.hear(
        sent(uuid4(), [], subject="unmistakable"),
        sent(uuid4(), [], subject="unmistakable"),
        signed_in("unmistakable", occurred_at=NOW),
        sent(uuid4(), [], subject="another"),
        routing_rules_changed(occurred_at=NOW),
    )
    made = keys_in(world)[before:]
    assert len(made) == 3
    assert [row[3] is not None for row in made] == [True, True, False]
    assert not any(name in bytes(value or b"") for row in made for value in row[1:] for name in (b"unmist", b"another"))
    # a second process finds the same ones
    fresh = replace(bootstrap.for_bus(world.settings), clock=world.clock)
    other = World(world.settings, fresh, world.clock, world.log, world.sequencer, 90, world.epoch)
    other.hear(sent(uuid4(), [], subject="unmistakable"))
    fresh.engine.dispose()
    assert keys_in(world)[before:] == made
    world.sequencer.run()


def test_one_unwrapping_for_each_person_whatever_they_did(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page, a slice or an export of many entries does not pay for each of them."""
    for _ in range(30):
        world.hear(sent(uuid4(), [], subject="busy"))
    world.sequencer.run()
    fresh = bootstrap.for_bus(world.settings)
    unwrapped: list[UUID] = []
    master = fresh.keys._master
    original = master.unwrap
    monkeypatch.setattr(master, "unwrap", lambda key_id, wrapped: unwrapped.append(key_id) or original(key_id, wrapped))
    with fresh.as_auditor() as uow:
        size = uow.verification.size()
        unwrapped.clear()
        part = uow.verification.slice(size - 30, size)
    fresh.engine.dispose()
    assert {each.state for each in part.laid} == {"open"}
    assert len(unwrapped) == 1


def test_an_erased_name_leaves_all_else_readable(reviewers: Reviewers, story: Story, tmp_path: Path) -> None:
    """From the next request on, though the process had the key in its hands before; and the log holds."""
    world, path = reviewers.world, f"/audit/consents/{story.consent}"
    assert "användaren bo," in reviewers.ester.get(path).text
    assert erase_name(world.settings, BO, by="olle") == 1
    assert erase_name(world.settings, BO, by="olle") == 0, "there is nothing left"
    world.sequencer.run()
    page = reviewers.ester.get(path).text
    # nor has the process that showed it still in its memory whose it was
    names = [told.told for _, told in reviewers.app.extensions[EXTENSION].keys._unwrapped.values()]
    assert names
    assert "bo" not in {name["subject"] for name in names if name}
    assert "Innehållet lästes" in page
    assert "Av någon vars namn är raderat, Anhörigstödet Södermalm." in page
    assert "användaren bo," not in page
    assert "användaren alva" in page
    assert "vid sidan av loggen" not in page
    headers = reviewers.bearer(UUID(int=1900), "ester")
    steps = reviewers.app.test_client().get(f"/api/audit/v1/consents/{story.consent}/trail", headers=headers).json
    told = {(step["user"], step["erased"]) for step in steps["steps"]}
    assert told >= {(None, True), ("alva", False)}
    assert broken_log.verify(world).holds is True
    assert broken_log.alarms(world) == []
    leaf = next(each for each in reversed(leaves(world)) if each.get("action") == "erase")
    assert (leaf["agent"], leaf["rule"]) == ({"kind": "operator"}, "operators-erase-a-name")
    answer = reviewers.app.test_client().get("/api/audit/v1/log/export?names=true", headers=headers)
    (tmp_path / "log.zip").write_bytes(answer.data)
    answer.close()
    report = verify.verify(
        verify.reader(tmp_path / "log.zip"), verify.Key.from_text(str(broken_log.signer(world).verifier))
    )
    assert report.erased >= 1
    assert report.opened >= 1
    names = zipfile.ZipFile(io.BytesIO((tmp_path / "log.zip").read_bytes())).read("openings.jsonl").splitlines()
    values = [json.loads(line).get("value", {}) for line in names]
    assert "bo" not in {each.get("subject") for each in values if isinstance(each, dict)}


def test_whoever_acts_again_after_that_has_another_key(world: World) -> None:
    """What was erased stays so; what comes then is told with a name, by every process."""
    user = UserRef(ISSUER, "again")
    world.hear(sent(uuid4(), [], subject="again"))
    assert erase_name(world.settings, user, by="olle") == 1
    world.hear(sent(uuid4(), [], subject="again"))
    world.sequencer.run()
    with world.parts.as_auditor() as uow:
        size = uow.verification.size()
        part = uow.verification.slice(size - 3, size)
    assert [each.state for each in part.laid] == ["erased", "open", "open"]
    assert [each.value for each in part.laid if each.state == "open"][1] == {"issuer": ISSUER, "subject": "again"}


def test_a_key_that_cannot_be_unwrapped_does_not_stop_the_log(world: World) -> None:
    """Another is made for that person; what was sealed under the first is told as what does not open."""
    user = UserRef(ISSUER, "damaged")
    world.hear(sent(uuid4(), [], subject="damaged"))
    pseudonym = world.parts.keys.pseudonym(subject_of(user))
    wrong = f"update subject_keys set wrapped = set_byte(wrapped, 39, 255 - get_byte(wrapped, 39)) where pseudonym = '\\x{pseudonym.hex()}'"  # noqa: E501
    do_as(world.settings.service("audit").owner_database_url, wrong)
    world.hear(sent(uuid4(), [], subject="damaged"))
    world.sequencer.run()
    with world.parts.as_auditor() as uow:
        size = uow.verification.size()
        part = uow.verification.slice(size - 2, size)
    assert [each.state for each in part.laid] == ["wrong", "open"]
    assert erase_name(world.settings, user, by="olle") == 2


def test_a_process_outlives_the_database_that_it_began_with(world: World) -> None:
    """Where another takes its place, names lie under keys that are found there, and everybody can open them."""
    owner = world.settings.service("audit").owner_database_url
    [(key_id, wrapped)] = world.rows("select key_id, wrapped from opening_keys where period = 'pseudonyms'")
    do_as(owner, "delete from opening_keys where period = 'pseudonyms'")
    try:
        # found by what another database made, which is not there any more
        world.hear(sent(uuid4(), [], subject="of another time"))
        world.sequencer.run()
        fresh = replace(bootstrap.for_bus(world.settings), clock=world.clock)
        for parts in (world.parts, fresh):
            with parts.as_auditor() as uow:
                size = uow.verification.size()
                [laid] = uow.verification.slice(size - 1, size).laid
            assert (laid.state, laid.value) == ("open", {"issuer": ISSUER, "subject": "of another time"})
        fresh.engine.dispose()
        assert erase_name(world.settings, UserRef(ISSUER, "of another time"), by="olle") == 1
    finally:
        # the key that was made meanwhile stays under another name, and the first is taken up again
        do_as(owner, "update opening_keys set period = 'pseudonyms.of-a-test' where period = 'pseudonyms'")
        first = f"'{key_id}', 'pseudonyms', '\\x{bytes(wrapped).hex()}'"
        do_as(owner, f"insert into opening_keys (key_id, period, wrapped) values ({first})")
    world.parts.keys._pseudonyms._key = None
    world.hear(sent(uuid4(), [], subject="unmistakable"))
    world.sequencer.run()


def test_what_a_months_key_sealed_is_opened_by_it_and_erased_with_it(world: World) -> None:
    """Until 0.1 all of a month lay under one key."""
    key, wrapped = world.parts.keys._master.new_data_key()
    owner = world.settings.service("audit").owner_database_url
    do_as(
        owner,
        f"insert into opening_keys (key_id, period, wrapped) values ('{key.id}', '2026-08', '\\x{wrapped.hex()}')",
    )
    sealed = seal(key, UUID(int=1), "user", b"salt", "bo")
    assert opening(world, sealed) == (b"salt", "bo")
    do_as(owner, f"delete from opening_keys where key_id = '{key.id}'")
    assert opening(world, sealed) is None


@pytest.mark.parametrize("sealed", [b"", b"\x02", b"\x02" + bytes(15), b"\x02" + bytes(16)], ids=len)
def test_what_names_no_key_of_ours_is_no_erased_name(world: World, sealed: bytes) -> None:
    """Else whoever writes another key's id beside an entry could call a name erased."""
    with pytest.raises(OpeningIsWrong):
        opening(world, sealed)


def test_salts_follow_from_the_key_and_differ_by_entry() -> None:
    """Nobody who has one salt of a person has another."""
    key = SubjectKey(DataKey(UUID(int=1), bytes(32)), "told")
    salts = {key.salt_for(UUID(int=number), name) for number in range(20) for name in ("user", "other")}
    assert len(salts) == 40
    assert key.salt_for(UUID(int=3), "user") in salts
    assert SubjectKey(DataKey(UUID(int=1), bytes(31) + b"x"), "told").salt_for(UUID(int=3), "user") not in salts
    assert {len(each) for each in salts} == {32}


def opening(world: World, sealed: bytes) -> object:
    """What a request of now opens."""
    with world.parts.as_auditor() as uow:
        return world.parts.opening(uow.connection, UUID(int=1), "user", sealed)


def test_an_opening_of_a_referral_is_its_openers(world: World) -> None:
    """Each event's own user, in one batch of several people."""
    world.hear_together(sent(uuid4(), [], subject="first"), opened(uuid4()), sent(uuid4(), [], subject="third"))
    world.sequencer.run()
    with world.parts.as_auditor() as uow:
        size = uow.verification.size()
        part = uow.verification.slice(size - 3, size)
    assert [each.value["subject"] for each in part.laid] == ["first", "bo", "third"]
