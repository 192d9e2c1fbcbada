"""Cilla, in another district, and the records of every reading and attempt; then row-level security by itself."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.referral.adapters.unit_of_work import Opening, ReferralUnitOfWork
from shared.contracts.directory import AssignmentEnded
from shared.kernel.actor import Role
from shared.kernel.held_form import HeldForm, Reason, Writer
from shared.messaging.publish import outbox
from shared.storage.held_forms import FormStore
from shared.storage.unit_of_work import UnitOfWork
from tests.integration.referral.conftest import Cast, Room
from tests.support.builders.bodies import a_referral_about_both
from tests.support.cast import HEALTH_CENTRE, KUNGSHOLMEN, NOON

PERSONAL_TABLES = (
    "referrals",
    "consents",
    "data_keys",
    "contents",
    "steps",
    "drafts",
    "held_forms",
    "looks",
    "look_kinds",
)


def a_held_form(room: Room, who: Cast) -> None:
    """A form that came after the sender's idle half hour."""
    writer = Writer(who.actor.user, who.actor.assignment_id)
    with FormStore(room.parts.engine, room.parts.opening.master).of(writer) as forms:
        forms.hold(HeldForm.now(Reason.EXPIRED_SESSION, {"path": "/referral/new"}, NOON), writer)


def attempts(room: Room, who: Cast) -> list[tuple[str, str, list[UUID]]]:
    """What somebody tried and was refused, in the order of trying."""
    query = (
        "SELECT action, outcome, subjects FROM access_records WHERE subject = :who AND outcome = 'refused' "
        "ORDER BY access_id"
    )
    return [tuple(row) for row in room.ask(query, who=who.actor.user.subject)]


@pytest.mark.holds("refusals-are-logged", "nobody-else-sees-it")
def test_cilla_can_neither_list_open_nor_act(room: Room, alva: Cast, cilla: Cast) -> None:
    """Every door answers as for an unknown id, and each attempt is recorded with what was tried."""
    sent = alva.send()
    referral_id, consent_id = sent.json["id"], sent.json["consents"][0]["id"]
    assert cilla.ask("GET", "/referrals").json == {"items": [], "next_cursor": None}
    tries = [
        cilla.open(referral_id),
        cilla.step("accept", referral_id),
        cilla.step("reject", referral_id, body={"reason": "outside-area"}),
        cilla.step("complete", referral_id, body={"reason": "support-started"}),
        cilla.step("cancel", referral_id, body={"reason": "sent-twice"}),
        cilla.withdraw(consent_id),
    ]
    unknown = cilla.open(str(uuid4()))
    for tried in tries:
        assert tried.status_code == 404
        assert tried.json == unknown.json
    seen = attempts(room, cilla)
    assert [action for action, _, _ in seen] == [
        "attempt.open",
        "attempt.accept",
        "attempt.reject",
        "attempt.complete",
        "attempt.cancel",
        "attempt.withdraw-consent",
        "attempt.open",
    ]
    assert seen[0][2] == [UUID(referral_id)]
    assert seen[5][2] == [UUID(consent_id)]
    told = [event for event in room.told("access.recorded.v1") if event["outcome"] == "refused"]
    assert len(told) == len(seen)


def test_an_attempt_changes_nothing(room: Room, alva: Cast, cilla: Cast, bo: Cast) -> None:
    """After Cilla's attempts the referral is as Alva sent it."""
    referral_id = alva.send().json["id"]
    cilla.step("accept", referral_id)
    assert bo.open(referral_id).json["state"] == "requested"
    assert room.told("referral.accepted.v1") == []


def test_alva_cannot_take_bos_step(room: Room, alva: Cast) -> None:
    """She knows of the referral, so she is told that the step is another's; the attempt is recorded."""
    referral_id = alva.send().json["id"]
    refused = alva.step("accept", referral_id)
    assert (refused.status_code, refused.json["type"]) == (403, "urn:lotsa:problem:action-is-not-yours")
    assert [action for action, _, _ in attempts(room, alva)] == ["attempt.accept"]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PARTNER_EDITOR, Role.MUNICIPALITY_ADMINISTRATOR, Role.OPERATOR])
@pytest.mark.holds("nobody-else-sees-it")
def test_other_roles_have_no_door_here(room: Room, alva: Cast, role: Role) -> None:
    """Not even in the same unit: the answer is as for an unknown id, and the attempt is recorded."""
    referral_id = alva.send().json["id"]
    ester = room.somebody("ester", role, HEALTH_CENTRE)
    assert ester.open(referral_id).status_code == 404
    assert ester.step("accept", referral_id).status_code == 404
    assert ester.ask("GET", "/referrals").status_code == 403
    assert [action for action, _, _ in attempts(room, ester)] == ["attempt.open", "attempt.accept", "attempt.list"]


@pytest.mark.holds("every-reading-is-logged", "a-list-is-logged", "this-reading-is-logged", "who-opens-is-logged")
def test_a_reading_is_recorded_in_the_transaction_that_allows_it(room: Room, alva: Cast, bo: Cast) -> None:
    """Who, when, what, in which unit and role, by which rule and for what; the row and the event say the same."""
    referral_id = alva.send().json["id"]
    bo.open(referral_id)
    alva.open(referral_id)
    rows = room.ask("SELECT * FROM access_records ORDER BY access_id")
    assert [(row.subject, row.rule, row.purpose) for row in rows] == [
        ("bo", "receiving-unit", "support-to-carer"),
        ("alva", "referring-unit", "follow-own-referral"),
    ]
    first = rows[0]
    assert (first.action, first.outcome, first.role, first.subjects) == (
        "read",
        "allowed",
        "adviser",
        [UUID(referral_id)],
    )
    assert first.occurred_at == NOON
    assert [UUID(event["access_id"]) for event in room.told("access.recorded.v1")] == [row.access_id for row in rows]


@pytest.mark.holds("a-list-is-logged")
def test_a_list_makes_one_record_naming_all_that_it_shows(room: Room, alva: Cast, bo: Cast) -> None:
    """And an empty list none."""
    bo.ask("GET", "/referrals")
    ids = {alva.send().json["id"] for _ in range(3)}
    listed = bo.ask("GET", "/referrals").json
    assert {each["id"] for each in listed["items"]} == ids
    assert "Frans" not in str(listed)
    (record,) = room.told("access.recorded.v1")
    assert (record["action"], set(record["subjects"])) == ("list", ids)


@pytest.mark.holds("access-ends-when-heard")
def test_when_an_assignment_ends_so_does_access(room: Room, alva: Cast, bo: Cast) -> None:
    """The next request is refused, on every door."""
    referral_id = alva.send().json["id"]
    assert bo.open(referral_id).status_code == 200
    room.hear(AssignmentEnded(assignment_id=bo.actor.assignment_id, ended_at=NOON))
    assert bo.open(referral_id).status_code == 403


def test_without_saying_who_asks_the_database_shows_nothing(room: Room, alva: Cast) -> None:
    """Past every check of the application: the application's own role, no settings, no rows."""
    alva.send(a_referral_about_both())
    alva.ask("POST", "/drafts", {"answers": {"support": {"why": "sover"}}})
    a_held_form(room, alva)
    alva.ask("GET", "/referrals")
    for table in PERSONAL_TABLES:
        assert room.ask(f"SELECT count(*) FROM {table}")[0][0] > 0, table
        with room.parts.engine.connect() as connection:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table


def test_with_cillas_unit_the_database_shows_nothing_of_alvas(room: Room, alva: Cast, cilla: Cast) -> None:
    """Plain SQL with Cilla's own settings finds no row, reads no key and changes nothing."""
    alva.send(a_referral_about_both())
    alva.ask("POST", "/drafts", {"answers": {"support": {"why": "sover"}}})
    a_held_form(room, alva)
    with room.parts.unit_of_work(cilla.actor) as uow:
        for table in PERSONAL_TABLES:
            assert uow.connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table
        taken = uow.connection.execute(text(f"UPDATE referrals SET receiving_unit_id = '{KUNGSHOLMEN}'"))
        assert taken.rowcount == 0


def test_cilla_cannot_write_into_anothers_referral(room: Room, alva: Cast, cilla: Cast) -> None:
    """A step, planted with plain SQL under her own settings, is refused by the database."""
    referral_id = alva.send().json["id"]
    planted = text(
        "INSERT INTO steps (id, referral_id, version, action, after, at, issuer, subject, assignment_id, unit_id) "
        "VALUES (gen_random_uuid(), :id, 9, 'accept', 'accepted', now(), 'i', 's', :id, :id)"
    )
    with room.parts.unit_of_work(cilla.actor) as uow, pytest.raises(DBAPIError, match="row-level security"):
        uow.connection.execute(planted, {"id": referral_id})


def test_a_unit_cannot_give_its_referral_to_itself_in_anothers_name(room: Room, cilla: Cast) -> None:
    """A referral between two other units cannot be made under Cilla's settings."""
    planted = text(
        "INSERT INTO referrals (id, number, state, version, priority, referring_unit_id, receiving_unit_id, "
        "protected_identity, sent_at, acknowledge_by, first_contact_by, answer_by, owner_unit_id, deadline_kind, "
        "deadline_at) VALUES (gen_random_uuid(), 'x', 'requested', 1, 'routine', gen_random_uuid(), "
        "gen_random_uuid(), false, now(), now(), now(), now(), gen_random_uuid(), 'answer', now())"
    )
    with room.parts.unit_of_work(cilla.actor) as uow, pytest.raises(DBAPIError, match="row-level security"):
        uow.connection.execute(planted)


@pytest.mark.parametrize("table", ["looks", "look_kinds", "id_sets", "steps", "contents"])
def test_what_was_done_cannot_be_changed_or_removed(room: Room, alva: Cast, table: str) -> None:
    """Not even by the service itself: its role has no such right."""
    alva.send()
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {_a_column(table)} = {_a_column(table)}"):
        with room.parts.as_system() as uow, pytest.raises(DBAPIError, match="permission denied"):
            uow.connection.execute(text(statement))


def test_a_setting_outside_its_transaction_is_gone(room: Room, alva: Cast) -> None:
    """The next user of a pooled connection does not inherit anybody's eyes."""
    alva.send()
    opening: Opening = room.parts.opening
    with ReferralUnitOfWork(opening, {"lotsa.actor": "system"}) as uow:
        uow.commit()
        # the setting was the transaction's own
        assert uow.connection.execute(text("SELECT count(*) FROM referrals")).scalar() == 0
    with UnitOfWork(room.parts.engine, write_outbox=outbox.append) as bare:
        assert bare.connection.execute(text("SELECT count(*) FROM referrals")).scalar() == 0


def _a_column(table: str) -> str:
    return {"looks": "shown", "look_kinds": "action", "id_sets": "ids", "steps": "action", "contents": "part"}[table]
