"""Nothing personal is readable at rest, on the bus or in a draft."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from services.referral.adapters.parts import open_part
from services.referral.domain.content import Part
from shared.kernel.identity import ReferralId
from shared.storage.encryption import Unreadable, key_id_of
from shared.storage.engine import make_engine
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.bodies import a_referral_about_both
from tests.support.cast import FRANS, IDENTITY_NUMBER, IDENTITY_NUMBER_AS_SPOKEN, NOON

# long enough never to turn up by chance among random bytes
MARKS = ("Frans Prov", "Provsson", "1740605", IDENTITY_NUMBER, "förmiddagen", "sover dåligt", "spisen", "dementia")
MARKS_IN_STEPS = ("Kommentaren", "Greta Prov")


def everything(room: Room) -> bytes:
    """Every value of every table, texts and binary columns as they are."""
    owner = make_engine(room.installation.settings().service("referral").owner_database_url, pool_size=1)
    found: list[bytes] = []
    with owner.begin() as connection:
        connection.execute(text("SET LOCAL lotsa.actor = 'system'"))
        tables = connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ).scalars()
        for table in tables:
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                found += [
                    bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode() for value in row
                ]
    owner.dispose()
    return b"\n".join(found)


def test_no_mark_is_readable_in_any_column(room: Room, alva: Cast, bo: Cast) -> None:
    """Names, numbers, telephone, free text, target group, comment and representative: nowhere in clear."""
    body = a_referral_about_both()
    body["consents"]["person_cared_for"] |= {"given_by": "god-man", "representative_name": "Greta Provsson"}
    referral_id = alva.send(body).json["id"]
    alva.ask("POST", "/drafts", {"answers": {"carer": {"name": FRANS.name}, "support": {"why": "sover"}}})
    bo.open(referral_id)
    bo.step("accept", referral_id)
    bo.step("complete", referral_id, 2, {"reason": "other", "comment": "Kommentaren till Alva"})
    kept = everything(room)
    assert referral_id.encode() in kept
    for mark in (*MARKS, *MARKS_IN_STEPS):
        assert mark.encode() not in kept, mark


def test_each_subject_has_a_key_of_its_own(room: Room, alva: Cast) -> None:
    """What is said about Gun is under another key than what is said about Frans."""
    alva.send(a_referral_about_both())
    rows = room.ask("SELECT k.part, c.body, k.id FROM contents c JOIN data_keys k USING (referral_id, part)")
    assert {row.part for row in rows} == {"carer", "person-cared-for"}
    assert len({row.id for row in rows}) == 2
    for row in rows:
        assert key_id_of(row.body) == row.id


def test_a_sealed_value_opens_only_in_its_own_place(room: Room, alva: Cast, bo: Cast) -> None:
    """A row moved to another referral by somebody with the database in their hands is unreadable there."""
    first, second = (UUID(alva.send().json["id"]) for _ in range(2))
    with room.parts.unit_of_work(bo.actor) as uow:
        keys = uow.referrals.keys.of([first, second], [Part.CARER])
        row = uow.connection.execute(text("SELECT id, body FROM contents WHERE referral_id = :i"), {"i": first}).one()
        assert "Frans" in open_part(keys.keys[first, Part.CARER], row.id, row.body)
        with pytest.raises(Unreadable):
            open_part(keys.keys[second, Part.CARER], row.id, row.body)
        with pytest.raises(Unreadable):
            open_part(keys.keys[first, Part.CARER], second, row.body)


def test_a_sealed_key_is_handed_out_to_nobody(room: Room, alva: Cast, bo: Cast) -> None:
    """Past every check of the application: after a withdrawal the adapter itself has no key to read with."""
    sent = alva.send()
    referral_id = ReferralId(UUID(sent.json["id"]))
    alva.withdraw(sent.json["consents"][0]["id"])
    with room.parts.unit_of_work(bo.actor) as uow:
        referral = uow.referrals.lock(referral_id)
        assert referral is not None
        assert uow.referrals.content(referral, list(Part)).carer is None
        assert uow.referrals.keys.of([referral_id], list(Part)).keys == {}


def test_destroying_a_key_leaves_nothing_to_read(room: Room, alva: Cast) -> None:
    """Erasing keeps the row and loses the wrapped key."""
    referral_id = ReferralId(UUID(alva.send().json["id"]))
    with room.parts.as_system() as uow:
        uow.referrals.keys.destroy(referral_id, list(Part), NOON)
        uow.commit()
    assert {row.wrapped for row in room.ask("SELECT wrapped FROM data_keys")} == {None}


def test_an_identity_number_is_found_again_by_its_blind_index(room: Room, alva: Cast) -> None:
    """Equal numbers, however written, have equal fingerprints under the service's own key; unequal ones have not."""
    body = a_referral_about_both()
    alva.send(body)
    body["carer"]["identity_number"] = IDENTITY_NUMBER_AS_SPOKEN
    alva.send(body)
    body["carer"]["identity_number"] = "199001019802"
    alva.send(body)
    rows = room.ask("SELECT identity_index FROM contents WHERE part = 'carer' ORDER BY id")
    first, second, third = (bytes(row.identity_index) for row in rows)
    assert first == second == room.parts.opening.master.fingerprint("identity-number", "191212121212")
    assert third != first


@pytest.mark.holds("draft-is-sealed-and-ones-own")
def test_a_draft_is_its_authors_alone_and_expires(room: Room, alva: Cast, bo: Cast) -> None:
    """Encrypted under a key of its own, gone after seven days, and never a referral."""
    made = alva.ask("POST", "/drafts", {"answers": {"carer": {"name": FRANS.name}}})
    assert made.status_code == 201
    path = f"/drafts/{made.json['id']}"
    changed = alva.ask("PUT", path, {"answers": {"carer": {"name": "Frans P"}}}, If_Match='"1"')
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert alva.ask("PUT", path, {"answers": {}}, If_Match='"1"').status_code == 412
    assert alva.ask("GET", path).json["answers"] == {"carer": {"name": "Frans P"}}

    from shared.kernel.actor import Role

    colleague = room.somebody("anna", Role.REFERRER, alva.actor.unit_id)
    assert colleague.ask("GET", path).status_code == 404
    assert colleague.ask("DELETE", path).status_code == 404
    assert bo.ask("GET", path).status_code == 404
    assert room.ask("SELECT count(*) FROM referrals")[0][0] == 0

    room.clock.advance(timedelta(days=7))
    assert alva.ask("GET", path).status_code == 404
    room.service.sweep()
    assert room.ask("SELECT count(*) FROM drafts")[0][0] == 0


def test_a_sent_draft_ceases_to_be(room: Room, alva: Cast) -> None:
    """It is removed in the transaction that sends the referral."""
    draft_id = alva.ask("POST", "/drafts", {"answers": {}}).json["id"]
    assert alva.send(a_referral_about_both(draft_id=draft_id)).status_code == 201
    assert room.ask("SELECT count(*) FROM drafts")[0][0] == 0


@pytest.mark.holds("thrown-away-is-gone")
def test_a_draft_is_thrown_away_with_its_key(room: Room, alva: Cast) -> None:
    """204, and then it is not there."""
    path = f"/drafts/{alva.ask('POST', '/drafts', {'answers': {}}).json['id']}"
    assert alva.ask("DELETE", path).status_code == 204
    assert alva.ask("GET", path).status_code == 404


def test_events_carry_identifiers_and_codes_only(room: Room, alva: Cast, bo: Cast) -> None:
    """Neither name, number, group, reason nor free text, in any event of the whole way."""
    referral_id = alva.send(a_referral_about_both()).json["id"]
    bo.open(referral_id)
    bo.step("accept", referral_id)
    bo.step("complete", referral_id, 2, {"reason": "other", "comment": "Kommentaren till Alva"})
    told = json.dumps([row.data for row in room.ask("SELECT data FROM outbox")], ensure_ascii=False)
    for mark in (*MARKS, *MARKS_IN_STEPS, "individual-conversations"):
        assert mark not in told, mark
