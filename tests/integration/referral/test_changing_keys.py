"""A master key is changed while everything goes on: what was sealed opens before, meanwhile and afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from rich.console import Console
from sqlalchemy import text

from operations.install.key_uses import asking
from operations.keys import rotate_master_key as changing_keys
from operations.trouble import Trouble
from services.referral.adapters.keys import IDENTITY_INDEX
from services.referral.adapters.unit_of_work import Opening
from services.referral.domain.content import Part
from shared.kernel.file_watch import LOOK_AGAIN_AFTER_SECONDS
from shared.kernel.identity import ReferralId
from shared.storage.encryption import MasterKey, master_key_id_of
from shared.storage.master_keys import MasterKeys, read_master_keys
from tests.integration.referral.conftest import Cast, Room
from tests.support.breaking import Breaking
from tests.support.builders.bodies import a_referral_about_both

QUIET = Console(quiet=True)
KIND = "referral-master"


@pytest.fixture
def file(room: Room) -> Iterator[Path]:
    """The key file; what a test did to it and to the register is undone."""
    path = room.installation.folder / "keys" / KIND
    before = path.read_text()
    yield path
    path.write_text(before)
    with asking(room.installation.settings().service("referral").owner_database_url) as connection:
        connection.execute(text("delete from master_keys"))
    # until the process has looked at its file again
    time.sleep(LOOK_AGAIN_AFTER_SECONDS)


def rotate(room: Room, wait: float = 1.1) -> None:
    """As `lotsa keys rotate referral-master`."""
    changing_keys.rotate(room.installation.settings(), KIND, QUIET, wait=wait)


def names(room: Room) -> set[str | None]:
    """Which master keys the data keys and drafts name."""
    query = "SELECT wrapped AS w FROM data_keys UNION ALL SELECT wrapped_key FROM drafts"
    return {master_key_id_of(bytes(row.w)) for row in room.ask(query)}


def as_the_first_release_wrote(room: Room, referral_id: str, master: MasterKey) -> None:
    """Wrap a referral's keys as they were wrapped before they named their master key."""
    with asking(room.installation.settings().service("referral").owner_database_url) as connection:
        query = text("SELECT id, wrapped FROM data_keys WHERE referral_id = :id")
        for row in connection.execute(query, {"id": referral_id}).all():
            nonce = b"n" * 12
            key = master.unwrap(row.id, row.wrapped)
            old = b"\x01" + nonce + AESGCM(master.secret).encrypt(nonce, key.secret, f"lotsa/1|key|{row.id}".encode())
            change = text("UPDATE data_keys SET wrapped = :old WHERE id = :id")
            connection.execute(change, {"old": old, "id": row.id})


def name_in(somebody: Cast, referral_id: str) -> str:
    """The carer's name, as somebody reads it."""
    return str(somebody.open(referral_id).json["carer"]["name"])


@pytest.mark.holds("a-changed-key-opens-all")
def test_everything_opens_before_meanwhile_and_afterwards(
    room: Room, alva: Cast, bo: Cast, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Old and new data, drafts, an answer under an Idempotency-Key, the blind index; at last with the new key alone."""
    body = a_referral_about_both()
    sent = alva.send(body, Idempotency_Key="once").json["id"]
    oldest = alva.send(body).json["id"]
    [old] = read_master_keys(file)
    as_the_first_release_wrote(room, oldest, old)
    draft = alva.ask("POST", "/drafts", {"answers": {"carer": {"name": "Frans"}}}).json["id"]
    assert names(room) == {None, "referral-1"}
    meanwhile: list[str] = []
    sleep = changing_keys.time.sleep

    def work_goes_on(seconds: float) -> None:
        sleep(seconds)
        meanwhile.append(alva.send(body).json["id"])
        assert {name_in(bo, each) for each in (sent, oldest, *meanwhile)} == {"Frans Provsson"}
        assert alva.send(body, Idempotency_Key="once").json["id"] == sent

    with monkeypatch.context() as planted:
        planted.setattr(changing_keys.time, "sleep", work_goes_on)
        rotate(room)
    assert len(meanwhile) == 2
    new, kept = read_master_keys(file)
    assert (new.id, kept) == ("referral-2", old)
    assert names(room) == {"referral-2"}
    assert alva.send(body, Idempotency_Key="once").json["id"] == sent
    assert alva.ask("GET", f"/drafts/{draft}").json["answers"]["carer"]["name"] == "Frans"
    number = next(row for row in room.ask("SELECT identity_index FROM contents WHERE identity_index IS NOT NULL"))
    assert bytes(number[0]) == new.fingerprint(IDENTITY_INDEX, body["carer"]["identity_number"])
    alone = tmp_path / "alone"
    alone.write_text(new.line())
    with Opening(room.parts.engine, MasterKeys(alone), room.clock).by(bo.actor) as uow:
        for each in (sent, oldest, *meanwhile):
            referral = uow.referrals.lock(ReferralId(UUID(each)))
            assert referral is not None
            assert not uow.referrals.content(referral, [Part.CARER, Part.PERSON_CARED_FOR]).unreadable


@pytest.mark.holds("changing-keys-is-logged")
def test_the_log_is_told_by_whom(room: Room, alva: Cast, file: Path) -> None:
    """One act, about the kind of key; neither key nor its name is told."""
    alva.send()
    rotate(room)
    told = [each for each in room.told("access.recorded.v1") if each["record_kind"] == "master-key"]
    assert [(each["action"], each["rule"], each["role"]) for each in told] == [
        ("rotate-key", "operators-rotate-keys", "operator")
    ]
    assert told[0]["subject"]


def registered(room: Room) -> set[str]:
    """The keys whose absence stops a start."""
    return {row.id for row in room.ask("SELECT id FROM master_keys WHERE lost_at IS NULL")}


def test_a_key_that_was_added_by_hand_is_one_that_must_be_there(room: Room, alva: Cast, file: Path) -> None:
    """As on several machines: its line is put into each file first, and then it is changed to."""
    alva.send()
    file.write_text(file.read_text() + MasterKey.generate("referral-2").line() + "\n")
    rotate(room)
    assert [key.id for key in read_master_keys(file)] == ["referral-2", "referral-1"]
    assert registered(room) == {"referral-1", "referral-2"}


@pytest.mark.parametrize("breaks", ["registering", "first wait", "second wait", "wrapping"])
def test_one_that_broke_off_is_gone_on_with(
    room: Room, alva: Cast, bo: Cast, file: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    """At any step: everything opens, and the next one ends with one new key and not two."""
    sent = alva.send().json["id"]
    breaking = Breaking(breaks)
    with monkeypatch.context() as planted:
        planted.setattr(changing_keys.time, "sleep", breaking.sleep)
        if breaks == "registering":
            planted.setattr(changing_keys.key_register, "note", breaking.step("registering"))
        if breaks == "wrapping":
            planted.setattr(changing_keys, "rewrap", breaking.step("wrapping"))
        with pytest.raises(KeyboardInterrupt):
            rotate(room)
    assert name_in(bo, sent) == "Frans Provsson"
    rotate(room)
    assert [key.id for key in read_master_keys(file)] == ["referral-2", "referral-1"]
    assert registered(room) == {"referral-1", "referral-2"}
    assert names(room) == {"referral-2"}
    assert name_in(bo, sent) == "Frans Provsson"


def test_a_second_change_follows_the_first(room: Room, alva: Cast, bo: Cast, file: Path) -> None:
    """Each adds a key; all of them open what is theirs."""
    sent = alva.send().json["id"]
    rotate(room)
    rotate(room)
    assert [key.id for key in read_master_keys(file)] == ["referral-3", "referral-2", "referral-1"]
    assert names(room) == {"referral-3"}
    assert name_in(bo, sent) == "Frans Provsson"


def test_a_lost_key_is_given_up_by_somebody_who_says_so(room: Room, alva: Cast, bo: Cast, file: Path) -> None:
    """Nothing is done before; afterwards what it sealed says that it cannot be read, and the work goes on."""
    settings = room.installation.settings()
    before = alva.send().json["id"]
    rotate(room, wait=0)
    with pytest.raises(Trouble, match="No key of referral is lost"):
        changing_keys.give_up(settings, KIND, QUIET, yes=True)
    file.unlink()
    with pytest.raises(Trouble, match="“referral-2” of referral would be given up"):
        changing_keys.give_up(settings, KIND, QUIET, yes=False)
    assert not file.exists()
    changing_keys.give_up(settings, KIND, QUIET, yes=True)
    assert [key.id for key in read_master_keys(file)] == ["referral-3"]
    # as a process that is started after that: this one still has the old keys in its memory
    with Opening(room.parts.engine, MasterKeys(file), room.clock).by(bo.actor) as uow:
        referral = uow.referrals.lock(ReferralId(UUID(before)))
        assert referral is not None
        assert uow.referrals.content(referral, [Part.CARER]).unreadable == {Part.CARER}
    assert room.told("access.recorded.v1")[-1]["action"] == "give-up-key"


def test_another_kind_of_key_is_refused_by_name(room: Room) -> None:
    """The sentence names those that there are."""
    with pytest.raises(Trouble, match="referral-master, directory-master"):
        changing_keys.rotate(room.installation.settings(), "log-signing", QUIET)
    with pytest.raises(Trouble, match="referral-master, directory-master"):
        changing_keys.give_up(room.installation.settings(), "log-signing", QUIET, yes=True)
