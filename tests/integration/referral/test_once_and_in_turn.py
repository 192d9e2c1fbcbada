"""Clients that ask twice, advisers who act at once, versions, lists page by page, routing as it is heard."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.referral.adapters.tables import contents
from services.referral.commands.accept_referral import AcceptReferral, accept_referral
from shared.kernel.actor import Role
from shared.kernel.identity import ReferralId
from shared.kernel.refusals import Refusal, VersionHasMoved
from shared.storage.insert import insert_together
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.bodies import a_referral, read_out_for
from tests.support.cast import KUNGSHOLMEN, SODERMALM, STAND_IN


def test_the_same_key_sends_once(room: Room, alva: Cast) -> None:
    """A client that did not see its 201 gets the same answer again, and there is one referral."""
    first = alva.send(Idempotency_Key="abc")
    again = alva.send(Idempotency_Key="abc")
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert room.ask("SELECT count(*) FROM referrals")[0][0] == 1
    assert len(room.told("referral.sent.v1")) == 1


def test_a_key_is_for_one_request(alva: Cast) -> None:
    """Another body under the same key is refused."""
    alva.send(Idempotency_Key="abc")
    refused = alva.send(a_referral(priority="urgent"), Idempotency_Key="abc")
    assert (refused.status_code, refused.json["type"]) == (422, "urn:lotsa:problem:idempotency-key-reused")


def test_a_key_is_the_callers_own(room: Room, alva: Cast) -> None:
    """Two people who happen to choose the same key have nothing to do with one another."""
    anna = room.somebody("anna", Role.REFERRER, alva.actor.unit_id)
    assert alva.send(Idempotency_Key="1").json["id"] != anna.send(Idempotency_Key="1").json["id"]


def test_a_refused_request_does_not_use_its_key_up(alva: Cast) -> None:
    """Corrected, the same key may be used."""
    assert alva.send(a_referral(consents={}), Idempotency_Key="abc").status_code == 422
    assert alva.send(Idempotency_Key="abc").status_code == 201


def test_a_step_is_taken_once_however_often_it_is_asked_for(room: Room, alva: Cast, bo: Cast) -> None:
    """The repeated acceptance gets the first one's answer, not a conflict."""
    referral_id = alva.send().json["id"]
    first = bo.step("accept", referral_id, Idempotency_Key="a")
    again = bo.step("accept", referral_id, Idempotency_Key="a")
    assert (again.status_code, again.json) == (200, first.json)
    assert len(room.told("referral.accepted.v1")) == 1


def test_to_ask_again_is_to_look_and_is_recorded(room: Room, alva: Cast, bo: Cast) -> None:
    """The answer tells where the referral stands by now, so each asking leaves its record."""
    referral_id = alva.send(Idempotency_Key="abc").json["id"]
    bo.step("accept", referral_id, Idempotency_Key="a")

    def looked(who: Cast) -> int:
        asked = "SELECT count(*) FROM access_records WHERE subject = :who AND action = 'read' AND outcome = 'allowed'"
        return int(room.ask(asked, who=who.actor.user.subject)[0][0])

    before = looked(alva), looked(bo)
    for _ in range(2):
        assert alva.send(Idempotency_Key="abc").status_code == 201
        assert bo.step("accept", referral_id, Idempotency_Key="a").status_code == 200
    assert (looked(alva), looked(bo)) == (before[0] + 2, before[1] + 2)


def test_two_advisers_accept_at_once_and_one_does(room: Room, alva: Cast, bo: Cast) -> None:
    """One wins; the other is told that somebody changed it; one event goes out. Tried twenty times."""
    beata = room.somebody("beata", Role.ADVISER, SODERMALM)
    for _ in range(20):
        referral_id = ReferralId(alva.send().json["id"])
        together = Barrier(2)

        def take(adviser: Cast, asked: ReferralId = referral_id, together: Barrier = together) -> str:
            with room.parts.unit_of_work(adviser.actor) as uow:
                together.wait(timeout=10)
                try:
                    accept_referral(AcceptReferral(referral_id=asked, expected_version=1), adviser.actor, uow)
                    uow.commit()
                except VersionHasMoved as refusal:
                    return refusal.slug
            return "accepted"

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(take, (bo, beata))) == ["accepted", "version-has-moved"]
    assert len(room.told("referral.accepted.v1")) == 20


def test_two_first_readers_make_one_opening(room: Room, alva: Cast, bo: Cast) -> None:
    """ReferralOpened is told once, though both readings are recorded."""
    beata = room.somebody("beata", Role.ADVISER, SODERMALM)
    for _ in range(10):
        referral_id = alva.send().json["id"]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda who, asked=referral_id: who.open(asked).status_code, (bo, beata)))
        assert answers == [200, 200]
    assert len(room.told("referral.opened.v1")) == 10
    assert len(room.told("access.recorded.v1")) == 20


def test_a_reading_and_a_withdrawal_never_overlap(room: Room, alva: Cast, bo: Cast) -> None:
    """A reading comes either wholly before the withdrawal or wholly after it: no half-open answer."""
    for _ in range(10):
        sent = alva.send()
        with ThreadPoolExecutor(2) as pool:
            reading = pool.submit(bo.open, sent.json["id"])
            pool.submit(alva.withdraw, sent.json["consents"][0]["id"]).result()
        seen = reading.result().json
        assert (seen["carer"] is None) == (seen["state"] == "cancelled")
        assert bo.open(sent.json["id"]).json["carer"] is None


def test_a_step_needs_the_version_that_was_read(alva: Cast, bo: Cast) -> None:
    """None: 428. Another: 412. Not possible any more: 409."""
    referral_id = alva.send().json["id"]
    assert bo.ask("POST", f"/referrals/{referral_id}/accept").status_code == 428
    assert bo.step("accept", referral_id, 7).status_code == 412
    assert bo.step("accept", referral_id, 1).status_code == 200
    late = bo.step("reject", referral_id, 2, {"reason": "outside-area"})
    assert (late.status_code, late.json["type"]) == (409, "urn:lotsa:problem:not-in-this-state")


@pytest.mark.parametrize(
    ("step", "who", "reason", "state"),
    [("reject", "bo", "already-in-contact", "rejected"), ("cancel", "alva", "sent-twice", "cancelled")],
)
def test_each_end_takes_a_coded_reason(alva: Cast, bo: Cast, step: str, who: str, reason: str, state: str) -> None:
    """A known code is taken, an unknown one refused, and "other" wants a comment."""
    actor = {"alva": alva, "bo": bo}[who]
    referral_id = alva.send().json["id"]
    assert actor.step(step, referral_id, 1, {"reason": "nonsense"}).status_code == 422
    wordless = actor.step(step, referral_id, 1, {"reason": "other"})
    assert wordless.json["type"] == "urn:lotsa:problem:comment-is-required"
    ended = actor.step(step, referral_id, 1, {"reason": reason})
    assert (ended.json["state"], ended.json["deadline"]) == (state, None)
    assert {"accept", "reject", "complete", "cancel"}.isdisjoint(ended.json["actions"])


def test_actions_are_what_the_server_takes(alva: Cast, bo: Cast) -> None:
    """Each listed action succeeds for its reader, each other one does not, at every point of the way."""
    bodies = {
        "accept": None,
        "reject": {"reason": "outside-area"},
        "complete": {"reason": "support-started"},
        "cancel": {"reason": "sent-twice"},
    }
    for way in ((), ("accept",), ("accept", "complete")):
        for who in (alva, bo):
            for action, body in bodies.items():
                referral_id = alva.send().json["id"]
                for version, step in enumerate(way, start=1):
                    assert bo.step(step, referral_id, version, bodies[step]).status_code == 200
                seen = who.open(referral_id).json
                done = who.step(action, referral_id, seen["version"], body)
                assert (done.status_code == 200) is (action in seen["actions"]), (way, action, done.json)


def test_a_list_goes_on_where_it_stopped(room: Room, alva: Cast, bo: Cast) -> None:
    """Page by page, each referral once, the newest first; a marker that somebody made up is refused."""
    sent = [alva.send().json["id"] for _ in range(5)]
    seen, cursor = [], ""
    while True:
        page = bo.ask("GET", f"/referrals?limit=2{cursor}").json
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == sorted(sent, reverse=True)
    assert bo.ask("GET", "/referrals?cursor=nonsense").status_code == 422


def test_a_list_can_be_narrowed(alva: Cast, bo: Cast) -> None:
    """Open, closed, sent: each role sees its own side."""
    first, second = (alva.send().json["id"] for _ in range(2))
    bo.step("reject", first, 1, {"reason": "outside-area"})
    ids = lambda who, query: [each["id"] for each in who.ask("GET", f"/referrals?{query}").json["items"]]  # noqa: E731
    assert ids(bo, "state=open") == [second]
    assert ids(bo, "state=closed") == [first]
    assert ids(bo, "direction=sent") == []
    assert ids(alva, "direction=sent") == [second, first]


def test_rules_are_followed_as_they_are_heard(room: Room, alva: Cast) -> None:
    """The newest version decides, an older one that comes late changes nothing, and the reason is told."""
    by_group = {
        "rule_id": "r1",
        "area": "0180",
        "target_groups": ["addiction"],
        "unit_id": str(KUNGSHOLMEN),
        "reason_sv": "Beroende tas emot på Kungsholmen.",
    }
    room.rules(by_group, version=3)
    room.rules(version=2)
    proposed = alva.ask("GET", "/routing-proposal?area=0180-sodermalm&target_group=addiction").json
    assert (proposed["unit"]["id"], proposed["is_default"]) == (str(KUNGSHOLMEN), False)
    assert proposed["reason"] == "Beroende tas emot på Kungsholmen."
    body = a_referral()
    body["need"]["target_groups"] = ["addiction"]
    assert alva.send(read_out_for(KUNGSHOLMEN, body)).json["receiving_unit_id"] == str(KUNGSHOLMEN)
    default = alva.ask("GET", "/routing-proposal?area=0180-sodermalm").json
    assert (default["unit"]["id"], default["stand_in"]["id"], default["is_default"]) == (
        str(SODERMALM),
        str(STAND_IN),
        True,
    )


def test_a_municipality_without_rules_is_told_so(alva: Cast) -> None:
    """No receiver is known there: nothing is sent into nothing."""
    body = a_referral()
    body["need"]["area"] = "1480"
    assert alva.send(body).json["type"] == "urn:lotsa:problem:no-receiver-is-known"


def test_the_referrer_may_choose_another_unit(alva: Cast, cilla: Cast) -> None:
    """A receiving unit, that is; a health centre is none."""
    chosen = alva.send(read_out_for(KUNGSHOLMEN, a_referral(receiving_unit_id=str(KUNGSHOLMEN))))
    assert cilla.open(chosen.json["id"]).status_code == 200
    refused = alva.send(a_referral(receiving_unit_id=str(alva.actor.unit_id)))
    assert refused.json["type"] == "urn:lotsa:problem:unit-cannot-receive"


def test_unknown_fields_are_refused_by_name(alva: Cast) -> None:
    """Whatever a client sends beyond the form is not silently dropped."""
    body = a_referral()
    body["carer"]["diagnosis"] = "x"
    refused = alva.send(body)
    assert refused.status_code == 422
    assert {each["pointer"] for each in refused.json["errors"]} == {"#/carer/diagnosis"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("identity_number", "191212121213"), ("phone", "12"), ("email", "frans"), ("language", "svenska")],
)
def test_malformed_values_are_refused_without_being_repeated(alva: Cast, field: str, value: str) -> None:
    """The problem names the field and never quotes what was in it."""
    body = a_referral()
    body["carer"][field] = value
    refused = alva.send(body)
    assert {each["pointer"] for each in refused.json["errors"]} == {f"#/carer/{field}"}
    assert value not in refused.get_data(as_text=True).replace(f"#/carer/{field}", "")


@pytest.mark.holds("what-was-saved-stays")
def test_a_refusal_undoes_what_came_before_it(room: Room, alva: Cast, bo: Cast) -> None:
    """A command that is refused half-way leaves nothing but, where due, its own record."""
    referral_id = ReferralId(alva.send().json["id"])
    with room.parts.unit_of_work(alva.actor) as uow, pytest.raises(Refusal):
        accept_referral(AcceptReferral(referral_id=referral_id), alva.actor, uow)
    assert bo.open(str(referral_id)).json["state"] == "requested"
    assert room.told("referral.accepted.v1") == []


def test_the_room_describes_itself(room: Room) -> None:
    """OpenAPI 3.1, valid, with every operation's refusals."""
    from openapi_spec_validator import validate

    document = room.app.test_client().get("/api/referral/openapi.json").json
    validate(document)
    assert "/referrals/{referral_id}/accept" in document["paths"]


def test_rows_sent_together_fail_as_one_statement_would(room: Room, bo: Cast) -> None:
    """The database's no comes as SQLAlchemy's own error, without the values, and the connection is good afterwards."""
    row = {"id": uuid4(), "referral_id": uuid4(), "part": "carer", "body": b"sealed"}
    with room.parts.unit_of_work(bo.actor) as uow:
        with pytest.raises(DBAPIError) as failed:
            insert_together(uow.connection, (contents, [row]))
        assert str(row["id"]) not in str(failed.value)
        uow.rollback()
        assert uow.connection.execute(text("SELECT 1")).scalar() == 1
